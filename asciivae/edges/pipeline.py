"""The whole way from a page of characters to the contour a person sees in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asciivae.edges.contours import Polyline, outlines, shading, skeleton_lines
from asciivae.edges.detect import EdgeSettings, response
from asciivae.edges.regions import Regions, regions
from asciivae.errors import ArtError
from asciivae.text.charset import SPACE

LARGEST_PIXELS = 6_000_000
"""Of a page. Joining keeps some forty numbers per pixel, so this takes about a gigabyte."""

MARGIN = 1
"""Cells of space put around a page, so that what touches its border is drawn whole."""


@dataclass(frozen=True)
class Edges:
    """The edges of a page of h × w characters.

    Attributes:
        settings: how they were found.
        size: (h, w), the characters of the page.
        strength: the detector's answer, float32 in [0, 1], with `MARGIN` cells around the page.
        mask: where it counts as an edge, small holes filled.
        lines: the contour, in cell widths from the page's top left corner.
        components: how many parts the mask has (8-connected).
        holes: how many holes of at least half a cell (4-connected).
        closed: how many parts enclose a hole.
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
        """The length of all lines, in cell widths."""
        return sum(line.length for line in self.lines)


def find_edges(grid: NDArray[np.uint8], settings: EdgeSettings | None = None) -> Edges:
    """Find the edges of a page and draw their contour.

    Detect, fill holes of less than half a cell, thin, prune spurs, and simplify to polylines. With `fill: outline`,
    regions too fat to be lines give their outline instead of a skeleton.

    Args:
        grid: (h, w) class ids.
        settings: defaults join the near strokes into whole shapes.

    Raises:
        ArtError: the page has more than six million pixels.
    """
    settings = settings or EdgeSettings()
    if grid.size * settings.res[0] * settings.res[1] > LARGEST_PIXELS:
        raise ArtError(
            f"a page of {grid.shape[0]} × {grid.shape[1]} characters is too large to look for edges in",
            hint=f"cut it, or take fewer pixels than {settings.res[0]}x{settings.res[1]} per character",
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
