"""Perceptual scores of a reconstruction.

The headline score is `shape`; `char_f1` and `ink_iou` come from the characters. Character accuracy is included for
completeness only: a blank page gets most cells of most drawings right.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from asciivae.edges.pipeline import Edges, find_edges
from asciivae.losses.shape import ShapeMeasure
from asciivae.losses.shape_tables import ShapeConfig
from asciivae.metrics.characters import count
from asciivae.render.glyphs import atlas
from asciivae.render.legibility import visual_distance
from asciivae.text.charset import SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Page = NDArray[np.integer]

GLYPHS = (18, 9)
"""Resolution (h, w) per character at which glyphs are compared."""

ROUNDED = 8
"""Pages are padded to multiples of this, to batch them; the shape distance does not depend on the padding."""

CELLS_AT_ONCE = 8 * 64 * 64

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


def look_scores(originals: Sequence[Page], reconstructions: Sequence[Page]) -> list[dict[str, float]]:
    """Compare pages of characters (a few hundred pairs per second).

    Args:
        originals: (h, w) class ids each.
        reconstructions: as many, of the same sizes.

    Returns:
        For each pair the scores of `CharacterCounts`, and:

        shape: the shape distance, in [0, 1]; 0 for the same drawing, about 0.6 for a blank page.
        shape_down, shape_right: displacement of the reconstruction in cells (-1, 0, 1).
        ink_f1: F1 of inked against blank cells, in [0, 1]; 1 if both pages are blank.
        glyph_similarity: visual similarity of the characters, mean over the cells inked in either page, in [0, 1].

    Raises:
        ValueError: a pair differs in size.
    """
    for original, reconstruction in zip(originals, reconstructions, strict=True):
        if original.shape != reconstruction.shape:
            raise ValueError(f"the pages are {original.shape} and {reconstruction.shape} cells")
    found = []
    for original, reconstruction, shape in zip(
        originals, reconstructions, _shapes(originals, reconstructions), strict=True
    ):
        counts = count(original, reconstruction)
        distance, down, right = shape
        found.append(
            {
                **counts.scores(),
                "shape": distance,
                "shape_down": down,
                "shape_right": right,
                "ink_f1": 2 * counts.both / (counts.ink + counts.drawn) if counts.ink or counts.drawn else 1.0,
                "glyph_similarity": _glyph_similarity(original, reconstruction),
            }
        )
    return found


@torch.no_grad()
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


@torch.no_grad()
def _shapes(originals: Sequence[Page], reconstructions: Sequence[Page]) -> list[tuple[float, float, float]]:
    """Distance and displacement (down, right) of each pair; pairs are padded and batched by size."""
    found = [(0.0, 0.0, 0.0)] * len(originals)
    by_size: dict[tuple[int, int], list[int]] = {}
    for i, original in enumerate(originals):
        if original.size:
            height, width = (-(-side // ROUNDED) * ROUNDED for side in original.shape)
            by_size.setdefault((height, width), []).append(i)
    measure = _measure()
    for (height, width), members in by_size.items():
        at_once = max(1, CELLS_AT_ONCE // (height * width))
        for start in range(0, len(members), at_once):
            chunk = members[start : start + at_once]
            pages = np.zeros((2, len(chunk), height, width), np.int64)
            for k, i in enumerate(chunk):
                rows, columns = originals[i].shape
                pages[0, k, :rows, :columns], pages[1, k, :rows, :columns] = originals[i], reconstructions[i]
            target, output = (measure.of_characters(side) for side in torch.from_numpy(pages))
            compared = measure.compare(target, output)
            for i, distance, (down, right) in zip(
                chunk, compared.distance.tolist(), compared.displacement.tolist(), strict=True
            ):
                found[i] = (distance, float(down), float(right))
    return found


@functools.cache
def _measure() -> ShapeMeasure:
    return ShapeMeasure(ShapeConfig())


def _glyph_similarity(original: Page, reconstruction: Page) -> float:
    inked = (original != SPACE) | (reconstruction != SPACE)
    if not inked.any():
        return 1.0
    return float(1.0 - _glyph_distance()[original[inked], reconstruction[inked]].mean())


@functools.cache
def _glyph_distance() -> NDArray[np.float64]:
    return np.asarray(visual_distance(1.0 - atlas(res=GLYPHS).double()).numpy())


def _contour(before: Edges, after: Edges) -> tuple[float, float]:
    """Symmetric mean distance between two contours, and the F1 of points near the other contour."""
    one, other = _points(before), _points(after)
    if not (len(one) and len(other)):
        return (0.0, 1.0) if len(one) == len(other) else (FAR, 0.0)
    apart = [torch.cdist(part, other).min(dim=1).values for part in one.split(1024)]
    missing = torch.cat(apart).clamp(max=FAR)
    apart = [torch.cdist(part, one).min(dim=1).values for part in other.split(1024)]
    wrong = torch.cat(apart).clamp(max=FAR)
    recall, precision = (float((distance <= NEAR).double().mean()) for distance in (missing, wrong))
    f1 = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    return float(missing.mean() + wrong.mean()) / 2, f1


def _points(edges: Edges) -> torch.Tensor:
    return torch.from_numpy(np.concatenate([np.empty((0, 2)), *(line.sampled(SAMPLED) for line in edges.lines)]))
