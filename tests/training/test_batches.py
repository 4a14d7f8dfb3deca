"""Batches: every piece once an epoch, alike in size, whole on its page, in an order that seed and epoch decide."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tiny_runs import corpus_of, grids_of

from asciivae.corpus.augment import Roll
from asciivae.errors import ArtError
from asciivae.text.canvas import Canvas
from asciivae.text.charset import SPACE
from asciivae.training.batches import Batches, _snake, collate, in_order

FITTED = Canvas(lambda h, w: (-(-h // 8) * 8, -(-w // 8) * 8), trimmed=True)
SIZES = st.lists(st.tuples(st.integers(1, 20), st.integers(1, 20)), min_size=1, max_size=50)


def batches_of(sizes: Sequence[tuple[int, int]], size: int = 4, seed: int = 0, roll: Roll | None = None) -> Batches:
    corpus = corpus_of(grids_of(sizes))
    return Batches(corpus, np.arange(len(sizes)), size, FITTED, seed, roll)


@settings(deadline=None, max_examples=60)
@given(SIZES, st.integers(1, 9), st.integers(0, 3))
def test_an_epoch_has_every_piece_once_in_batches_of_one_size(
    sizes: list[tuple[int, int]], batch: int, epoch: int
) -> None:
    batches = batches_of(sizes, batch)
    plan = batches.plan(epoch)

    assert sorted(np.concatenate(plan)) == list(range(len(sizes)))
    assert len(plan) == batches.steps_per_epoch
    assert all(1 <= len(pieces) <= batch for pieces in plan)
    pages = [FITTED.size_for(*size) for size in sizes]
    left_over = sum(pages.count(page) % batch for page in set(pages))
    mixed_or_small = [pieces for pieces in plan if len({pages[i] for i in pieces}) > 1 or len(pieces) < batch]
    assert sum(map(len, mixed_or_small)) <= left_over
    assert len(mixed_or_small) <= -(-left_over // batch)


def test_the_order_is_a_function_of_seed_and_epoch() -> None:
    sizes = [(5, 5)] * 30

    def order(seed: int, epoch: int) -> list[list[int]]:
        return [pieces.tolist() for pieces in batches_of(sizes, seed=seed).plan(epoch)]

    plans = [order(0, 0), order(0, 1), order(1, 0)]
    assert plans[0] == order(0, 0)
    assert plans[0] != plans[1] != plans[2] != plans[0]


def test_a_step_far_ahead_is_the_same_without_those_before() -> None:
    sizes = [(h, w) for h in range(3, 12) for w in range(3, 12)]
    walked, jumped = batches_of(sizes, roll=Roll(3, 2.0)), batches_of(sizes, roll=Roll(3, 2.0))
    for step in range(51):
        there = walked(step)
    here = jumped(50)

    assert torch.equal(there.ids, here.ids)
    assert np.array_equal(there.pieces, here.pieces)


def test_characters_travel_as_int64_pages_and_never_one_hot() -> None:
    batch = batches_of([(6, 7)] * 4)(0).to(torch.device("cpu"))

    assert batch.ids.shape == batch.mask.shape == (4, 8, 8)
    assert (batch.ids.dtype, batch.mask.dtype) == (torch.int64, torch.bool)


@settings(deadline=None, max_examples=40)
@given(SIZES)
def test_the_mask_is_each_pieces_own_canvas_with_the_piece_in_its_middle(sizes: list[tuple[int, int]]) -> None:
    grids = grids_of(sizes)
    batch = collate([FITTED.page(grid) for grid in grids], np.arange(len(grids)))

    assert batch.ids.shape[1:] == tuple(np.max([FITTED.size(grid) for grid in grids], axis=0))
    for ids, mask, grid in zip(batch.ids.numpy(), batch.mask.numpy(), grids, strict=True):
        height, width = FITTED.size(grid)
        assert mask.sum() == height * width
        own = ids[mask].reshape(height, width)
        top, left = (height - grid.shape[0]) // 2, (width - grid.shape[1]) // 2
        assert np.array_equal(own[top : top + grid.shape[0], left : left + grid.shape[1]], grid)
        assert (ids != SPACE).sum() == grid.size


def test_a_fixed_canvas_has_no_padding_and_refuses_what_is_larger() -> None:
    canvas = Canvas.fixed(10, 12)
    batch = collate([canvas.page(grid) for grid in grids_of([(3, 4), (10, 12)])], np.arange(2))

    assert batch.ids.shape == (2, 10, 12)
    assert batch.mask.all()
    with pytest.raises(ArtError, match="the piece has 11 lines of 4 columns, the canvas 10 of 12"):
        canvas.page(grids_of([(11, 4)])[0])


def test_a_fitted_canvas_cuts_blank_margins_and_a_fixed_one_does_not() -> None:
    grid = np.full((9, 9), SPACE, np.uint8)
    grid[4, 5] = 33

    assert FITTED.size(grid) == (8, 8)
    assert FITTED.content(grid).shape == (1, 1)
    assert Canvas.fixed(16, 16).content(grid).shape == (9, 9)


@pytest.mark.parametrize("shift", [(0, 0), (3, -2), (-7, 15)])
def test_roll_moves_each_piece_circularly_within_its_own_canvas(shift: tuple[int, int]) -> None:
    sizes = [(5, 5), (12, 7), (3, 14)]
    corpus = corpus_of(grids_of(sizes))
    plain = list(in_order(corpus, np.arange(3), 1, FITTED))
    rolled = list(in_order(corpus, np.arange(3), 1, FITTED, lambda n: np.array([shift] * n)))

    for before, after in zip(plain, rolled, strict=True):
        assert torch.equal(before.mask, after.mask)
        assert np.array_equal(np.roll(before.ids.numpy(), shift, (1, 2)), after.ids.numpy())


def test_training_rolls_by_real_shifts_that_differ_by_step_and_keep_the_bound() -> None:
    sizes = [(8, 8)] * 8
    plain, rolled = batches_of(sizes, 8), batches_of(sizes, 8, roll=Roll(3, 2.0))
    found = set()
    for step in range(12):
        still, moved = plain(step), rolled(step)
        assert np.array_equal(still.pieces, moved.pieces)  # rolling changes no order
        for before, after in zip(still.ids.numpy(), moved.ids.numpy(), strict=True):
            shift = next(
                (y, x)
                for y in range(-3, 4)
                for x in range(-3, 4)
                if np.array_equal(np.roll(before, (y, x), (0, 1)), after)
            )
            found.add(shift)
    assert len(found) > 20
    assert {y for y, _ in found} == {x for _, x in found} == set(range(-3, 4))


def test_in_order_shows_every_piece_once_on_a_page_of_its_own_size() -> None:
    sizes = [(20, 20), (3, 3), (12, 3), (3, 3), (17, 9)]
    shown = list(in_order(corpus_of(grids_of(sizes)), np.array([0, 1, 2, 4]), 2, FITTED))

    assert [list(batch.pieces) for batch in shown] == [[1], [2], [4], [0]]
    assert all(batch.mask.all() for batch in shown)
    asked: list[int] = []

    def shifts(n: int) -> NDArray[np.int64]:
        asked.append(n)
        return np.ones((n, 2), np.int64)

    list(in_order(corpus_of(grids_of(sizes)), np.arange(5), 2, FITTED, shifts))
    assert asked == [2, 1, 1, 1]


def test_sizes_go_up_and_down_like_a_snake() -> None:
    sizes = [(8, 24), (16, 8), (8, 8), (24, 8), (16, 24), (8, 16), (24, 32)]
    order = _snake(sizes)
    assert order == [(8, 8), (8, 16), (8, 24), (16, 24), (16, 8), (24, 8), (24, 32)]
