"""Move the picture under the grid so that its lines fall where characters have strokes (Xu, Zhang & Wong 2010).

First the whole picture by an offset within a cell: of several, the one under which the tracer is surest. Then smoothly:
displacements at a coarse net of points, bounded, by gradient through the warp, towards the page that was drawn; and
the page is drawn again.
"""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from asciivae.drawing.decode import LineReader, TracedPage
from asciivae.drawing.lines import CELL, Lines
from asciivae.drawing.raster import thinned
from asciivae.losses.shape import ShapeMeasure
from asciivae.losses.shape_tables import ShapeConfig
from asciivae.text.art import Grid

OFFSETS = tuple(itertools.product((-4, -2, 0, 2, 4), (-2, 0, 2)))
"""(down, right), in pixels of 12 × 6 a cell."""

NET = (4, 8)
"""Rows and columns of cells between two points of the net."""

BOUND = (3.0, 2.0)
"""How far the warp moves at most, (down, right), in pixels."""

STEPS, RATE = 40, 0.15
STIFFNESS = 0.002
"""What a squared difference of one pixel between two points of the net costs, in shape distance."""


def with_offset(tracer: LineReader, lines: Lines) -> Lines:
    """The lines moved by the offset under which the tracer is surest of the cells with lines."""
    best, surest = lines, -np.inf
    for offset in sorted(OFFSETS, key=lambda move: (abs(move[0]) + abs(move[1]), move)):
        moved = _moved(lines, offset)
        page = TracedPage(tracer, moved)
        if not page.asked.any():
            continue
        logp = page.logp(page.unknown())
        sureness = float(logp[page.asked].max(-1).sum() / _crossed(moved))
        if sureness > surest + 1e-6:
            best, surest = moved, sureness
    return best


def _crossed(lines: Lines) -> float:
    """How many cells have lines."""
    pooled = functional.max_pool2d(torch.from_numpy(lines.strength)[None, None], CELL)
    return float(max(1, int((pooled > 0.0).sum())))


def _moved(lines: Lines, offset: tuple[int, int]) -> Lines:
    """Lines moved by whole pixels; what leaves the page is lost."""
    if offset == (0, 0):
        return lines
    height, width = lines.strength.shape
    down, right = offset
    moved = np.zeros_like(lines.strength)
    moved[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = lines.strength[
        max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
    ]
    return dataclasses.replace(lines, strength=moved, clean=False)


def warped(lines: Lines, grid: Grid) -> Lines:
    """The lines, smoothly warped towards what a page draws.

    Args:
        lines: of the picture.
        grid: (H, W) uint8, a page that was drawn of them.
    """
    measure = ShapeMeasure(ShapeConfig())
    rows, columns = lines.cells
    ids = torch.from_numpy(grid.astype(np.int64))[None]
    with torch.no_grad():
        target = measure.of_characters(ids)
    strength = torch.from_numpy((lines.strength > 0.0).astype(np.float32))[None, None]
    half = functional.max_pool2d(strength, 2)
    # Softened, so that a line that is beside its stroke feels where it is.
    soft = functional.avg_pool2d(functional.max_pool2d(half, 3, 1, 1), 3, 1, 1)
    net = torch.zeros(1, 2, max(2, round(rows / NET[0]) + 1), max(2, round(columns / NET[1]) + 1), requires_grad=True)
    optimiser = torch.optim.Adam([net], lr=RATE)
    for _ in range(STEPS):
        optimiser.zero_grad()
        features = measure.features(_sampled(soft, net, 0.5))
        distance = measure._distance(target, features, target.sum((2, 3)) + features.sum((2, 3)))
        bend = net.diff(dim=2).square().mean() + net.diff(dim=3).square().mean()
        (distance.sum() + STIFFNESS * bend).backward()
        optimiser.step()
    with torch.no_grad():
        fat = functional.max_pool2d(torch.from_numpy(lines.strength)[None, None], 3, 1, 1)
        moved = _sampled(fat, net, 1.0)[0, 0].numpy()
    thin = thinned(moved > 0.25)
    return dataclasses.replace(
        lines, strength=np.where(thin, np.clip(moved, 0.3, 1.0), 0.0).astype(np.float32), clean=False
    )


def _sampled(picture: Tensor, net: Tensor, scale: float) -> Tensor:
    """A picture (1, 1, h, w) warped by a net of displacements; `scale` turns page pixels into its own."""
    height, width = picture.shape[2:]
    bound = net.new_tensor(BOUND)[:, None, None]
    flow = functional.interpolate(bound * torch.tanh(net / bound), (height, width), mode="bicubic", align_corners=True)
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    where = torch.stack(
        [2.0 * (x + scale * flow[0, 1]) / width - 1.0, 2.0 * (y + scale * flow[0, 0]) / height - 1.0], -1
    )
    return functional.grid_sample(picture, where[None], align_corners=False)
