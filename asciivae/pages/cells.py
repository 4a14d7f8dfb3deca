"""The cells of pages that a page network looks at, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asciivae.pages.features import OUTSIDE, UNKNOWN, Features, Integers, Mask, Pages
from asciivae.text.art import Grid
from asciivae.text.charset import SPACE

EASY_SHARE = 0.25
"""Share of the easy cells (blank, in blank surroundings) that training looks at. Each counts for 1 / EASY_SHARE of
them, so the loss is unbiased."""
_NEAR = ((0, -1), (0, -2), (0, -3), (-1, -2), (-1, -1), (-1, 0), (-1, 1), (-1, 2), (-2, -1), (-2, 0), (-2, 1))
LARGEST_BATCH = 6000
"""Cells that are evaluated at once, unless one page has more."""


@dataclass(frozen=True)
class Condition:
    """What is said of a page beforehand.

    Attributes:
        category: 1 to the number of categories; 0 says nothing.
        signature: 1 without a signature, 2 with one; 0 says nothing.
    """

    category: int = 0
    signature: int = 0


@dataclass(frozen=True)
class Cells:
    """N cells of B pages, page after page in the order of reading: all but given blanks, which nobody looks at.

    Attributes:
        pages: the pages.
        page: (N,) page numbers.
        row: (N,) rows.
        column: (N,) columns.
        character: (N,) class ids.
        weight: (N,) what each cell stands for; 0 if it is given.
        said: (B, 2) category and signature.
        features: of the cells.
    """

    pages: Pages
    page: Integers
    row: Integers
    column: Integers
    character: Integers
    weight: NDArray[np.float64]
    said: Integers
    features: Features

    @property
    def position(self) -> NDArray[np.float32]:
        """(N, 3) row, column, mirrored column."""
        mirrored = self.pages.widths[self.page] - 1 - self.column
        return np.stack([self.row, self.column, mirrored], 1).astype(np.float32)


def cells_of(
    grids: Sequence[Grid],
    known: Sequence[Mask] | None = None,
    conditions: Sequence[Condition] | None = None,
    thin: Callable[[int], NDArray[np.float64]] | None = None,
) -> Cells:
    """Look at pages; see `make_batch`."""
    pages = Pages(list(grids), None if known is None else list(known))
    page, row, column = pages.every_cell()
    at = pages.origins[page] + row * pages.strides[page] + column
    given = pages.hints[at] != UNKNOWN
    # Blank hints are neither predicted nor attended to.
    keep = ~given | (pages.cells[at] != SPACE)
    weight = np.where(given, 0.0, 1.0)
    if thin is not None:
        easy = _easy(pages, at, pages.strides[page])
        keep &= given | ~easy | (thin(len(easy)) < EASY_SHARE)
        weight = np.where(easy & ~given, 1 / EASY_SHARE, weight)
    page, row, column, weight, at = (a[keep] for a in (page, row, column, weight, at))
    said = np.array([(c.category, c.signature) for c in conditions or [Condition()] * len(grids)], np.int64)
    return Cells(pages, page, row, column, pages.cells[at], weight, said, pages.features(page, row, column))


def given_pages(pages: Pages) -> tuple[Integers, NDArray[np.uint8]]:
    """The G pages with hints, by number, and (G, H, W) what is given: else `UNKNOWN`, `OUTSIDE` in the padding."""
    hinted = np.flatnonzero(pages.hinted)
    height, width = (int(sizes[hinted].max(initial=1)) for sizes in (pages.heights, pages.widths))
    tokens = np.full((len(hinted), height, width), OUTSIDE, np.uint8)
    for n, p in enumerate(hinted.tolist()):
        view = pages.view(pages.hints, p)
        tokens[n, : view.shape[0], : view.shape[1]] = view
    return hinted, tokens


def given_ink(tokens: NDArray[np.integer]) -> Integers:
    """(K, 2) rows and columns of the given ink of one page (H, W) of tokens, in the order of reading."""
    return np.argwhere((tokens != SPACE) & (tokens != UNKNOWN) & (tokens != OUTSIDE))


def in_batches(grids: Sequence[Grid], most: int = LARGEST_BATCH) -> Iterator[list[int]]:
    """Split pages into batches of like size, as lists of indices."""
    order = sorted(range(len(grids)), key=lambda i: grids[i].size)
    while order:
        n = 1
        while n < len(order) and (n + 1) * grids[order[n]].size <= most:
            n += 1
        yield order[:n]
        order = order[n:]


def easy_cells(grid: Grid) -> int:
    """How many cells of a page are easy: blank, in blank surroundings."""
    pages = Pages([grid])
    page, row, column = pages.every_cell()
    stride = pages.strides[page]
    return int(_easy(pages, pages.origins[page] + row * stride + column, stride).sum())


def _easy(pages: Pages, at: Integers, stride: Integers) -> Mask:
    easy: Mask = pages.cells[at] == SPACE
    for dy, dx in _NEAR:
        near = pages.cells[at + dy * stride + dx]
        easy &= (near == SPACE) | (near == OUTSIDE)
    return easy
