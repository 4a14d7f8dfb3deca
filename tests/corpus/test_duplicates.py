"""Near duplicates: the similarity against its definition, sketches against similarity, and the sorting out."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asciivae.corpus.duplicates import BINS, connected, deduplicate, shingles, similarity, sketch
from asciivae.corpus.store import Corpus, Piece, collect
from asciivae.text.art import Grid, from_lines

LINES = st.lists(st.text(st.sampled_from(" /\\_|.o"), min_size=1, max_size=12), min_size=1, max_size=8).filter(
    lambda lines: any(line.strip() for line in lines)
)


def patches(grid: Grid) -> Counter[bytes]:
    """The definition: all patches of 2 × 4 that touch the piece and hold ink."""
    h, w = grid.shape
    around = np.zeros((h + 2, w + 6), np.uint8)
    around[1:-1, 3:-3] = grid
    found = (around[y : y + 2, x : x + 4] for y in range(h + 1) for x in range(w + 3))
    return Counter(patch.tobytes() for patch in found if patch.any())


def corpus(grids: list[Grid]) -> Corpus:
    storage, _ = collect(Piece(grid, {"id": str(i)}) for i, grid in enumerate(grids))
    return Corpus(storage, source="", digest="")


def wall(rng: np.random.Generator, height: int = 16, width: int = 40) -> Grid:
    return rng.integers(0, 95, (height, width), dtype=np.uint8)


@settings(deadline=None)
@given(LINES, LINES)
def test_similarity_is_that_of_bags_of_patches(one: list[str], other: list[str]) -> None:
    a, b = from_lines(one), from_lines(other)
    expected = (patches(a) & patches(b)).total() / (patches(a) | patches(b)).total()
    assert similarity(shingles(a), shingles(b)) == pytest.approx(expected)


@settings(deadline=None)
@given(LINES, st.integers(0, 3), st.integers(0, 3))
def test_where_a_drawing_stands_makes_no_difference(lines: list[str], down: int, right: int) -> None:
    moved = np.pad(from_lines(lines), ((down, 2), (right, 5)))
    assert np.array_equal(shingles(moved), shingles(from_lines(lines)))


def test_walls_of_different_size_are_different() -> None:
    bricks = [np.full((n, n), 3, np.uint8) for n in (10, 20)]
    assert similarity(*map(shingles, bricks)) < 0.4


def test_sketches_agree_as_often_as_pieces_are_similar() -> None:
    rng = np.random.default_rng(0)
    errors = []
    for changed in range(0, 600, 12):
        a = wall(rng)
        b = a.copy()
        b.flat[rng.choice(a.size, changed, replace=False)] = 7
        estimate = float((sketch(shingles(a)) == sketch(shingles(b))).mean())
        errors.append(estimate - similarity(shingles(a), shingles(b)))
    assert sketch(shingles(a)).shape == (BINS,)
    assert np.abs(errors).max() < 0.15
    assert abs(np.mean(errors)) < 0.02


def test_small_pieces_have_sketches_too() -> None:
    a, b = from_lines(["/\\", "\\/"]), from_lines(["/\\", "\\/"])
    assert np.array_equal(sketch(shingles(a)), sketch(shingles(b)))
    other = sketch(shingles(from_lines(["><>"])))
    assert (sketch(shingles(a)) == other).mean() < 0.2


def test_the_first_of_near_equals_stays_and_relatives_are_a_family() -> None:
    rng = np.random.default_rng(1)
    a, stranger = wall(rng), wall(rng)
    near_copy, cousin = a.copy(), a.copy()
    near_copy[0, :3] = 1
    cousin[:4] = rng.integers(0, 95, (4, 40), dtype=np.uint8)
    found = deduplicate(corpus([stranger, a, near_copy, cousin, near_copy[:, ::-1].copy()]))
    assert found.kept.tolist() == [0, 1, 3, 4]
    assert found.duplicate_of == {2: 1}
    assert found.family.tolist() == [0, 1, 1, 3]


def test_what_is_kept_is_kept_again_however_many_are_alike() -> None:
    rng = np.random.default_rng(2)
    grids = []
    for _ in range(6):
        a = wall(rng, 20, 40)
        for _ in range(40):
            b = a.copy()
            b.flat[rng.choice(a.size, rng.integers(1, 5), replace=False)] = rng.integers(0, 95)
            grids.append(b)
    pieces = corpus(grids)
    found = deduplicate(pieces)
    assert len(found.kept) + len(found.duplicate_of) == len(grids)
    assert len(found.duplicate_of) > 60
    assert all(
        similarity(shingles(pieces.grid(i)), shingles(pieces.grid(j))) >= 0.9 for i, j in found.duplicate_of.items()
    )
    again = deduplicate(pieces.select(found.kept))
    assert again.kept.tolist() == list(range(len(found.kept)))
    assert again.family.tolist() == found.family.tolist()


def test_a_single_piece() -> None:
    found = deduplicate(corpus([from_lines(["x"])]))
    assert (found.kept.tolist(), found.family.tolist(), found.duplicate_of) == ([0], [0], {})


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))))
def test_connected_things(case: tuple[int, list[tuple[int, int]]]) -> None:
    n, links = case
    label = list(range(n))
    for _ in range(n):
        for i, j in links:
            label[i] = label[j] = min(label[i], label[j])
    arrays = np.array(links, np.int64).reshape(-1, 2)
    assert connected(n, [(arrays[:, 0], arrays[:, 1])]).tolist() == label
