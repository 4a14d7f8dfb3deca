"""Local search: change one character at a time while the page comes to look more like its lines, in the artist's hand.

Minimised is  S · D(page, lines) + weight · Σ -log p  over the cells; D is the `shape` distance (see `losses.shape`)
without its moves, S the number of cells near lines, so that both parts are sums over cells, and p what the tracer
says.

Why it is fast: before its Gaussians, the dilation of `shape` is a sum over pixels, f = min(1, ln(1 + E)/12) with
E = K * (e^(12 x) - 1), so what a character adds to E is the same wherever it stands, on its cell and one pixel around.
And the features before their rectifier are linear in f: a change of f on those pixels changes 5 × 4 places of each of
the five channels by a fixed matrix. A candidate costs 40 logarithms and one small product. Cells whose places do not
overlap are changed at once.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from asciivae.drawing.likeness import (
    PIXELS,
    Array,
    blurred,
    differing,
    dilated,
    exponentials,
    features_of,
    page_of,
    page_of_lines,
    rectified,
    tables,
)
from asciivae.drawing.lines import CELL, Lines
from asciivae.drawing.raster import widened
from asciivae.losses.shape_tables import BETA
from asciivae.text.art import Grid
from asciivae.text.charset import SPACE

WEIGHT = 0.02
"""What one nat of the tracer's -log p counts, where a page without any likeness counts about 0.6 for a cell."""

CANDIDATES = 10
SWEEPS = 6
ROW_CLASSES, COLUMN_CLASSES = 3, 4
"""Cells so many rows or columns apart share no feature."""

AT_ONCE = 128
"""Cells that are tried at once: what they need stays in the processor's cache."""

_ROWS, _COLUMNS = 5, 4
"""Places of the features that a cell reaches."""

Indices = NDArray[np.intp]


class Reach(NamedTuple):
    """What characters do to features; float32.

    Attributes:
        added: (95, 40), what a character adds to E on its cell of 6 × 3 pixels and one pixel around.
        spread: (40, 100), from a change of f there to the change of the blurs at 5 channels × 5 × 4 places.
    """

    added: Array
    spread: Array


@functools.cache
def reach_of_characters() -> Reach:
    """The tables of the search, which are the same for all pages."""
    strokes, dilation, filters, _ = tables()
    around = np.pad(strokes.astype(np.float64), ((0, 0), (1, 1), (1, 1)))
    padded = np.pad(np.expm1(BETA * around), ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, dilation.shape, axis=(1, 2))
    added = np.einsum("nyxij,ij->nyx", windows, dilation).reshape(len(strokes), -1)
    # The window of the first place begins five pixels above and left of the first pixel, the next ones 3 pixels on.
    spread = np.zeros((40, len(filters), _ROWS, _COLUMNS))
    for pixel in range(40):
        for i in range(_ROWS):
            for j in range(_COLUMNS):
                y, x = 5 + pixel // 5 - 3 * i, 5 + pixel % 5 - 3 * j
                if 0 <= y < filters.shape[1] and 0 <= x < filters.shape[2]:
                    spread[pixel, :, i, j] = filters[:, y, x]
    return Reach(added.astype(np.float32), spread.reshape(40, -1).astype(np.float32))


def search(
    grid: Grid,
    lines: Lines,
    logp: NDArray[np.float32],
    *,
    weight: float = WEIGHT,
    candidates: int = CANDIDATES,
    sweeps: int = SWEEPS,
) -> Grid:
    """Improve a page, character by character, until nothing changes or the sweeps are over.

    Args:
        grid: (H, W) uint8, where the search starts.
        lines: what the page is to look like.
        logp: (H, W, 95), the tracer's log-probabilities.
        weight: of the tracer's -log p, in nats, against the distance.
        candidates: how many characters a cell tries: the likeliest, and the blank.
        sweeps: how often every cell is visited at most.

    Returns:
        A new (H, W) grid.
    """
    return _Search(grid, lines, logp, weight, candidates).run(sweeps)


