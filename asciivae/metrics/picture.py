"""Perceptual scores of a reconstruction.

The headline score is `shape`; `char_f1` and `ink_iou` come from the characters. Character accuracy is included for
completeness only: a blank page gets most cells of most drawings right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from asciivae.edges.pipeline import Edges, find_edges
from asciivae.metrics.look import look_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Page = NDArray[np.integer]

SAMPLED = 0.5
"""Spacing, in cell widths, of the points at which contours are sampled."""

NEAR = 0.75
"""Contours within this distance, in cell widths, count as equal."""

FAR = 3.0
"""Distances between contours, in cell widths, are clamped to this."""


def picture_scores(original: Page, reconstruction: Page) -> dict[str, float]:
    """Compute all scores of a pair of pages: `look_scores` and `contour_scores`.

    Args:
        original: (h, w) class ids.
        reconstruction: (h, w) class ids.

    Raises:
        ValueError: the pages differ in size.
    """
    (look,) = look_scores([original], [reconstruction])
    return {**look, **contour_scores(original, reconstruction)}


def contour_scores(original: Page, reconstruction: Page) -> dict[str, float]:
    """Compare the joined contours of two pages (h, w) of characters (a few pairs per second).

    Returns:
        contour: symmetric mean distance between the joined contours, in cell widths, at most 3.
        contour_f1: F1 of contour points within 0.75 cell widths of the other contour, in [0, 1].
        components, components_original, components_difference: connected components; the difference is absolute.
        holes, holes_original, holes_difference: likewise, holes of at least half a cell.
    """
    before, after = find_edges(original.astype(np.uint8)), find_edges(reconstruction.astype(np.uint8))
    contour, contour_f1 = _contour(before, after)
    return {
        "contour": contour,
        "contour_f1": contour_f1,
        "components": float(after.components),
        "components_original": float(before.components),
        "components_difference": float(abs(after.components - before.components)),
        "holes": float(after.holes),
        "holes_original": float(before.holes),
        "holes_difference": float(abs(after.holes - before.holes)),
    }


def _contour(before: Edges, after: Edges) -> tuple[float, float]:
    """Symmetric mean distance between two contours, and the F1 of points near the other contour."""
    one, other = _points(before), _points(after)
    if not (len(one) and len(other)):
        return (0.0, 1.0) if len(one) == len(other) else (FAR, 0.0)
    from scipy.spatial import KDTree

    missing, wrong = (KDTree(to).query(points)[0].clip(max=FAR) for points, to in ((one, other), (other, one)))
    recall, precision = (float((distance <= NEAR).mean()) for distance in (missing, wrong))
    f1 = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    return float(missing.mean() + wrong.mean()) / 2, f1


def _points(edges: Edges) -> NDArray[np.float64]:
    return np.concatenate([np.empty((0, 2)), *(line.sampled(SAMPLED) for line in edges.lines)])
