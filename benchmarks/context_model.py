"""A likelihood for pages of characters that shares nothing with the models of this project: counts of 2-D contexts.

The character of a cell is predicted from its neighbours above and to the left, by contexts that grow from none to
seven cells. Each level mixes its counts with the prediction of the level below, as in PPM and in Dirichlet back-off:
p_k(c) = (n_k(c) + a · u_k · p_{k-1}(c)) / (n_k + a · u_k), u_k being the number of different characters seen there.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from asciivae.text.art import Grid

NEIGHBOURS = ((0, -1), (-1, 0), (-1, 1), (-1, -1), (0, -2), (-2, 0), (-1, 2))
"""(rows, columns) from the cell, in the order in which contexts take them."""

BACK_OFF = 0.6
BORDER = 95


class ContextModel:
    """Counts, and what they predict."""

    def __init__(self) -> None:
        self.counts: list[dict[tuple[int, ...], Counter[int]]] = [
            defaultdict(Counter) for _ in range(len(NEIGHBOURS) + 1)
        ]

    def learn(self, grid: Grid) -> None:
        """Count a page (h, w)."""
        for character, around in _cells(grid):
            for level, counts in enumerate(self.counts):
                counts[around[:level]][character] += 1

    def bits(self, grid: Grid) -> float:
        """What a page costs, in bits."""
        return -sum(math.log2(self._probability(character, around)) for character, around in _cells(grid))

    def bits_per_ink(self, grids: Sequence[Grid]) -> float:
        """What pages cost, per character of ink."""
        return sum(map(self.bits, grids)) / max(1, sum(int((grid != 0).sum()) for grid in grids))

    def _probability(self, character: int, around: tuple[int, ...]) -> float:
        p = 1.0 / 95.0
        for level, counts in enumerate(self.counts):
            seen = counts.get(around[:level])
            if not seen:
                break
            held = BACK_OFF * len(seen)
            p = (seen[character] + held * p) / (seen.total() + held)
        return p


def _cells(grid: Grid):
    rows, columns = grid.shape
    padded = np.full((rows + 2, columns + 4), BORDER, np.int64)
    padded[2:, 2:-2] = grid
    table = padded.tolist()
    for y in range(2, rows + 2):
        for x in range(2, columns + 2):
            yield table[y][x], tuple(table[y + dy][x + dx] for dy, dx in NEIGHBOURS)
