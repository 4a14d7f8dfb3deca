"""Shingles of pieces, their similarity and their MinHash sketches, for many pieces at a time.

A shingle is a patch of 2 rows × 4 columns that contains ink, together with its occurrence number in the piece, so that
repeated textures of different size differ. The similarity of two pieces is the Jaccard index of their shingles,
|A ∩ B| / |A ∪ B|: 1 for a translated copy, about 0.9 if a signature was added.

Sketches are one-permutation MinHashes with densification (Li, Owen, Zhang 2012; Shrivastava, Li 2014), of 16 bits an
entry (Li, König 2010): unequal entries agree by chance once in 65,536.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.store import Corpus, Flat
from asciivae.text.art import Grid

BINS = 128
"""Entries of a sketch."""

Integers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Sketches = NDArray[np.uint16]

_TOGETHER = 256  # pieces or pairs at a time: their number fits beside a patch of 56 bits in one integer to sort
_CELLS = 1 << 18  # unless they are large
_OWNER, _PATCH = np.uint64(56), np.uint64((1 << 56) - 1)
_BORROWED = np.uint64(0x9E3779B97F4A7C15)
_NONE = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


class Shingles(NamedTuple):
    """The shingles of k pieces.

    Attributes:
        hashes: (m,) 64-bit hashes, piece by piece, without order in a piece; all of a piece's differ.
        offsets: (k + 1,) where in `hashes` each piece begins and ends; a piece with ink has at least one.
    """

    hashes: Hashes
    offsets: Integers


def shingles(flat: Flat) -> Shingles:
    """The shingles of up to 256 pieces."""
    cells, heights, widths = flat.cells, flat.heights, flat.widths
    strides = widths + 3  # patches begin up to 3 columns to the left of a row
    spans = (heights + 1) * strides
    begins = np.cumsum(spans) - spans
    # Two copies of the cells, with 3 blanks before each row: in `lower` every row takes the place of the row above.
    row_widths, row_strides = np.repeat(widths, heights), np.repeat(strides, heights)
    first = np.cumsum(heights) - heights
    rows = np.arange(row_widths.size) - np.repeat(first, heights)
    sources = np.cumsum(row_widths) - row_widths
    places = np.arange(cells.size) + np.repeat(
        np.repeat(begins, heights) + rows * row_strides + 3 - sources, row_widths
    )
    total = int(spans.sum())
    lower, upper = np.zeros(total + 3, np.uint32), np.zeros(total + 3, np.uint32)
    lower[places] = cells
    upper[places + np.repeat(row_strides, row_widths)] = cells
    patches = _four(upper).astype(np.uint64) << np.uint64(28) | _four(lower)
    inked = np.flatnonzero(patches)
    counts = np.diff(np.append(np.searchsorted(inked, begins), inked.size))
    keys = np.repeat(np.arange(heights.size, dtype=np.uint64) << _OWNER, counts) | patches[inked]
    keys.sort()
    index = np.arange(keys.size)
    fresh = np.ones(keys.size, bool)
    fresh[1:] = keys[1:] != keys[:-1]
    occurrence = index - np.maximum.accumulate(np.where(fresh, index, 0))
    hashes = mixed(keys & _PATCH ^ mixed(occurrence.astype(np.uint64)))
    return Shingles(hashes, np.concatenate([[0], np.cumsum(counts)]))


def of_grid(grid: Grid) -> Hashes:
    """The (n,) shingles of one (h, w) piece, sorted; n > 0 if it has ink."""
    return np.sort(shingles(Flat.of([grid])).hashes)


def sketches(flat: Flat) -> Sketches:
    """The MinHash sketches (k, 128) of up to 256 pieces with ink.

    The fraction of equal entries of two sketches estimates their similarity.
    """
    found = shingles(flat)
    k = flat.heights.size
    owners = np.repeat(np.arange(k), np.diff(found.offsets))
    lowest = np.full((k, BINS), _NONE)
    bins = owners * BINS + (found.hashes >> np.uint64(57)).astype(np.int64)
    np.minimum.at(lowest.reshape(-1), bins, found.hashes)
    empty = lowest == _NONE
    # An empty bin borrows from the next one that is not, in a circle, and tells from how far.
    places = np.where(empty, 4 * BINS, np.arange(BINS))
    places = np.concatenate([places, places + BINS], axis=1)
    after = np.minimum.accumulate(places[:, ::-1], axis=1)[:, ::-1][:, :BINS]
    distance = (after - np.arange(BINS)).astype(np.uint64)
    values = np.take_along_axis(lowest & np.uint64(0xFFFF_FFFF), after % BINS, axis=1) + distance * _BORROWED
    return (mixed(values) >> np.uint64(48)).astype(np.uint16)


def blocks(corpus: Corpus) -> Iterator[tuple[int, Flat]]:
    """The pieces of a corpus in blocks that suit these functions, each with the index of its first piece."""
    for begin, end in _ranges(corpus.sizes(np.arange(len(corpus))), _TOGETHER):
        yield begin, corpus.flat(np.arange(begin, end))


def blocks_of(grids: Sequence[Grid]) -> Iterator[Flat]:
    """These (h, w) pieces in blocks that suit these functions."""
    for begin, end in _ranges(np.array([grid.size for grid in grids], np.int64), _TOGETHER):
        yield Flat.of(grids[begin:end])


def similarities(corpus: Corpus, one: Integers, other: Integers) -> NDArray[np.float64]:
    """The Jaccard index, in [0, 1], of the shingles of each pair of pieces: (p,) of two times (p,) indices."""
    results = np.empty(one.size)
    for begin, end in _ranges(corpus.sizes(one) + corpus.sizes(other), _TOGETHER // 2):
        results[begin:end] = _similarities(corpus, one[begin:end], other[begin:end])
    return results


def _similarities(corpus: Corpus, one: Integers, other: Integers) -> NDArray[np.float64]:
    pieces, positions = np.unique(np.concatenate([one, other]), return_inverse=True)
    hashes, offsets = shingles(corpus.flat(pieces))
    first, second = positions[: one.size], positions[one.size :]
    chosen = np.stack([first, second], axis=1).ravel()
    lengths = offsets[chosen + 1] - offsets[chosen]
    # 56 bits of a hash are enough to tell a thousand apart.
    pair = np.repeat(np.repeat(np.arange(one.size, dtype=np.uint64) << _OWNER, 2), lengths)
    keys = pair | _gathered(hashes, offsets[chosen], lengths) >> np.uint64(8)
    keys.sort()
    shared = np.bincount((keys[1:][keys[1:] == keys[:-1]] >> _OWNER).astype(np.int64), minlength=one.size)
    result: NDArray[np.float64] = shared / (lengths.reshape(-1, 2).sum(axis=1) - shared)
    return result


def _ranges(sizes: Integers, most: int) -> Iterator[tuple[int, int]]:
    """Consecutive ranges of at most `most` sizes, and of few cells unless one size alone is large."""
    begin = 0
    while begin < sizes.size:
        together = np.cumsum(sizes[begin : begin + most])
        end = begin + max(int(np.searchsorted(together, _CELLS, "right")), 1)
        yield begin, end
        begin = end


def _gathered(values: Hashes, begins: Integers, lengths: Integers) -> Hashes:
    """Slices of `values`, (k,) begins and lengths, one after the other."""
    skipped = begins - (np.cumsum(lengths) - lengths)
    chosen: Hashes = values[np.arange(int(lengths.sum())) + np.repeat(skipped, lengths)]
    return chosen


def mixed(values: Hashes) -> Hashes:
    """Mix 64-bit integers bijectively (the finaliser of SplitMix64)."""
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return values ^ values >> np.uint64(31)


def _four(cells: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Each cell with the three after it, 7 bits each."""
    bits = np.uint32(7)
    return ((cells[:-3] << bits | cells[1:-2]) << bits | cells[2:-1]) << bits | cells[3:]
