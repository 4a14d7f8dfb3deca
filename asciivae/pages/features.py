"""What a cell of a page sees before its character is chosen: causal neighbours, hints ahead, mirrors, repeats.

The order is that of reading: row after row, left to right. A feature of cell i is a function of the cells before i, of
the hints (cells ahead whose characters are given) and of height and width, hence the product of the cells'
probabilities is the exact likelihood of the page given its size (and the hints).

All features are small integers for embedding tables; the whole is numpy, for many pages or for one cell of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.transforms import MIRRORED
from asciivae.text.art import Grid
from asciivae.text.charset import CHARSET, SIZE, SPACE, encode

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

OUTSIDE = SIZE
"""The token of a cell beyond the borders."""
UNKNOWN = SIZE + 1
"""The token of a hint that is not given, and of a repeat that was not found."""
TOKENS = SIZE + 2

PAD = 8
"""Cells around each page in the flat arrays; no neighbour is farther."""


def _window(rows: dict[int, tuple[int, int]]) -> tuple[Integers, Integers]:
    offsets = [(dy, dx) for dy, (first, last) in rows.items() for dx in range(first, last + 1)]
    dy, dx = np.array(offsets, np.int64).T
    return dy, dx


BEHIND = _window({0: (-7, -1), -1: (-6, 6), -2: (-5, 5), -3: (-3, 3), -4: (-2, 2), -5: (-1, 1), -6: (0, 0)})
"""Offsets (rows, columns) of the causal neighbours."""
AHEAD = _window({0: (1, 5), 1: (-4, 4), 2: (-3, 3), 3: (-1, 1)})
"""Offsets of the hints."""
MIRROR = _window({0: (-1, 1), -1: (-1, 1), -2: (0, 0), 1: (0, 0)})
"""Offsets around the mirrored cell, in the mirrored drawing (columns run to the left)."""
CONTEXTS = (
    ((0, -1), (0, -2), (0, -3)),
    ((0, -1), (-1, -1), (-1, 0), (-1, 1)),
    ((0, -1), (0, -2), (-1, -1), (-1, 0), (-1, 1), (-2, 0)),
    ((-1, -1), (-1, 0), (-1, 1), (-2, 0), (-2, 1)),
)
"""Neighbourhoods whose two latest earlier occurrences on the page are looked up, as match models do."""
HASHED = (
    ((0, -1), (-1, 0)),
    ((0, -1), (0, -2), (-1, 0)),
    ((0, -1), (-1, -1), (-1, 0), (-1, 1)),
    ((-1, 0), (-1, 1), (-2, 0), (-2, 1)),
    ((0, -1), (0, -2), (0, -3), (0, -4)),
    ((0, -1), (0, -2), (-1, -1), (-1, 0), (-1, 1), (-1, 2)),
)
HASHES = len(HASHED)
BUCKETS = 8192
"""Rows of each table of hashed neighbourhoods."""

DISTANCES = 40
"""Distinct buckets of a distance in cells."""
BUCKET = np.minimum(np.where(np.arange(1024) < 24, np.arange(1024), 24 + (np.arange(1024) - 24) // 8), DISTANCES - 1)

CAUSAL_TOKENS = len(BEHIND[0]) + 2 * len(MIRROR[0]) + 2 * len(CONTEXTS) + 5
HINT_TOKENS = len(AHEAD[0]) + 5
DISTANCE_TOKENS = 4 + 5 + 5 + 2

FLIP = np.arange(TOKENS)
for _pair in MIRRORED.split():
    _left, _right = encode(_pair)
    FLIP[_left], FLIP[_right] = _right, _left
assert len(CHARSET) == SIZE


@dataclass(frozen=True)
class Features:
    """The features of N cells.

    Attributes:
        causal: (N, CAUSAL_TOKENS) tokens in [0, TOKENS): neighbours, mirrors, repeats, the next ink left and above.
        hints: (N, HINT_TOKENS) tokens in [0, TOKENS): the cells ahead, the first known ink below and to the right.
        distances: (N, DISTANCE_TOKENS) buckets in [0, DISTANCES).
        hashed: (N, HASHES) buckets in [0, BUCKETS).
    """

    causal: Integers
    hints: Integers
    distances: Integers
    hashed: Integers


_GOLDEN = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio: Fibonacci hashing (Knuth, TAOCP 3, §6.4)."""


