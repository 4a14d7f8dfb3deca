"""Varied training pieces: what each variation keeps, that chance has a name, and that nothing else is varied."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tiny_runs import AUGMENT, CPU, corpus_of, grids_of, tiny_experiment

from asciivae.corpus.augment import Augment, Crop, Draws, DrawsOfEpoch, Noise, Shift
from asciivae.corpus.transforms import mirror
from asciivae.text.art import trim
from asciivae.text.canvas import Canvas
from asciivae.text.charset import SPACE
from asciivae.training.batches import Batch, Batches

FITTED = Canvas(lambda h, w: (-(-h // 8) * 8, -(-w // 8) * 8), trimmed=True)
ALL = Augment(crop=Crop(0.5, 3), mirror=0.5, shift=Shift(0.5, 9), paste=0.5, noise=Noise(0.5, 0.1))
DRAWS = st.builds(Draws, *[st.floats(0, 1, exclude_max=True)] * len(Draws._fields))
SPARSE = st.tuples(st.integers(1, 20), st.integers(1, 20), st.integers(0, 99), st.sampled_from([0.02, 0.3, 1.0]))

Page = NDArray[np.uint8]


def sparse(height: int, width: int, seed: int, ink: float) -> Page:
    """Random characters in some of the cells, at least in one."""
    draw = np.random.default_rng(seed)
    grid = np.where(draw.random((height, width)) < ink, draw.integers(1, 95, (height, width)), SPACE).astype(np.uint8)
    grid[draw.integers(height), draw.integers(width)] = 33
    return grid


def no_other(_: float) -> Page:
    raise AssertionError("nothing is pasted")


def batches_of(augment: Augment | None, sizes: list[tuple[int, int]], size: int = 4, seed: int = 0) -> Batches:
    corpus = corpus_of(grids_of(sizes))
    return Batches(corpus, np.arange(len(sizes)), size, FITTED, seed, None, augment)


def same(one: Batch, other: Batch) -> bool:
    parts = ((one.ids, other.ids), (one.mask, other.mask), (one.seen, other.seen))
    return all(torch.equal(*pair) for pair in parts) and np.array_equal(one.pieces, other.pieces)


# ── what each variation does ────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None, max_examples=200)
@given(SPARSE, DRAWS, st.integers(1, 12))
def test_a_crop_is_a_window_with_ink_of_at_least_the_smallest_size(
    piece: tuple[int, int, int, float], draws: Draws, smallest: int
) -> None:
    whole = sparse(*piece)
    untrimmed = Canvas(FITTED.size_for)
    window = Augment(crop=Crop(1.0, smallest)).content(whole, untrimmed, draws)

    assert (window != SPACE).any()
    for side, length in zip(window.shape, whole.shape, strict=True):
        assert min(smallest, length) <= side <= length
    views = np.lib.stride_tricks.sliding_window_view(whole, window.shape).reshape(-1, *window.shape)
    assert any(np.array_equal(view, window) for view in views)
    fitted = Augment(crop=Crop(1.0, smallest)).content(whole, FITTED, draws)
    assert np.array_equal(fitted, trim(fitted)[0])


def test_crops_have_every_size_and_place() -> None:
    crop, draw = Augment(crop=Crop(1.0, 2)), np.random.default_rng(0)
    grid = np.arange(1, 13, dtype=np.uint8).reshape(3, 4)
    found = {crop.content(grid, FITTED, Draws(*draw.random(len(Draws._fields)))).tobytes() for _ in range(2000)}

    # 2 or 3 rows at 2 + 1 places, 2 to 4 columns at 3 + 2 + 1 places
    assert len(found) == 3 * 6


@settings(deadline=None, max_examples=200)
@given(SPARSE, DRAWS, st.integers(0, 20))
def test_a_shift_moves_the_drawing_as_a_whole_on_a_page_that_is_large_enough(
    piece: tuple[int, int, int, float], draws: Draws, margin: int
) -> None:
    grid = sparse(*piece)
    page = Augment(shift=Shift(1.0, margin)).page(grid, FITTED, draws, no_other)
    content = trim(grid)[0]

    assert np.array_equal(trim(page)[0], content)
    for side, length in zip(page.shape, content.shape, strict=True):
        assert FITTED.size_for(length, 1)[0] <= side <= FITTED.size_for(length + margin, 1)[0]


def test_shifts_reach_every_place_of_the_page() -> None:
    shift, draw = Augment(shift=Shift(1.0)), np.random.default_rng(0)
    grid = np.full((6, 5), 7, np.uint8)
    pages = (shift.page(grid, FITTED, Draws(*draw.random(len(Draws._fields))), no_other) for _ in range(500))

    assert {trim(page)[1] for page in pages} == {(y, x) for y in range(3) for x in range(4)}


@settings(deadline=None, max_examples=50)
@given(SPARSE, DRAWS)
def test_a_mirrored_piece_is_centred_as_any(piece: tuple[int, int, int, float], draws: Draws) -> None:
    grid = sparse(*piece)
    page = Augment(mirror=1.0).page(grid, FITTED, draws, no_other)

    assert np.array_equal(page, FITTED.page(mirror(trim(grid)[0])))


@settings(deadline=None, max_examples=100)
@given(SPARSE, SPARSE, DRAWS)
def test_a_pasted_piece_leaves_the_first_as_it_is(
    piece: tuple[int, int, int, float], other: tuple[int, int, int, float], draws: Draws
) -> None:
    grid, behind = sparse(*piece), sparse(*other)
    page = Augment(paste=1.0).page(grid, FITTED, draws, lambda _: behind)
    alone = FITTED.page(grid)

    assert page.shape == alone.shape
    assert np.array_equal(page[alone != SPACE], alone[alone != SPACE])
    assert (page != SPACE).sum() <= (grid != SPACE).sum() + (behind != SPACE).sum()


def test_what_is_pasted_is_a_training_piece() -> None:
    grids = [np.full((3, 3), character, np.uint8) for character in (1, 2, 3)] * 8
    for grid in grids:
        grid[1:, 1:] = SPACE
    corpus = corpus_of(grids)
    training = np.flatnonzero(np.arange(len(grids)) % 3 != 1)  # the second character is not trained on
    batches = Batches(corpus, training, 4, FITTED, 0, None, Augment(paste=1.0))
    pages = [page for step in range(30) for page in batches(step).ids.numpy()]

    assert {frozenset(np.unique(page)) for page in pages} == {
        frozenset({SPACE, 1}),
        frozenset({SPACE, 3}),
        frozenset({SPACE, 1, 3}),
    }


def test_noise_is_only_in_what_the_model_reads_and_only_on_the_pieces_pages() -> None:
    plain = batches_of(None, [(8, 8), (20, 14), (3, 30)] * 5, 16)
    noisy = batches_of(Augment(noise=Noise(0.5, 0.2)), [(8, 8), (20, 14), (3, 30)] * 5, 16)
    read = [noisy(step) for step in range(40)]

    batch = plain(0)
    assert batch.seen is batch.ids
    assert sum(int(batch.mask.logical_not().sum()) for batch in read) > 0
    for batch in read:
        assert torch.equal(batch.ids[~batch.mask], batch.seen[~batch.mask])
        assert int(batch.seen.min()) >= 0
        assert int(batch.seen.max()) < 95
    wrong = [(b.ids[i] != b.seen[i])[b.mask[i]].double().mean().item() for b in read for i in range(len(b.pieces))]
    # A replaced character is the same again once in 95 times.
    assert np.mean([share for share in wrong if share]) == pytest.approx(0.2 * 94 / 95, abs=0.01)
    assert np.mean([share > 0 for share in wrong]) == pytest.approx(0.5, abs=0.06)


# ── probabilities, and chance that has a name ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["crop", "mirror", "shift", "paste"])
def test_a_probability_is_how_often(kind: str) -> None:
    grid, other = sparse(16, 17, 1, 0.9), np.full((16, 17), 9, np.uint8)
    plain = FITTED.page(grid)
    draws = [Draws(*row) for row in DrawsOfEpoch(0, 0)(0, 400)]

    def varied(probability: float) -> list[bool]:
        settings: dict[str, Any] = {"crop": Crop(probability, 1), "shift": Shift(probability, 50)}
        augment = Augment(**{kind: settings.get(kind, probability)})
        pages = (augment.page(grid, FITTED, one, lambda _: other) for one in draws)
        return [not np.array_equal(page, plain) for page in pages]

    assert not any(varied(0.0))
    assert np.mean(varied(0.25)) == pytest.approx(0.25, abs=0.06)
    assert np.mean(varied(1.0)) > 0.97


def test_draws_are_a_function_of_seed_epoch_and_piece() -> None:
    places = [(seed, epoch, piece) for seed in range(3) for epoch in range(3) for piece in range(3)]
    drawn = {tuple(DrawsOfEpoch(seed, epoch)(0, 10)[piece]) for seed, epoch, piece in places}

    assert len(drawn) == len(places)
    assert np.array_equal(
        DrawsOfEpoch(0, 0)(0, 5), DrawsOfEpoch(0, 0)(0, 50)[:5]
    )  # more pieces change nothing for the others


# ── batches of varied pieces ────────────────────────────────────────────────────────────────────────────────

SIZES = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=50)


@settings(deadline=None, max_examples=40)
@given(SIZES, st.integers(1, 9), st.integers(0, 3))
def test_an_epoch_has_every_piece_once_and_always_the_same_number_of_batches(
    sizes: list[tuple[int, int]], size: int, epoch: int
) -> None:
    batches = batches_of(ALL, sizes, size)
    plan = batches.plan(epoch)

    assert sorted(np.concatenate(plan)) == list(range(len(sizes)))
    assert len(plan) == batches.steps_per_epoch == -(-len(sizes) // size)
    assert all(1 <= len(pieces) <= size for pieces in plan)


def test_most_pages_need_no_padding() -> None:
    sizes = [(h, w) for h in range(3, 20, 2) for w in range(3, 30, 3)] * 6
    batches = batches_of(ALL, sizes, 8)
    masks = [batches(step).mask for step in range(batches.steps_per_epoch)]

    assert np.mean([bool(mask.all()) for mask in masks]) > 0.75


def test_a_step_far_ahead_is_the_same_without_those_before() -> None:
    sizes = [(h, w) for h in range(3, 12) for w in range(3, 12)]
    walked, jumped = batches_of(ALL, sizes), batches_of(ALL, sizes)
    for step in range(71):
        there = walked(step)

    assert same(there, jumped(70))
    assert same(walked(3), batches_of(ALL, sizes)(3))  # and back in an earlier epoch
    assert not same(walked(3), batches_of(ALL, sizes, seed=1)(3))


def test_every_epoch_varies_anew() -> None:
    batches = batches_of(Augment(shift=Shift(1.0)), [(3, 3)], 1)

    assert len({batches(step).ids.numpy().tobytes() for step in range(60)}) > 20


def test_an_augmentation_that_does_nothing_changes_no_batch() -> None:
    sizes = [(h, w) for h in range(3, 12) for w in range(3, 12)]
    plain, idle = batches_of(None, sizes), batches_of(Augment(), sizes)

    assert all(same(plain(step), idle(step)) for step in range(45))


# ── a whole experiment ──────────────────────────────────────────────────────────────────────────────────────


def test_only_training_is_varied(tmp_path: Path) -> None:
    data = {"corpus": str(tmp_path / "art"), "split": {"rule": "tail", "share": 0.2}, "limit": 24}
    plain, varied = tiny_experiment(tmp_path), tiny_experiment(tmp_path, data={**data, "augment": AUGMENT})

    assert varied.validate(varied.state) == plain.validate(plain.state)
    assert varied.task.batches.augment == Augment(
        crop=Crop(0.5, 4), mirror=0.5, shift=Shift(0.5, 5), paste=0.3, noise=Noise(0.5, 0.1)
    )
    steps = range(plain.task.batches.steps_per_epoch)
    assert not any(same(plain.task.batches(step), varied.task.batches(step)) for step in steps)


def test_the_model_reads_the_noise_and_the_losses_see_the_truth(tmp_path: Path) -> None:
    task = tiny_experiment(tmp_path).task
    batch = task.batches(0)
    noisy = batch._replace(noisy=torch.ones_like(batch.ids)).to(CPU)
    drawn, measured = task.evaluate(task.module, noisy, 0)
    expected = task.module(torch.ones_like(batch.ids))
    probs = task.relaxation(expected.logits)

    assert torch.equal(drawn.logits, expected.logits)
    assert measured.total == task.objective(expected, probs, batch.ids, batch.mask, 0).total
