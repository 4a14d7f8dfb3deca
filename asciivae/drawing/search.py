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
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from asciivae.drawing.lines import CELL, Lines
from asciivae.filters.kernels import convolve
from asciivae.losses.shape import BETA, CONTRAST, NOISE, ShapeConfig, ShapeMeasure
from asciivae.text.art import Grid
from asciivae.text.charset import SPACE

WEIGHT = 0.02
"""What one nat of the tracer's -log p counts, where a page without any likeness counts about 0.6 for a cell."""

CANDIDATES = 10
SWEEPS = 6
ROW_CLASSES, COLUMN_CLASSES = 3, 4
"""Cells so many rows or columns apart share no feature."""

_ROWS, _COLUMNS = 5, 4
"""Places of the features that a cell reaches."""


class _Tables(NamedTuple):
    """What characters do to features; float32.

    Attributes:
        added: (95, 40), what a character adds to E on its cell of 6 × 3 pixels and one pixel around.
        spread: (40, 100), from a change of f there to the change of the blurs at 5 channels × 5 × 4 places.
    """

    added: Tensor
    spread: Tensor


def shape_measure() -> ShapeMeasure:
    """The measure at its usual resolution; see `losses.shape`."""
    return _measure()


@functools.cache
def _measure() -> ShapeMeasure:
    return ShapeMeasure(ShapeConfig())


