"""The pipeline from a page of characters to its perceived contour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asciivae.edges.contours import Polyline, outlines, shading, skeleton_lines
from asciivae.edges.detect import EdgeSettings, response
from asciivae.edges.regions import Regions, regions
from asciivae.errors import ArtError
from asciivae.text.charset import SPACE

MAX_PIXELS = 6_000_000
"""The largest page, in pixels. Stroke completion stores about forty floats per pixel, here about 1 GB."""

MARGIN = 1
"""Blank cells added around a page, so that shapes at its border are complete."""


@dataclass(frozen=True)
class Edges:
    """The edges of a page of h × w characters.

    Attributes:
        settings: the settings of the detector.
        size: (h, w), the characters of the page.
        strength: the response of the detector, float32 in [0, 1], with `MARGIN` cells around the page.
        mask: the edge mask, with small holes filled.
        lines: the contour, in cell widths from the page's top left corner.
        components: the number of components of the mask (8-connected).
        holes: the number of holes of at least half a cell (4-connected).
        closed: the number of components that enclose a hole.
    """

    settings: EdgeSettings
    size: tuple[int, int]
    strength: NDArray[np.float32]
    mask: NDArray[np.bool_]
    lines: list[Polyline]
    components: int
    holes: int
    closed: int

    @property
    def length(self) -> float:
        """The total length of the lines, in cell widths."""
        return sum(line.length for line in self.lines)


def find_edges(grid: NDArray[np.uint8], settings: EdgeSettings | None = None) -> Edges:
    """Detect the edges of a page and trace their contour.

    Detects, fills holes of less than half a cell, skeletonises, prunes spurs, and simplifies to polylines. With
    `fill: outline`, thick regions give their outline instead of a skeleton.

    Args:
        grid: (h, w) class ids.
        settings: the settings; by default strokes are joined across gaps.

    Raises:
        ArtError: the page has more than six million pixels.
    """
    settings = settings or EdgeSettings()
    if grid.size * settings.res[0] * settings.res[1] > MAX_PIXELS:
        raise ArtError(
            f"a page of {grid.shape[0]} × {grid.shape[1]} characters is too large for edge detection",
            hint=f"crop it, or use fewer pixels than {settings.res[0]}x{settings.res[1]} per character",
        )
    around = np.pad(grid, MARGIN, constant_values=SPACE)
    strength, mask = response(around, settings)
    found = regions(mask, settings.res[0] * settings.res[1] / 2)
    return Edges(
        settings,
        (grid.shape[0], grid.shape[1]),
        strength,
        found.mask,
        _lines(found, settings),
        found.components,
        found.holes,
        found.closed,
    )


def _lines(found: Regions, settings: EdgeSettings) -> list[Polyline]:
    lines: list[Polyline] = []
    thin = found.mask
    if settings.fill == "outline":
        shaded, thin = shading(found.mask, settings.unit)
        lines += outlines(shaded, found.labels, settings.unit)
    lines += skeleton_lines(thin, found.labels, settings.unit)
    origin = np.array([MARGIN, 2 * MARGIN], float)
    return [Polyline(line.points - origin, line.closed, line.shape) for line in lines]
