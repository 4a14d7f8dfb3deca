"""The exact likelihood of pages under a page network, given their height and width."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from asciivae.pages.cells import LARGEST_BATCH, Condition
from asciivae.pages.features import Mask
from asciivae.pages.reader import PageReader, log_softmax
from asciivae.text.art import Grid
from asciivae.text.charset import SIZE, SPACE

Bits = NDArray[np.float64]
LATTICE = (3, 5)
"""Rows and columns between two cells that are hidden at the same time in proofreading."""


def cell_bits(
    reader: PageReader,
    grids: Sequence[Grid],
    known: Sequence[Mask] | None = None,
    conditions: Sequence[Condition] | None = None,
    *,
    largest: int = LARGEST_BATCH,
) -> list[Bits]:
    """The surprise of each cell, -log2 p(cell | cells before it, hints, height, width).

    All cells count, blanks at the end of a row and of the page too; a page's bits are the sum. Characters that are
    given as hints cost nothing. How pages are batched changes the answers by rounding alone.

    Args:
        reader: the network.
        grids: (h, w) class ids each.
        known: (h, w) masks of the characters that are given; by default none.
        conditions: one for each page; by default none.
        largest: cells at once.

    Returns:
        (h, w) float64 bits for each page.
    """
    bits = [np.zeros(grid.shape) for grid in grids]
    for found in reader.predict(grids, known, conditions, largest=largest):
        own = grids[found.piece][found.row, found.column].astype(np.int64)
        log_p = np.take_along_axis(log_softmax(found.logits), own[:, None], 1)[:, 0]
        bits[found.piece][found.row, found.column] = -log_p / np.log(2)
    return bits


def bits_per_ink(reader: PageReader, grids: Sequence[Grid], conditions: Sequence[Condition] | None = None) -> float:
    """All bits of the pages, divided by the number of their characters that are not blank."""
    total = sum(float(b.sum()) for b in cell_bits(reader, grids, None, conditions))
    return total / max(sum(int((g != SPACE).sum()) for g in grids), 1)


def probabilities(reader: PageReader, grid: Grid, condition: Condition = Condition()) -> NDArray[np.float32]:
    """What each cell would be, given nearly all of the others.

    The page is looked at once for each cell of a lattice of 3 × 5: every third row and fifth column is hidden, the rest
    is given. A cell that is predicted must be hidden, for others show it to those after them.

    Args:
        reader: the network.
        grid: (h, w) class ids.
        condition: what is said of the page.

    Returns:
        (h, w, 95) probabilities, each over its cell alone: they are for proofreading, not a likelihood of the page.
    """
    found = np.zeros((*grid.shape, SIZE), np.float32)
    rows, columns = np.indices(grid.shape)
    places = [(rows % LATTICE[0] == i) & (columns % LATTICE[1] == j) for i, j in np.ndindex(LATTICE)]
    hidden = [place for place in places if place.any()]
    count = len(hidden)
    for part in reader.predict([grid] * count, [~place for place in hidden], [condition] * count):
        found[part.row, part.column] = np.exp(log_softmax(part.logits))
    return found
