"""Windows as arrays: Gaussians and discs, in cell widths."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Window = NDArray[np.float64]


def gaussian_window(sigma_along: float, sigma_across: float, degrees: float, unit: tuple[float, float]) -> Window:
    """An anisotropic Gaussian that sums to 1, of odd height and width, truncated at three sigma.

    Args:
        sigma_along: standard deviation along the axis, in cell widths.
        sigma_across: standard deviation across the axis, in cell widths.
        degrees: the direction of the axis, counter-clockwise; 0 is horizontal, 90 vertical.
        unit: pixels per cell width, (in y, in x).
    """
    y, x = _grid(3.0 * max(sigma_along, sigma_across), unit)
    angle = math.radians(degrees)
    along = x * math.cos(angle) - y * math.sin(angle)
    across = x * math.sin(angle) + y * math.cos(angle)
    window = np.exp(-0.5 * ((along / sigma_along) ** 2 + (across / sigma_across) ** 2))
    return np.asarray(window / window.sum())


def disc_window(radius: float, unit: tuple[float, float]) -> Window:
    """A disc of ones, its radius in cell widths, of odd height and width; `unit` as in `gaussian_window`."""
    y, x = _grid(radius, unit)
    return np.asarray((np.hypot(x, y) <= radius).astype(np.float64))


def _grid(reach: float, unit: tuple[float, float]) -> tuple[Window, Window]:
    y, x = (np.arange(-int(reach * pixels), int(reach * pixels) + 1) / pixels for pixels in unit)
    grid_y, grid_x = np.meshgrid(y, x, indexing="ij")
    return grid_y, grid_x