def hash_key(key: int) -> int:
    """The hash of one key, 24 bits; `Pages` hashes many at once."""
    return ((key * _GOLDEN) & 0xFFFFFFFFFFFFFFFF) >> 40


class Pages:
    """Pages side by side in flat padded arrays, and the features of their cells.

    Args:
        grids: (h, w) class ids each. Cells not drawn yet may hold anything: no feature looks at them.
        known: (h, w) booleans each, true where a character is given as a hint; by default none.
    """

    def __init__(self, grids: list[Grid], known: list[Mask] | None = None) -> None:
        self.heights = np.array([g.shape[0] for g in grids], np.int64)
        self.widths = np.array([g.shape[1] for g in grids], np.int64)
        self.strides = self.widths + 2 * PAD
        areas = (self.heights + 2 * PAD) * self.strides
        starts = np.concatenate(([0], np.cumsum(areas)))
        self.origins = starts[:-1] + PAD * self.strides + PAD
        self.cells = np.full(starts[-1], OUTSIDE, np.int64)
        self.hints = np.full(starts[-1], OUTSIDE, np.int64)
        self.hinted = np.zeros(len(grids), bool)
        for p, grid in enumerate(grids):
            self.view(self.cells, p)[:] = grid
            inside = self.view(self.hints, p)
            inside[:] = UNKNOWN
            if known is not None and known[p].any():
                self.hinted[p] = True
                np.copyto(inside, grid, where=known[p])

    def view(self, flat: Integers, page: int) -> Integers:
        """The (h, w) window of a page in a flat array, writable."""
        stride, height, width = self.strides[page], self.heights[page], self.widths[page]
        start = self.origins[page] - PAD
        return flat[start : start + height * stride].reshape(height, stride)[:, PAD : PAD + width]

    def every_cell(self) -> tuple[Integers, Integers, Integers]:
        """(page, row, column) of all cells, page after page in the order of reading."""
        counts = self.heights * self.widths
        page = np.repeat(np.arange(len(counts)), counts)
        index = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return page, index // self.widths[page], index % self.widths[page]

    def features(self, page: Integers, row: Integers, column: Integers, *, repeats: bool = True) -> Features:
        """The features of N cells, given as (N,) page numbers, rows and columns; `repeats` can be left unknown."""
        cells, hints = self.cells, self.hints
        stride, width, height = self.strides[page], self.widths[page], self.heights[page]
        at = self.origins[page] + row * stride + column

        def around(offsets: tuple[Integers, Integers]) -> Integers:
            return at[:, None] + offsets[0] * stride[:, None] + offsets[1]

        behind = cells[around(BEHIND)]
        axis, trust = self._axes(page, row)
        mirrored = [self._mirror(page, at, row, column, width - 1), self._mirror(page, at, row, column, axis)]
        left, left_distance = self._look(self._left, at)
        ups = [self._up(page, row, column + d) for d in (-1, 0, 1)]
        right, right_distance = self._look(self._right, at - stride)
        causal = np.concatenate(
            [
                behind, *mirrored, self._repeats(at, page, repeats), left[:, None], *[u[0][:, None] for u in ups],
                right[:, None],
            ],
            axis=1,
        )  # fmt: skip
        hint = np.full((len(at), HINT_TOKENS), UNKNOWN, np.int64)
        hint[:, : len(AHEAD[0])] = hints[around(AHEAD)]
        far = np.full((len(at), 5), DISTANCES - 1, np.int64)
        chosen = np.flatnonzero(self.hinted[page])
        if len(chosen):
            hint[chosen, -5:], far[chosen] = self._far(page[chosen], row[chosen], column[chosen])
        borders = np.stack([row, height - 1 - row, column, width - 1 - column], axis=1)
        scans = np.stack([left_distance, right_distance, *[u[1] for u in ups]], axis=1)
        distances = np.concatenate([BUCKET[borders], BUCKET[scans], far, trust], axis=1)
        return Features(causal, hint, distances, self._hashed(at, stride))

    # Scans: the nearest ink or border in a direction.

    @property
    def _left(self) -> Integers:
        stops = np.where(self.cells != SPACE, np.arange(len(self.cells)), 0)
        latest = np.maximum.accumulate(stops)
        return np.concatenate(([0], latest[:-1]))  # strictly before a cell

    @property
    def _right(self) -> Integers:
        last = len(self.cells) - 1
        stops = np.where(self.cells != SPACE, np.arange(len(self.cells)), last)
        return np.minimum.accumulate(stops[::-1])[::-1]  # at a cell or after it

    def _look(self, stops: Integers, at: Integers) -> tuple[Integers, Integers]:
        found = stops[at]
        return self.cells[found], np.abs(found - at)

    def _up(self, page: Integers, row: Integers, column: Integers) -> tuple[Integers, Integers]:
        """The nearest ink or border above (row, column), and how many rows it is away."""
        rows = self._last_ink[self.origins[page] + row * self.strides[page] + column]
        found = self.origins[page] + rows * self.strides[page] + column
        return self.cells[found], row - rows

    @property
    def _last_ink(self) -> Integers:
        """For each flat cell the row of the last stop strictly above it, -1 for the border."""
        last = np.full(len(self.cells), -1, np.int64)
        for p in range(len(self.heights)):
            stride, height = self.strides[p], self.heights[p]
            start = self.origins[p] - PAD
            block = self.cells[start : start + height * stride].reshape(height, stride)
            rows = np.where(block != SPACE, np.arange(height)[:, None], -1)
            rows[:, :PAD] = rows[:, -PAD:] = -1
            out = last[start : start + height * stride].reshape(height, stride)
            out[1:] = np.maximum.accumulate(rows, axis=0)[:-1]
        return last

    # Mirrors.

    def _mirror(self, page: Integers, at: Integers, row: Integers, column: Integers, axis: Integers) -> Integers:
        """Flipped tokens around the column axis - column: drawn cells, else hints, else outside or unknown."""
        target = (axis - column)[:, None] - MIRROR[1]
        flat = self.origins[page][:, None] + (row[:, None] + MIRROR[0]) * self.strides[page][:, None] + target
        inside = (target >= -1) & (target <= self.widths[page][:, None])
        flat = np.where(inside, flat, 0)
        seen = np.where(flat < at[:, None], self.cells[flat], self.hints[flat])
        return np.asarray(FLIP[np.where(flat == at[:, None], UNKNOWN, seen)])

    def _axes(self, page: Integers, row: Integers) -> tuple[Integers, Integers]:
        """For each cell the sum of mirrored columns that fits the rows above best, and two buckets of how well."""
        best = np.zeros(len(self.cells), np.int64)
        trust = np.zeros((len(self.cells), 2), np.int64)
        for p in np.unique(page):
            axes, shares = symmetry(self.view(self.cells, int(p)), int(row[page == p].max()))
            start = self.origins[p]
            where = start + np.arange(len(axes)) * self.strides[p]
            best[where], trust[where] = axes, shares
        line = self.origins[page] + row * self.strides[page]
        return best[line], trust[line]

    # Repeats and hashes of neighbourhoods.

    def _keys(self, at: Integers, stride: Integers, context: tuple[tuple[int, int], ...]) -> Integers:
        key = np.zeros(len(at), np.int64)
        for dy, dx in context:
            key = key * TOKENS + self.cells[at + dy * stride + dx]
        return key

    @cached_property
    def _order(self) -> tuple[Integers, Integers, Integers]:
        page, row, column = self.every_cell()
        return page, self.origins[page] + row * self.strides[page] + column, self.strides[page]

    def _repeats(self, at: Integers, page: Integers, wanted: bool) -> Integers:
        """What followed the two latest earlier occurrences of each context on the same page."""
        found = np.full((len(at), 2 * len(CONTEXTS)), UNKNOWN, np.int64)
        if not wanted:
            return found
        pages, flat, stride = self._order
        where = np.searchsorted(flat, at)
        for c, context in enumerate(CONTEXTS):
            key = self._keys(flat, stride, context) * len(self.heights) + pages
            order = np.argsort(key, kind="stable")
            same = key[order[1:]] == key[order[:-1]]
            previous = np.full(len(flat), -1, np.int64)
            previous[order[1:]] = np.where(same, order[:-1], -1)
            earlier = where
            for k in range(2):
                earlier = np.where(earlier < 0, -1, previous[earlier])
                found[:, 2 * c + k] = np.where(earlier < 0, UNKNOWN, self.cells[flat[earlier]])
        return found

    def _hashed(self, at: Integers, stride: Integers) -> Integers:
        buckets = np.empty((len(at), HASHES), np.int64)
        for h, context in enumerate(HASHED):
            key = self._keys(at, stride, context)
            # The product wraps round on purpose.
            mixed = (key.astype(np.uint64) * np.uint64(_GOLDEN)) >> np.uint64(40)
            buckets[:, h] = (mixed % np.uint64(BUCKETS)).astype(np.int64)
        return buckets

    # Hints farther away than the window.

    def _far(self, page: Integers, row: Integers, column: Integers) -> tuple[Integers, Integers]:
        """The first known ink or border below (three columns) and to the right (this row, the next)."""
        tokens = np.empty((len(page), 5), np.int64)
        buckets = np.empty((len(page), 5), np.int64)
        at = self.origins[page] + row * self.strides[page] + column
        below, right = self._ahead
        for k, d in enumerate((-1, 0, 1)):
            rows = below[at + d]
            tokens[:, k] = self.hints[self.origins[page] + rows * self.strides[page] + column + d]
            buckets[:, k] = BUCKET[rows - row]
        for k, below_by in ((3, 0), (4, 1)):
            start = at + below_by * self.strides[page] + 1
            found = right[start]
            tokens[:, k] = self.hints[found]
            buckets[:, k] = BUCKET[found - start]
        return tokens, buckets

    @cached_property
    def _ahead(self) -> tuple[Integers, Integers]:
        stop = (self.hints != SPACE) & (self.hints != UNKNOWN)
        size = len(self.hints)
        right = np.minimum.accumulate(np.where(stop, np.arange(size), size - 1)[::-1])[::-1]
        below = np.zeros(size, np.int64)
        for p in range(len(self.heights)):
            stride, height = self.strides[p], self.heights[p]
            start = self.origins[p] - PAD
            window = slice(start, start + (height + 1) * stride)
            rows = np.where(stop[window].reshape(height + 1, stride), np.arange(height + 1)[:, None], height)
            nearest = np.minimum.accumulate(rows[::-1], axis=0)[::-1]
            below[start : start + height * stride].reshape(height, stride)[:] = nearest[1:]
        return below, right


