"""The `shape` distance of a page to its lines, on arrays; `losses.shape` describes it, and computes its gradients."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from asciivae.losses.shape_tables import BETA, CONTRAST, MOVES, NOISE, ShapeTables, shape_tables
from asciivae.text.art import Grid

if TYPE_CHECKING:
    from asciivae.drawing.lines import Lines

Array = NDArray[np.float32]

PIXELS, STRIDE, PLACES = (6, 3), 3, (2, 1)
"""(h, w) of a cell, in pixels; pixels between features; features per cell. Those of `shape` without options."""


@functools.cache
def tables() -> ShapeTables:
    """The tables of `shape` without options."""
    return shape_tables()


def page_of(grids: NDArray[np.integer]) -> Array:
    """The strokes of pages (…, H, W), with a margin: (…, 6·H + 12, 3·W + 12)."""
    cells = tables().strokes[grids]
    height, width = PIXELS
    *many, rows, columns = grids.shape
    page = cells.swapaxes(-2, -3).reshape(*many, rows * height, columns * width)
    return _with_margin(page, height, 2 * width)


def page_of_lines(lines: Lines) -> Array:
    """The same of lines: a pixel of 6 × 3 a cell is drawn if one of its four is."""
    height, width = (side * cells for side, cells in zip(PIXELS, lines.cells, strict=True))
    step = lines.strength.shape[0] // height
    drawn = (lines.strength > 0.0).reshape(height, step, width, step).any(axis=(1, 3)).astype(np.float32)
    return np.pad(drawn, ((PIXELS[0], PIXELS[0]), (2 * PIXELS[1], 2 * PIXELS[1])))


def exponentials(page: Array) -> Array:
    """K * (e^(12 x) - 1), the shape of the pages."""
    return np.asarray(_filtered(np.expm1(np.float32(BETA) * page), tables().dilation[None], 1)[..., 0, :, :])


def blurred(sums: Array) -> Array:
    """From the exponentials to the features before their rectifier, (…, 5, h', w')."""
    return _filtered(dilated(sums), tables().filters, STRIDE)


def dilated(sums: Array) -> Array:
    """f = min(1, ln(1 + E)/12)."""
    fat = np.log1p(sums)
    fat /= np.float32(BETA)
    return np.minimum(fat, np.float32(1.0), out=fat)


def _filtered(page: Array, windows: NDArray[np.float64], stride: int) -> Array:
    """Every window (K, kh, kw) at every `stride`-th pixel of pages, with a border of zeros: (…, K, h', w')."""
    _, height, width = windows.shape
    padded = _with_margin(page, height // 2, width // 2)
    *many, rows, columns = page.shape
    rows, columns = -(-rows // stride), -(-columns // stride)
    found = np.zeros((*many, len(windows), rows, columns), np.float32)
    for y in range(height):
        for x in range(width):
            taken = padded[..., y : y + stride * (rows - 1) + 1 : stride, x : x + stride * (columns - 1) + 1 : stride]
            found += windows[:, y, x, None, None].astype(np.float32) * taken[..., None, :, :]
    return found


def _with_margin(page: Array, height: int, width: int) -> Array:
    return np.pad(page, [(0, 0)] * (page.ndim - 2) + [(height, height), (width, width)])


def rectified(blurs: Array) -> Array:
    """From the blurs (…, 5, n) to the features: the blur, and what stands out of the four directions."""
    features = np.empty_like(blurs)
    features[..., 0, :] = blurs[..., 0, :]
    directions = blurs[..., 1:, :]
    mean = directions.mean(axis=-2, keepdims=True)
    mean *= np.float32(CONTRAST)
    contrast = np.subtract(directions, mean, out=features[..., 1:, :])
    np.maximum(contrast, np.float32(0.0), out=contrast)
    contrast *= np.float32(2.0)
    return features


def features_of(page: Array) -> Array:
    """The features (…, 5, h', w') of pages with their margin."""
    blurs = blurred(exponentials(page))
    return rectified(blurs.reshape(*blurs.shape[:-2], -1)).reshape(blurs.shape)


def differing(output: Array, target: Array) -> tuple[Array, Array]:
    """t² (a + q) and a + q of features: the numerators and denominators before they are summed."""
    squares = np.square(output)
    squares += np.square(target)
    squares += np.float32(NOISE**2)
    off = output - target
    np.square(off, out=off)
    off /= squares
    np.square(off, out=off)
    ink = np.add(output, target, out=squares)
    off *= ink
    return off, ink


class Likeness(NamedTuple):
    """How alike pages are.

    Attributes:
        distance: (…) float64, in [0, 1].
        move: (…, 2), by how many cells (down, right) the output is displaced.
    """

    distance: NDArray[np.float64]
    move: NDArray[np.intp]


def compared(target: Array, output: Array) -> Likeness:
    """The `shape` distance between features (…, 5, h', w') of originals and of outputs, with its moves by cells."""
    height, width = PLACES
    output, target = _with_margin(output, height, width), _with_margin(target, height, width)
    around = _with_margin(target, height, width)
    ink = (output.sum((-1, -2)) + target.sum((-1, -2))).astype(np.float64)
    tried = []
    for (down, right), price in zip(MOVES, tables().prices, strict=True):
        top, left = (1 - down) * height, (1 - right) * width
        moved = around[..., top : top + target.shape[-2], left : left + target.shape[-1]]
        off = differing(output, moved)[0].sum((-1, -2), dtype=np.float64)
        blur = off[..., 0] / np.maximum(ink[..., 0], 1e-6)
        directions = off[..., 1:].sum(-1) / np.maximum(ink[..., 1:].sum(-1), 1e-6)
        tried.append(0.5 * (blur + directions) + price)
    distances = np.stack(tried, axis=-1)
    return Likeness(distances.min(-1), np.array(MOVES)[distances.argmin(-1)])


def line_distance(grid: Grid, lines: Lines) -> float:
    """The `shape` distance of a page to its lines, in [0, 1], with its moves by whole cells."""
    return float(compared(features_of(page_of_lines(lines)), features_of(page_of(grid))).distance)
