"""Near duplicates: the similarity against its definition, sketches against similarity, and the sorting out."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from asciivae.corpus import duplicates, shingles
from asciivae.corpus.builder import collect
from asciivae.corpus.duplicates import connected, deduplicate
from asciivae.corpus.shingles import BINS, Sketches, of_grid
from asciivae.corpus.source import open_corpus
from asciivae.corpus.store import Corpus, Flat, Piece
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


def similarity(one: Grid, other: Grid) -> float:
    return float(shingles.similarities(corpus([one, other]), np.array([0]), np.array([1]))[0])


def sketch(grid: Grid) -> Sketches:
    return shingles.sketches(Flat.of([grid]))[0]


def wall(rng: np.random.Generator, height: int = 16, width: int = 40) -> Grid:
    return rng.integers(0, 95, (height, width), dtype=np.uint8)


@settings(deadline=None)
@given(LINES, LINES)
def test_similarity_is_that_of_bags_of_patches(one: list[str], other: list[str]) -> None:
    a, b = from_lines(one), from_lines(other)
    expected = (patches(a) & patches(b)).total() / (patches(a) | patches(b)).total()
    assert similarity(a, b) == pytest.approx(expected)


@settings(deadline=None)
@given(LINES, st.integers(0, 3), st.integers(0, 3))
def test_where_a_drawing_stands_makes_no_difference(lines: list[str], down: int, right: int) -> None:
    moved = np.pad(from_lines(lines), ((down, 2), (right, 5)))
    assert np.array_equal(of_grid(moved), of_grid(from_lines(lines)))


def test_walls_of_different_size_are_different() -> None:
    bricks = [np.full((n, n), 3, np.uint8) for n in (10, 20)]
    assert similarity(*bricks) < 0.4


def test_sketches_agree_as_often_as_pieces_are_similar() -> None:
    rng = np.random.default_rng(0)
    errors = []
    for changed in range(0, 600, 12):
        a = wall(rng)
        b = a.copy()
        b.flat[rng.choice(a.size, changed, replace=False)] = 7
        estimate = float((sketch(a) == sketch(b)).mean())
        errors.append(estimate - similarity(a, b))
    assert sketch(a).shape == (BINS,)
    assert np.abs(errors).max() < 0.15
    assert abs(np.mean(errors)) < 0.02


def test_small_pieces_have_sketches_too() -> None:
    a, b = from_lines(["/\\", "\\/"]), from_lines(["/\\", "\\/"])
    assert np.array_equal(sketch(a), sketch(b))
    other = sketch(from_lines(["><>"]))
    assert (sketch(a) == other).mean() < 0.2


def test_the_first_of_near_equals_stays_and_relatives_are_a_family() -> None:
    rng = np.random.default_rng(1)
    a, stranger = wall(rng), wall(rng)
    near_copy, cousin = a.copy(), a.copy()
    near_copy[0, :3] = 1
    cousin[:4] = rng.integers(0, 95, (4, 40), dtype=np.uint8)
    found = deduplicate(corpus([stranger, a, near_copy, cousin, near_copy[:, ::-1].copy()]))
    assert found.kept.tolist() == [0, 1, 3, 4]
    assert (found.dropped.tolist(), found.duplicate_of.tolist()) == ([2], [1])
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
    assert len(found.kept) + found.dropped.size == len(grids)
    assert found.dropped.size > 60
    assert (found.duplicate_of < found.dropped).all()
    assert (shingles.similarities(pieces, found.dropped, found.duplicate_of) >= 0.9).all()
    again = deduplicate(pieces.select(found.kept))
    assert again.kept.tolist() == list(range(len(found.kept)))
    assert again.family.tolist() == found.family.tolist()


def test_a_single_piece() -> None:
    found = deduplicate(corpus([from_lines(["x"])]))
    assert (found.kept.tolist(), found.family.tolist(), found.dropped.tolist()) == ([0], [0], [])


@settings(deadline=None)
@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))))
def test_connected_things(case: tuple[int, list[tuple[int, int]]]) -> None:
    n, links = case
    label = list(range(n))
    for _ in range(n):
        for i, j in links:
            label[i] = label[j] = min(label[i], label[j])
    arrays = np.array(links, np.int64).reshape(-1, 2)
    assert connected(n, [(arrays[:, 0], arrays[:, 1])]).tolist() == label


# --- against comparing everything with everything


def copied(rng: np.random.Generator, grid: Grid, kind: int) -> Grid:
    """A near copy, as collections hold them: cropped, signed, or with a few other characters."""
    if kind == 0:
        return grid[:-1] if grid.shape[0] > 4 else grid
    if kind == 1:
        signed = np.pad(grid, ((0, 1), (0, 0)))
        signed[-1, :3] = rng.integers(65, 90, 3)
        return signed
    changed = grid.copy()
    ink = np.flatnonzero(grid)
    changed.flat[rng.choice(ink, max(1, ink.size // 40), replace=False)] = rng.integers(1, 95)
    return changed


def exhaustive(pieces: Corpus) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs i < j of near duplicates, from the shared shingles of all pairs."""
    marks = [of_grid(pieces.grid(i)) for i in range(len(pieces))]
    sizes = np.array([mark.size for mark in marks])
    _, column = np.unique(np.concatenate(marks), return_inverse=True)
    table = csr_matrix((np.ones(column.size, np.int32), column, np.concatenate([[0], np.cumsum(sizes)])))
    shared = (table @ table.T).tocoo()
    similar = shared.data / (sizes[shared.row] + sizes[shared.col] - shared.data)
    found = (shared.row < shared.col) & (similar >= 0.9)
    order = np.lexsort((shared.row[found], shared.col[found]))
    return shared.row[found][order].astype(np.int64), shared.col[found][order].astype(np.int64)


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_nearly_all_are_found_that_comparing_all_pairs_finds(share: float) -> None:
    rng = np.random.default_rng(4)
    drawings = open_corpus("embedded")
    grids: list[Grid] = []
    for i in rng.permutation(len(drawings))[: int(900 * (1 - share))].tolist():
        grids.append(drawings.grid(i))
        while rng.random() < share:
            grids.append(copied(rng, grids[rng.integers(len(grids))], int(rng.integers(3))))
    pieces = corpus(list({(grid.shape, grid.tobytes()): grid for grid in grids}.values()))
    one, other = exhaustive(pieces)
    gone = np.zeros(len(pieces), bool)
    for i, j in zip(one.tolist(), other.tolist(), strict=True):
        gone[j] |= not gone[i]
    assert gone.sum() > 0.3 * share * len(pieces)
    found = deduplicate(pieces)
    dropped = np.zeros(len(pieces), bool)
    dropped[found.dropped] = True
    assert (dropped & gone).sum() >= 0.995 * gone.sum(), "recall"
    assert (dropped & gone).sum() >= 0.995 * dropped.sum(), "precision"
    assert np.count_nonzero(~dropped[one] & ~dropped[other]) <= 0.005 * one.size, "near duplicates that are left"