_FADE = 0.9


def symmetry(grid: Integers, row: int) -> tuple[Integers, Integers]:
    """The vertical axis of symmetry that fits the rows above each row best.

    Args:
        grid: (h, w) tokens.
        row: the last row whose answer is wanted; only the cells above it matter.

    Returns:
        (h,) sums of mirrored columns, in [0, 2w - 2]: column c is mirrored at sum - c; and (h, 2) buckets in
        [0, DISTANCES): the share of the ink above that agrees, and how far the axis is from the middle, in cells.
    """
    height, width = grid.shape
    above = grid[:row]
    agree = (above[:, :, None] == FLIP[above][:, None, :]) & (above != SPACE)[:, :, None]
    rows, first, second = np.nonzero(agree)
    sums = 2 * width - 1
    counts = np.bincount(rows * sums + first + second, minlength=height * sums).reshape(height, sums)
    ink = np.zeros(height)
    ink[: len(above)] = (above != SPACE).sum(axis=1)
    scores = np.zeros((height, sums))
    total = np.zeros(height)
    for r in range(1, height):
        scores[r] = _FADE * scores[r - 1] + counts[r - 1]
        total[r] = _FADE * total[r - 1] + ink[r - 1]
    middle = 0.5 / (1 + np.abs(np.arange(sums) - (width - 1)))
    axes = np.argmax(scores + middle, axis=1)
    share = scores[np.arange(height), axes] / np.maximum(total, 1)
    off = np.abs(axes - (width - 1))
    return axes, np.stack([np.minimum(share * 16, 16).astype(np.int64), BUCKET[off]], axis=1)
