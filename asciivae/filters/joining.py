"""Stroke completion: a continuous transform that joins a drawing's strokes across the gaps between characters.

A pixel belongs to the drawing if it has ink, or if there is ink both ahead of and behind it in some direction: the
bipole completion of models of human contour vision, a source field times a sink field (Williams and Jacobs 1997).
Lengths are in cell widths; a cell is 1 wide and 2 high. With x the stroke probability, r the distance and n directions,
each a wedge of weights a_j = 1 - (angle off its axis / half its width)⁴:

    A_k(p)  = 1/β ln(1 + Σ_j (a_j/2) e^(-β r_j/ρ) (e^(β x_j) - 1))     the nearest ink in wedge k, decayed;  k < 2n
    C(p)    = 1/β ln(1 + Σ_j (1/6) (e^(β x_j) - 1))                    the strongest ink nearby
    s(p)    = 1/β ln Σ_k<n e^(β (A_k + A_k+n)) - C                     ≈ min(x_a, x_b) - (r_a + r_b)/ρ
    join(p) = max(x, σ(16 (s - s_G)))

over the pixels within 1.1 times the gap, ρ = 2 · gap, with weight 1 (not ½, ⅙) at p itself. r_a + r_b is constant
along a bridge, so a bridge has uniform strength, without a blob in the middle. s_G is measured on two line ends one gap
apart, so that `gap` is the bridged distance at any resolution. Thresholded at ½, the result is the joined drawing.

With β = 40 the soft maximum is close to the maximum: with 24, adjacent pixels add up, and dashes in neighbouring rows
are joined as well.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from asciivae.filters.windows import Picture, Window, convolved

BETA = 40.0
STEEPNESS = 16.0
GAP = 1.5
DIRECTIONS = 8
WEDGE = 60.0


def joined(strokes: Picture, cell: tuple[int, int], *, gap: float = GAP) -> Picture:
    """Complete the strokes of a picture across gaps.

    Args:
        strokes: (height, width) in [0, 1], ink = 1; best from a stroke atlas.
        cell: (h, w), pixels per character; sets the unit of length on both axes.
        gap: the widest gap that is bridged, in cell widths.

    Returns:
        The same shape, in [0, 1], at least `strokes`.
    """
    more = STEEPNESS * (_support(strokes, cell, gap, DIRECTIONS, WEDGE) - support_of_gap(cell, gap))
    return np.asarray(np.maximum(strokes, 1.0 / (1.0 + np.exp(-more.clip(-80.0, 80.0)))))


def _support(ink: Picture, cell: tuple[int, int], gap: float, directions: int, wedge: float) -> Picture:
    """s(p), (height, width)."""
    sums = convolved(np.expm1(BETA * ink), kernels(cell, gap, directions, wedge))
    fields = np.log1p(sums) / BETA
    both = fields[:directions] + fields[directions:-1]
    best = both.max(0)
    more = np.log(np.exp(BETA * (both - best)).sum(0)) / BETA
    return np.asarray(best + more - fields[-1])


@functools.lru_cache(maxsize=32)
def kernels(cell: tuple[int, int], gap: float, directions: int, wedge: float) -> Window:
    """(2n + 1, height, width) float64: the wedges in order of angle, then the disc."""
    unit_y, unit_x = cell[0] / 2, float(cell[1])
    reach = 1.1 * gap
    reach_y, reach_x = int(reach * unit_y), int(reach * unit_x)
    y, x = np.meshgrid(
        np.arange(-reach_y, reach_y + 1) / unit_y, np.arange(-reach_x, reach_x + 1) / unit_x, indexing="ij"
    )
    distance = np.hypot(x, y)
    inside = (distance <= reach).astype(np.float64)
    axes = np.arange(2 * directions) * (math.pi / directions)
    off = np.arctan2(y, x) - axes[:, None, None]
    off = np.abs(np.arctan2(np.sin(off), np.cos(off)))
    # Close to p, a wedge is at least one pixel wide, so that it does not fall between two pixels.
    pixel = 0.5 / min(unit_y, unit_x)
    half = np.maximum(np.arctan2(pixel, distance), math.radians(wedge) / 2)
    weights = np.maximum(1.0 - (off / half) ** 4, 0.0)
    wedges = 0.5 * weights * np.exp(-BETA * distance / (2.0 * gap)) * inside
    found = np.concatenate([wedges, inside[None] / 6.0])
    found[:, reach_y, reach_x] = 1.0
    return found


@functools.lru_cache(maxsize=32)
def support_of_gap(cell: tuple[int, int], gap: float, directions: int = DIRECTIONS, wedge: float = WEDGE) -> float:
    """s_G of the module: the least support between two line ends one gap apart, averaged over two directions."""
    levels = []
    for across, unit in ((True, float(cell[1])), (False, cell[0] / 2)):
        pixels = gap * unit
        narrow, wide = (
            _least_support(n, across, cell, gap, directions, wedge) for n in (math.floor(pixels), math.ceil(pixels))
        )
        levels.append(narrow + (wide - narrow) * (pixels % 1.0))
    return sum(levels) / len(levels)


def _least_support(
    pixels: int, across: bool, cell: tuple[int, int], gap: float, directions: int, wedge: float
) -> float:
    line, margin = 4 * max(cell), 4 * max(cell)
    picture: NDArray[np.float64] = np.zeros((2 * margin + 1, 2 * line + pixels))
    picture[margin, :line] = picture[margin, line + pixels :] = 1.0
    if across:
        support = _support(picture, cell, gap, directions, wedge)
    else:
        support = _support(picture.T.copy(), cell, gap, directions, wedge).T
    return float(support[margin, line : line + pixels].min())
