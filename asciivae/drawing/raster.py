"""Image processing for the lines of a picture, in NumPy alone: importing SciPy takes longer than all of this.

Pictures are (h, w) arrays, lengths are in pixels. Beyond the border, a picture goes on as its outermost pixels.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Mask = NDArray[np.bool_]

BLOCK = 256
"""Rows or columns that are smoothed in one matrix product."""

EIGHT = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
"""The neighbours of a pixel, clockwise from the north-west."""

STAIRS, FIRST_ONLY, SECOND_ONLY = (
    (10, 40, 130, 160),
    (3, 6, 11, 12, 14, 131, 134, 161, 194, 198),
    (24, 26, 56, 96, 104, 108, 176, 192, 224),
)
KEPT = (48, 129)
"""Neighbourhoods, as the bits of `EIGHT`, of which scikit-image's thinning decides otherwise than Zhang & Suen.

It takes the corners of stairs away, and leaves the ends of thick lines. Tracers learn from lines that it thinned.
"""


def smoothed(field: Field, sigma: float, *, order: tuple[int, int] = (0, 0), truncate: float = 3.0) -> Field:
    """A picture under a Gaussian, or a derivative of it.

    Args:
        field: (h, w).
        sigma: the deviation.
        order: 0 for the Gaussian, 1 for its first derivative, (down, right).
        truncate: where the Gaussian ends, in deviations.
    """
    down, right = (_taps(sigma, way, truncate) for way in order)
    return np.asarray(_along_columns(_along_columns(field, down).T, right).T)


@functools.lru_cache(maxsize=32)
def _taps(sigma: float, order: int, truncate: float) -> NDArray[np.float64]:
    """The weights of the pixels from -r to r."""
    reach = int(truncate * sigma + 0.5)
    x = np.arange(-reach, reach + 1)
    taps = np.exp(-0.5 * (x / sigma) ** 2)
    taps /= taps.sum()
    return taps if order == 0 else taps * x / sigma**2


def _along_columns(field: Field, taps: NDArray[np.float64]) -> Field:
    """Every column filtered: a banded matrix times the picture, in blocks; BLAS does it faster than a loop of taps."""
    length, reach = len(field), len(taps) // 2
    found = np.empty(field.shape, np.float32)
    for top in range(0, length, BLOCK):
        rows = np.arange(top, min(top + BLOCK, length))
        first, last = max(0, top - reach), min(length, top + BLOCK + reach)
        weights = np.zeros((len(rows), last - first))
        for offset, tap in enumerate(taps, start=-reach):
            weights[rows - top, np.clip(rows + offset, 0, length - 1) - first] += tap
        np.matmul(weights.astype(np.float32), field[first:last], out=found[top : top + len(rows)])
    return found


def flattened(field: Field, weight: float, rounds: int, *, tolerance: float = 2e-4) -> Field:
    """A picture with little total variation (Rudin, Osher & Fatemi 1992), by Chambolle's projection (2004).

    Args:
        field: (h, w).
        weight: how much the variation counts against the difference to the picture.
        rounds: of the iteration, at most; no pixel is changed by one that is farther away.
        tolerance: it ends when a round lowers the cost by less than this fraction of what it was at first.
    """
    dual, slope = (np.zeros((2, *field.shape), np.float32) for _ in range(2))
    moved, norm = np.zeros(field.shape, np.float32), np.empty(field.shape, np.float32)
    out = field
    costs: list[float] = []
    for number in range(rounds):
        if number:
            np.add(dual[0], dual[1], out=moved)
            np.negative(moved, out=moved)
            moved[1:] += dual[0, :-1]
            moved[:, 1:] += dual[1, :, :-1]
            out = np.add(field, moved, out=norm.copy() if out is field else out)
        np.subtract(out[1:], out[:-1], out=slope[0, :-1])
        np.subtract(out[:, 1:], out[:, :-1], out=slope[1, :, :-1])
        np.square(slope[0], out=norm)
        norm += np.square(slope[1])
        np.sqrt(norm, out=norm)
        costs.append((float(np.vdot(moved, moved)) + weight * float(norm.sum())) / field.size)
        if number and abs(costs[-2] - costs[-1]) < tolerance * costs[0]:
            break
        norm *= 0.25 / weight
        norm += 1.0
        slope *= 0.25
        dual -= slope
        dual /= norm
    return out


def between_pixels(field: Field, y: NDArray[Any], x: NDArray[Any]) -> NDArray[np.float64]:
    """The values (n,) at places between pixels, interpolated bilinearly."""
    height, width = field.shape
    y, x = np.clip(y, 0.0, height - 1.0), np.clip(x, 0.0, width - 1.0)
    top, left = y.astype(np.intp), x.astype(np.intp)
    below, beside = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    down, right = y - top, x - left
    upper = field[top, left] * (1.0 - right) + field[top, beside] * right
    lower = field[below, left] * (1.0 - right) + field[below, beside] * right
    return np.asarray(upper * (1.0 - down) + lower * down)


def stretched(field: Field, size: tuple[int, int]) -> Field:
    """A picture at another size (h, w), interpolated linearly between the centres of its pixels."""
    for length in size:
        places = np.clip((np.arange(length) + 0.5) * (len(field) / length) - 0.5, 0.0, len(field) - 1.0)
        before = places.astype(np.intp)
        share = (places - before).astype(np.float32)[:, None]
        after = np.minimum(before + 1, len(field) - 1)
        field = (field[before] + share * (field[after] - field[before])).T
    return np.ascontiguousarray(field)


class Components(NamedTuple):
    """Connected parts of a mask.

    Attributes:
        labels: (h, w) int32, 0 outside of the mask, the parts numbered from 1 in reading order.
        number: how many parts there are.
    """

    labels: NDArray[np.int32]
    number: int


def components(mask: Mask, *, diagonal: bool = True) -> Components:
    """Label the connected parts of a mask: runs of pixels in a row, joined where they touch one of the row above.

    Args:
        mask: (h, w).
        diagonal: whether pixels that touch at a corner are connected.
    """
    width = mask.shape[1] + 2
    padded = np.pad(mask, ((0, 0), (1, 1)))
    changes = np.flatnonzero(np.diff(padded.ravel())) + 1
    starts, ends = changes[0::2], changes[1::2]
    # Of each run, those of the next row that overlap it.
    first = np.searchsorted(ends, starts + width - diagonal, side="right")
    last = np.searchsorted(starts, ends + width + diagonal, side="left")
    touching = np.maximum(last - first, 0)
    above = np.repeat(np.arange(len(starts)), touching)
    below = np.arange(len(above)) - np.repeat(np.cumsum(touching) - touching, touching) + np.repeat(first, touching)
    parents = np.arange(len(starts))
    while len(above):
        np.minimum.at(parents, np.maximum(above, below), np.minimum(above, below))
        while not np.array_equal(parents, grandparents := parents[parents]):
            parents = grandparents
        above, below = parents[above], parents[below]
        apart = above != below
        above, below = above[apart], below[apart]
    numbers = np.cumsum(parents == np.arange(len(parents)))[parents]
    labels = np.zeros(mask.shape, np.int32)
    labels[mask] = np.repeat(numbers, ends - starts)
    return Components(labels, int(numbers.max(initial=0)))


def thinned(mask: Mask) -> Mask:
    """The middle of lines and areas, one pixel wide (Zhang & Suen 1984), as `skimage.morphology.skeletonize` does."""
    width = mask.shape[1] + 2
    pixels = np.pad(mask, 1).ravel().astype(np.uint8)
    live = np.flatnonzero(pixels)
    around = [down * width + right for down, right in EIGHT]
    tables = removed_by_thinning()
    changed = True
    while changed:
        changed = False
        for table in tables:
            code = np.zeros(len(live), np.uint8)
            for bit, offset in enumerate(around):
                code |= pixels[live + offset] << np.uint8(bit)
            removed = table[code]
            if removed.any():
                changed = True
                pixels[live[removed]] = 0
                live = live[~removed]
    return np.asarray(pixels.reshape(-1, width)[1:-1, 1:-1].astype(np.bool_))


@functools.cache
def removed_by_thinning() -> tuple[Mask, Mask]:
    """By the neighbours of a pixel, as the bits of `EIGHT`: whether the first and the second half-step take it away."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    _, north, _, east, _, south, _, west = bits.T
    count = bits.sum(1)
    rises = ((bits == 0) & (np.roll(bits, -1, axis=1) == 1)).sum(1)
    edge = (count >= 2) & (count <= 6) & (rises == 1)
    first = edge & (north * east * south == 0) & (east * south * west == 0)
    second = edge & (north * east * west == 0) & (north * south * west == 0)
    for codes, values in ((STAIRS, (1, 1)), (FIRST_ONLY, (1, 0)), (SECOND_ONLY, (0, 1)), (KEPT, (0, 0))):
        first[list(codes)], second[list(codes)] = values
    return first, second


