"""Boxes, sizes and counts of many pieces against those of one at a time."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asciivae.corpus import extents
from asciivae.corpus.builder import collect
from asciivae.corpus.extents import Boxes, TooLarge, contents, grouped, page_sizes, trimmed
from asciivae.corpus.store import Corpus, Piece
from asciivae.errors import ModelError
from asciivae.text.art import Grid, trim


def corpus(grids: list[Grid]) -> Corpus:
    storage, _ = collect(Piece(grid, {"id": str(i)}) for i, grid in enumerate(grids))
    return Corpus(storage, source="", digest="")


@st.composite
def pieces(draw: st.DrawFn) -> Corpus:
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    grids = []
    for _ in range(draw(st.integers(1, 12))):
        grid = np.zeros((rng.integers(1, 7), rng.integers(1, 9)), np.uint8)
        grid.flat[rng.integers(0, grid.size, rng.integers(1, 5))] = rng.integers(1, 95)
        grids.append(grid)
    return corpus(grids)


@settings(deadline=None)
@given(pieces(), st.data())
def test_contents_are_what_is_left_when_margins_are_trimmed(some: Corpus, data: st.DataObject) -> None:
    chosen = np.array(data.draw(st.lists(st.integers(0, len(some) - 1))), np.int64)
    boxes = contents(some, chosen, True)
    for k, i in enumerate(chosen.tolist()):
        grid, (top, left) = trim(some.grid(i))
        assert (boxes.tops[k], boxes.lefts[k], boxes.heights[k], boxes.widths[k]) == (top, left, *grid.shape)
    whole = contents(some, chosen, False)
    assert list(zip(whole.heights, whole.widths, strict=True)) == [some.grid(i).shape for i in chosen]


@settings(deadline=None)
@given(pieces(), st.integers(0, 1 << 30))
def test_windows_are_trimmed_too(some: Corpus, seed: int) -> None:
    rng = np.random.default_rng(seed)
    whole = Boxes.whole(some, np.arange(len(some)))
    tops, lefts = rng.integers(0, whole.heights), rng.integers(0, whole.widths)
    heights, widths = rng.integers(1, whole.heights - tops + 1), rng.integers(1, whole.widths - lefts + 1)
    found = trimmed(some.storage, Boxes(whole.rows, tops, lefts, heights, widths))
    for i in range(len(some)):
        window = some.grid(i)[tops[i] : tops[i] + heights[i], lefts[i] : lefts[i] + widths[i]]
        grid, (top, left) = trim(window)
        assert (found.heights[i], found.widths[i]) == grid.shape
        if grid.size:
            assert (found.tops[i] - tops[i], found.lefts[i] - lefts[i]) == (top, left)


@settings(deadline=None)
@given(pieces(), st.data())
def test_characters_are_counted(some: Corpus, data: st.DataObject) -> None:
    chosen = np.array(data.draw(st.lists(st.integers(0, len(some) - 1), unique=True)), np.int64)
    expected = sum((np.bincount(some.grid(i).ravel(), minlength=256) for i in chosen.tolist()), np.zeros(256, np.int64))
    assert extents.character_counts(some, chosen).tolist() == expected.tolist()


SIZES = st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400)), max_size=30)


def doubled(height: int, width: int) -> tuple[int, int]:
    if height * width > 40_000:
        raise ModelError("too large")
    return 2 * height, width + 1


@settings(deadline=None)
@given(SIZES)
def test_page_sizes_and_the_first_that_is_too_large(sizes: list[tuple[int, int]]) -> None:
    array = np.array(sizes, np.int64).reshape(-1, 2)
    large = [i for i, (height, width) in enumerate(sizes) if height * width > 40_000]
    if large:
        with pytest.raises(TooLarge, match="too large") as caught:
            page_sizes(array, doubled)
        assert caught.value.position == large[0]
    else:
        assert page_sizes(array, doubled).tolist() == [list(doubled(*size)) for size in sizes]


@settings(deadline=None)
@given(SIZES)
def test_groups_are_in_order_of_area(sizes: list[tuple[int, int]]) -> None:
    expected: dict[Any, list[int]] = {}
    for i, size in enumerate(sizes):
        expected.setdefault(size, []).append(i)
    order = sorted(expected, key=lambda size: (size[0] * size[1], size))
    found = [(size, group.tolist()) for size, group in grouped(np.array(sizes, np.int64).reshape(-1, 2))]
    assert found == [(size, expected[size]) for size in order]
