"""Windows as arrays, Gaussians and discs in cell widths, and filtering with them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Window = NDArray[np.float64]
Picture = NDArray[np.floating]
"""(height, width) float32 or float64."""

_VALUES_AT_ONCE = 4_000_000


def convolved(picture: Picture, windows: NDArray[np.floating]) -> Picture:
    """Filter a picture (height, width), zeros around, with windows (K, h, w) of odd sizes: (K, height, width).

    As products of matrices and not in the frequency domain, which would spread rounding errors over the picture.
    """
    count, height, width = windows.shape
    weights = windows.reshape(count, -1).T.astype(picture.dtype)
    padded = np.pad(picture, ((height // 2, height // 2), (width // 2, width // 2)))
    found = np.empty((count, *picture.shape), picture.dtype)
    step = max(1, _VALUES_AT_ONCE // (len(weights) * max(picture.shape[1], 1)))
    for row in range(0, picture.shape[0], step):
        seen = np.lib.stride_tricks.sliding_window_view(padded[row : row + step + height - 1], (height, width))
        part = seen.reshape(-1, len(weights)) @ weights
        found[:, row : row + step] = part.T.reshape(count, *seen.shape[:2])
    return found


def log_window(size: int, sigma: float) -> Window:
    """-1/(πσ²) · (1 - ρ²/2σ²) · exp(-ρ²/2σ²) at integer offsets ρ from the centre: (size, size) float64.

    The response to a stroke of ink (0) on paper (1) is positive. The log's prefactor has σ² instead of the usual σ⁴,
    which only scales. With σ = 0.2, the log's choice, the kernel is -8 times the identity and finds no edges.

    Args:
        size: pixels, odd.
        sigma: pixels.
    """
    offsets = np.arange(size, dtype=np.float64) - size // 2
    exponent = (offsets[:, None] ** 2 + offsets**2) / (2.0 * sigma**2)
    return np.asarray(-(1.0 - exponent) * np.exp(-exponent) / (math.pi * sigma**2))


SOBEL = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8.0
"""The slope from left to right, in grey values per pixel; its transpose from top to bottom."""


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