@functools.cache
def _tables() -> _Tables:
    measure = _measure()
    height, width = (side * measure.stride for side in measure.cell)
    half_y, half_x = (side // 2 for side in measure.dilation.shape[1:])
    if (height, width, measure.stride, half_y, half_x) != (6, 3, 3, 1, 1):
        raise AssertionError("the tables are made for cells of 6 × 3 pixels, a stride of 3 and a dilation by one pixel")
    around = functional.pad(measure.strokes.double(), (1, 1, 1, 1))[:, None]
    dilation = measure.dilation.double()[None]
    added = functional.conv2d(torch.expm1(BETA * around), dilation, padding=1).flatten(1)
    # A unit of f at each of the 8 × 5 pixels, on a patch that holds all places which it reaches.
    patch = torch.zeros(40, 1, 3 * _ROWS + 6, 3 * _COLUMNS + 6, dtype=torch.float64)
    for pixel in range(40):
        patch[pixel, 0, 5 + pixel // 5, 5 + pixel % 5] = 1.0
    filters = measure.filters.double()
    blurs = torch.cat([convolve(one[None], filters, stride=3) for one in patch])
    return _Tables(added.float(), blurs[:, :, :_ROWS, :_COLUMNS].flatten(1).float())


def line_features(lines: Lines) -> Tensor:
    """The `shape` features (1, 5, h', w') of lines: a pixel of 6 × 3 a cell is drawn if one of its four is."""
    drawn = torch.from_numpy((lines.strength > 0.0).astype(np.float32))[None, None]
    return _measure().features(functional.max_pool2d(drawn, CELL[0] // 6))


def line_distance(grid: Grid, lines: Lines) -> float:
    """The `shape` distance of a page to its lines, in [0, 1], with its moves by whole cells."""
    measure = _measure()
    with torch.inference_mode():
        features = measure.of_characters(torch.from_numpy(grid.astype(np.int64))[None])
        return float(measure.compare(line_features(lines), features).distance[0])


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
    with torch.inference_mode():
        return _Search(grid, lines, logp, weight, candidates).run(sweeps)


class _Search:
    """The state of one search: characters, and all that depends on them, kept up to date."""

    def __init__(self, grid: Grid, lines: Lines, logp: NDArray[np.float32], weight: float, candidates: int) -> None:
        self.measure, self.tables = _measure(), _tables()
        self.ids = torch.from_numpy(grid.astype(np.int64))
        self.weight = weight
        target = line_features(lines)[0]
        self.target = target
        rows, columns = self.ids.shape
        pooled = functional.max_pool2d(torch.from_numpy(lines.strength)[None, None], CELL)
        near = functional.max_pool2d(pooled, 3, stride=1, padding=1)[0, 0] > 0.0
        self.near = near | (self.ids != SPACE)
        self.scale = float(max(1, int((pooled > 0.0).sum())))
        self.cost = -torch.from_numpy(logp).clamp(min=-30.0)
        order = self.cost.argsort(dim=-1, stable=True)[..., : candidates - 1]
        blank = torch.full((rows, columns, 1), SPACE)
        self.tried = torch.cat([order, blank], dim=-1)
        # Where the places of the features of each cell begin, in the flattened (h', w').
        self.width = target.shape[2]
        places = (torch.arange(_ROWS)[:, None] * self.width + torch.arange(_COLUMNS)).flatten()
        plane = target.shape[1] * target.shape[2]
        self.places = (torch.arange(5)[:, None] * plane + places).flatten()
        self._refresh()

    def run(self, sweeps: int) -> Grid:
        classes = self._classes()
        for _ in range(sweeps):
            if not sum(self._visit(cells) for cells in classes):
                break
            self._refresh()
        return np.asarray(self.ids.to(torch.uint8).numpy())

    def _classes(self) -> list[Tensor]:
        """Flat indices of the cells that are visited, split so that no two of a class reach the same place."""
        rows, columns = self.ids.shape
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
        number = (y % ROW_CLASSES) * COLUMN_CLASSES + x % COLUMN_CLASSES
        found = [(self.near & (number == k)).flatten().nonzero()[:, 0] for k in range(ROW_CLASSES * COLUMN_CLASSES)]
        return [cells for cells in found if len(cells)]

    def _refresh(self) -> None:
        """Compute everything anew from the characters: rounding does not pile up."""
        measure = self.measure
        strokes = measure.strokes[self.ids]
        rows, columns = self.ids.shape
        page = strokes.transpose(1, 2).reshape(1, 1, rows * 6, columns * 3)
        page = functional.pad(page, (6, 6, 6, 6))
        self.exponentials = convolve(torch.expm1(BETA * page), measure.dilation.to(page), padding=(1, 1))[0, 0]
        fat = (torch.log1p(self.exponentials) / BETA).clamp(max=1.0)
        self.blurs = convolve(fat[None, None], measure.filters.to(page), stride=3, padding=(3, 3))[0].contiguous()
        numerator, denominator = _parts(self.blurs, self.target)
        self.numerator, self.denominator = numerator.sum((1, 2)), denominator.sum((1, 2))

    def _visit(self, cells: Tensor) -> int:
        """Try all candidates of some cells, which share no places, and take the best; returns how many changed."""
        columns = self.ids.shape[1]
        y, x = cells // columns, cells % columns
        # Pixels of the padded page: a cell begins at (6 y + 6, 3 x + 6); one pixel around belongs to it.
        pixel_y = (6 * y + 5)[:, None, None] + torch.arange(8)[:, None]
        pixel_x = (3 * x + 5)[:, None, None] + torch.arange(5)
        current = self.ids[y, x]
        now = self.exponentials[pixel_y, pixel_x].flatten(1)
        without = now - self.tables.added[current]
        tried = torch.cat([current[:, None], self.tried[y, x]], dim=1)  # (n, k), the first is what is there
        then = (without[:, None] + self.tables.added[tried]).clamp(min=0.0)
        fat_now = (torch.log1p(now) / BETA).clamp(max=1.0)
        change = (torch.log1p(then) / BETA).clamp(max=1.0) - fat_now[:, None]
        places = ((2 * y + 1) * self.width + x + 1)[:, None] + self.places
        shape = (*tried.shape, 5, _ROWS * _COLUMNS)
        blurs = self.blurs.view(-1)[places][:, None] + change @ self.tables.spread
        target = self.target.reshape(-1)[places].view(len(cells), 1, 5, -1)
        numerator, denominator = _parts(blurs.view(shape), target, channel=2)
        numerator, denominator = numerator.sum(-1), denominator.sum(-1)  # (n, k, 2)
        numerator = self.numerator + numerator - numerator[:, :1]
        denominator = self.denominator + denominator - denominator[:, :1]
        distance = 0.5 * (numerator / denominator.clamp(min=1e-6)).sum(-1)
        cost = self.scale * distance + self.weight * self.cost[y, x].gather(1, tried)
        best = cost.argmin(dim=1)
        best[cost.gather(1, best[:, None])[:, 0] > cost[:, 0] - 1e-6] = 0
        moved = (best > 0).nonzero()[:, 0]
        if not len(moved):
            return 0
        chosen = best[moved]
        self.ids[y[moved], x[moved]] = tried[moved, chosen]
        self.exponentials[pixel_y[moved], pixel_x[moved]] = then[moved, chosen].view(-1, 8, 5)
        self.blurs.view(-1)[places[moved].flatten()] = blurs[moved, chosen].flatten()
        self.numerator = self.numerator + (numerator[moved, chosen] - numerator[moved, 0]).sum(0)
        self.denominator = self.denominator + (denominator[moved, chosen] - denominator[moved, 0]).sum(0)
        return len(moved)


def _parts(blurs: Tensor, target: Tensor, channel: int = 0) -> tuple[Tensor, Tensor]:
    """Numerators and denominators of the two distances (blur; directions), summed over the channels.

    Args:
        blurs: (…, 5, …), the blur and the four directions before their rectifier.
        target: features of the lines, broadcastable to it.
        channel: the axis of the five channels.

    Returns:
        Two tensors with 2 in place of the 5 channels and, with `channel` 0, the places behind it.
    """
    blur = blurs.narrow(channel, 0, 1)
    directions = blurs.narrow(channel, 1, 4)
    contrast = 2.0 * (directions - CONTRAST * directions.mean(dim=channel, keepdim=True)).relu()
    output = torch.cat([blur, contrast], dim=channel)
    ink = output + target
    off = (output - target).square() / (output.square() + target.square() + NOISE**2)
    differing = ink * off.square()
    parts = [
        torch.stack([part.narrow(channel, 0, 1).sum(channel), part.narrow(channel, 1, 4).sum(channel)], dim=channel)
        for part in (differing, ink)
    ]
    return parts[0], parts[1]