def widened(mask: Mask) -> Mask:
    """A mask and the eight neighbours of its pixels."""
    padded = np.pad(mask, 1)
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    return np.asarray(rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:])


def neighbours(mask: Mask) -> NDArray[np.uint8]:
    """How many of the eight neighbours of each pixel are in a mask."""
    padded = np.pad(mask, 1).astype(np.uint8)
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray(rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:] - mask)


def within(mask: Mask, radius: float) -> Mask:
    """The pixels whose distance to a mask is at most `radius`."""
    reach = int(radius)
    # First the distance within the column, then over the columns beside.
    columns = np.where(mask, np.uint8(0), np.uint8(reach + 1))
    for lines in (columns, columns[::-1]):
        for above, here in itertools.pairwise(lines):
            np.minimum(here, above + np.uint8(1), out=here)
    found = np.zeros(mask.shape, np.bool_)
    width = mask.shape[1]
    for offset in range(-min(reach, width - 1), min(reach, width - 1) + 1):
        high = np.uint8(math.isqrt(math.floor(radius**2 - offset**2)))
        here, there = slice(max(0, -offset), width - max(0, offset)), slice(max(0, offset), width + min(0, offset))
        found[:, here] |= columns[:, there] <= high
    return found


def extreme(field: Field, size: int, *, most: bool) -> Field:
    """The largest or smallest value in the square of `size` pixels, an odd number, around each."""
    choose = np.maximum if most else np.minimum
    for _ in range(2):
        field = np.pad(field, ((size // 2,) * 2, (0, 0)), mode="edge")
        seen = 1
        while seen < size:
            step = min(seen, size - seen)
            field = choose(field[step:], field[:-step])
            seen += step
        field = field.T
    return np.asarray(field)