def test_files_in_place_of_memory_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    grids = [copied(rng, wall(np.random.default_rng(i % 40)), i % 3) for i in range(300)]
    pieces = corpus(grids)
    before = deduplicate(pieces)
    monkeypatch.setattr("asciivae.corpus.scratch.SMALL", 100)
    monkeypatch.setattr("asciivae.corpus.duplicates._TOGETHER", 17)
    after = deduplicate(pieces, scratch=tmp_path)
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert before.dropped.size > 50
    assert list(tmp_path.iterdir()) == []


def test_one_piece_and_many_relatives_take_few_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of one drawing are all in the same buckets, and would be n² / 2 pairs."""
    rng = np.random.default_rng(7)
    original = wall(rng)
    grids = []
    for _ in range(800):
        changed = original.copy()
        changed.flat[rng.choice(original.size, 20, replace=False)] = rng.integers(0, 95, 20)
        grids.append(changed)
    compared = 0
    real = duplicates._Search._agreement

    def counted(search: Any, one: Any, other: Any) -> Any:
        nonlocal compared
        compared += one.size
        return real(search, one, other)

    monkeypatch.setattr(duplicates._Search, "_agreement", counted)
    found = deduplicate(corpus(grids))
    assert np.bincount(found.family).max() > 700
    assert compared < 3 * 64 * len(grids)
