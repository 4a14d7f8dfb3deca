"""The exact likelihood of pages under a page network, given their height and width."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from asciivae.pages.batch import LARGEST_BATCH, Condition, in_batches, make_batch
from asciivae.pages.features import Mask
from asciivae.pages.network import PageNetwork
from asciivae.text.art import Grid
from asciivae.text.charset import SIZE, SPACE

Bits = NDArray[np.float64]
LATTICE = (3, 5)
"""Rows and columns between two cells that are hidden at the same time in proofreading."""


def cell_bits(
    network: PageNetwork,
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
        network: in evaluation mode.
        grids: (h, w) class ids each.
        known: (h, w) masks of the characters that are given; by default none.
        conditions: one for each page; by default none.
        largest: cells at once.

    Returns:
        (h, w) float64 bits for each page.
    """
    bits = [np.zeros(grid.shape) for grid in grids]
    for ids in in_batches(grids, largest):
        batch = make_batch(
            [grids[i] for i in ids],
            None if known is None else [known[i] for i in ids],
            None if conditions is None else [conditions[i] for i in ids],
        ).to(device_of(network))
        if not len(batch.predicted):
            continue
        with torch.inference_mode():
            losses = batch.losses(network).double().cpu().numpy() / np.log(2)
        chosen = batch.predicted.cpu().numpy()
        for n, i in enumerate(ids):
            mine = batch.page[chosen] == n
            bits[i][batch.row[chosen[mine]], batch.column[chosen[mine]]] = losses[mine]
    return bits


def bits_per_ink(network: PageNetwork, grids: Sequence[Grid], conditions: Sequence[Condition] | None = None) -> float:
    """All bits of the pages, divided by the number of their characters that are not blank."""
    total = sum(float(b.sum()) for b in cell_bits(network, grids, None, conditions))
    return total / max(sum(int((g != SPACE).sum()) for g in grids), 1)


def probabilities(network: PageNetwork, grid: Grid, condition: Condition = Condition()) -> NDArray[np.float32]:
    """What each cell would be, given nearly all of the others.

    The page is looked at once for each cell of a lattice of 3 × 5: every third row and fifth column is hidden, the rest
    is given. A cell that is predicted must be hidden, for others show it to those after them.

    Args:
        network: in evaluation mode.
        grid: (h, w) class ids.
        condition: what is said of the page.

    Returns:
        (h, w, 95) probabilities, each over its cell alone: they are for proofreading, not a likelihood of the page.
    """
    found = np.zeros((*grid.shape, SIZE), np.float32)
    rows, columns = np.indices(grid.shape)
    places = [(rows % LATTICE[0] == i) & (columns % LATTICE[1] == j) for i, j in np.ndindex(LATTICE)]
    hidden = [place for place in places if place.any()]
    for ids in in_batches([grid] * len(hidden)):
        batch = make_batch([grid] * len(ids), [~hidden[i] for i in ids], [condition] * len(ids))
        with torch.inference_mode():
            p = batch.to(device_of(network)).logits(network).softmax(1).float().cpu().numpy()
        chosen = batch.predicted.numpy()
        found[batch.row[chosen], batch.column[chosen]] = p
    return found


def device_of(network: PageNetwork) -> torch.device:
    """Where the network's parameters are."""
    return network.leave.weight.device