class _Search:
    """The state of one search: characters, and all that depends on them, kept up to date."""

    def __init__(self, grid: Grid, lines: Lines, logp: NDArray[np.float32], weight: float, candidates: int) -> None:
        self.reach = reach_of_characters()
        self.ids = grid.astype(np.intp)
        self.weight = np.float32(weight)
        self.target = features_of(page_of_lines(lines))
        rows, columns = self.ids.shape
        crossed = np.any((lines.strength > 0.0).reshape(rows, CELL[0], columns, CELL[1]), axis=(1, 3))
        self.near = widened(crossed) | (self.ids != SPACE)
        self.scale = np.float32(max(1, int(crossed.sum())))
        self.cost = -np.maximum(logp, np.float32(-30.0))
        self.tried = np.full((rows, columns, candidates), SPACE, np.intp)
        likeliest = self.cost[self.near].argsort(axis=-1, kind="stable")[:, : candidates - 1]
        self.tried[self.near, : likeliest.shape[1]] = likeliest
        # Where the places of the features of each cell begin, in the flattened (h', w').
        self.width = self.target.shape[2]
        places = (np.arange(_ROWS)[:, None] * self.width + np.arange(_COLUMNS)).ravel()
        plane = self.target.shape[1] * self.target.shape[2]
        self.places = (np.arange(5)[:, None] * plane + places).ravel()
        self._refresh()

    def run(self, sweeps: int) -> Grid:
        classes = self._classes()
        for _ in range(sweeps):
            if not sum(self._visit(cells) for cells in classes):
                break
            self._refresh()
        return self.ids.astype(np.uint8)

    def _classes(self) -> list[Indices]:
        """Flat indices of the cells that are visited, split so that no two of a class reach the same place."""
        y, x = np.indices(self.ids.shape)
        number = (y % ROW_CLASSES) * COLUMN_CLASSES + x % COLUMN_CLASSES
        found = [np.flatnonzero(self.near & (number == k)) for k in range(ROW_CLASSES * COLUMN_CLASSES)]
        return [cells for cells in found if len(cells)]

    def _refresh(self) -> None:
        """Compute everything anew from the characters: rounding does not pile up."""
        self.exponentials = exponentials(page_of(self.ids.astype(np.uint8)))
        self.blurs = blurred(self.exponentials)
        features = rectified(self.blurs.reshape(5, -1))
        self.numerator, self.denominator = _parts(features, self.target.reshape(5, -1))

    def _visit(self, cells: Indices) -> int:
        """Try all candidates of some cells, which share no places, and take the best; returns how many changed."""
        numerator, denominator = self.numerator.copy(), self.denominator.copy()
        changed = 0
        for first in range(0, len(cells), AT_ONCE):
            moved = self._try(cells[first : first + AT_ONCE])
            if moved is not None:
                numerator += moved[0].sum(0)
                denominator += moved[1].sum(0)
                changed += len(moved[0])
        self.numerator, self.denominator = numerator, denominator
        return changed

    def _try(self, cells: Indices) -> tuple[Array, Array] | None:
        """Change what becomes better; the changes of the numerators and of the denominators, (n, 2)."""
        columns = self.ids.shape[1]
        y, x = cells // columns, cells % columns
        # Pixels of the padded page: a cell begins at (6 y + 6, 3 x + 6); one pixel around belongs to it.
        pixel_y = (PIXELS[0] * y + 5)[:, None, None] + np.arange(8)[:, None]
        pixel_x = (PIXELS[1] * x + 5)[:, None, None] + np.arange(5)
        current = self.ids[y, x]
        now = self.exponentials[pixel_y, pixel_x].reshape(len(cells), -1)
        without = now - self.reach.added[current]
        tried = np.concatenate([current[:, None], self.tried[y, x]], axis=1)  # (n, k), the first is what is there
        then = self.reach.added[tried]
        then += without[:, None]
        np.maximum(then, np.float32(0.0), out=then)
        change = dilated(then)
        change -= dilated(now)[:, None]
        places = ((2 * y + 1) * self.width + x + 1)[:, None] + self.places
        blurs = change @ self.reach.spread
        blurs += self.blurs.ravel()[places][:, None]
        features = rectified(blurs.reshape(*tried.shape, 5, -1))
        target = self.target.ravel()[places].reshape(len(cells), 1, 5, -1)
        numerator, denominator = _parts(features, target)  # (n, k, 2)
        numerator -= numerator[:, :1].copy()
        denominator -= denominator[:, :1].copy()
        ratio = (self.numerator + numerator) / np.maximum(self.denominator + denominator, np.float32(1e-6))
        distance = np.float32(0.5) * (ratio[..., 0] + ratio[..., 1])
        cost = self.scale * distance + self.weight * np.take_along_axis(self.cost[y, x], tried, axis=1)
        best = cost.argmin(axis=1)
        best[cost[np.arange(len(cells)), best] > cost[:, 0] - 1e-6] = 0
        moved = np.flatnonzero(best)
        if not len(moved):
            return None
        chosen = best[moved]
        self.ids[y[moved], x[moved]] = tried[moved, chosen]
        self.exponentials[pixel_y[moved], pixel_x[moved]] = then[moved, chosen].reshape(-1, 8, 5)
        self.blurs.reshape(-1)[places[moved]] = blurs[moved, chosen]
        return numerator[moved, chosen], denominator[moved, chosen]


def _parts(features: Array, target: Array) -> tuple[Array, Array]:
    """The numerators and denominators of the two distances, of the blur and of the directions.

    Args:
        features: (…, 5, n).
        target: of the lines, broadcastable to it.

    Returns:
        Two arrays (…, 2).
    """
    parts = []
    for part in differing(features, target):
        sums = part.sum(axis=-1)
        parts.append(np.stack([sums[..., 0], sums[..., 1:].sum(axis=-1)], axis=-1))
    return parts[0], parts[1]
