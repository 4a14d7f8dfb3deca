"""The original experiments' random roll: a piece moves on its canvas and re-enters at the other edge."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from asciivae.text.art import Grid


def roll_shifts(draws: NDArray[np.floating[Any]], maximum: int, sigma: float | None = None) -> NDArray[np.int64]:
    """Turn standard-normal draws into shifts, in cells: sigma · draw, truncated toward zero, at most ±`maximum`.

    Args:
        draws: any shape; the last axis is (rows, columns) by custom.
        maximum: the largest shift, in cells.
        sigma: the standard deviation before truncation, in cells; by default half of `maximum`.
    """
    spread = maximum / 2 if sigma is None else sigma
    return np.clip(np.trunc(spread * np.asarray(draws, np.float64)), -maximum, maximum).astype(np.int64)


def roll(grid: Grid, dy: int, dx: int) -> Grid:
    """Move an (h, w) grid by `dy` cells down and `dx` to the right, circularly, into a new grid."""
    return np.roll(grid, (dy, dx), axis=(0, 1))
