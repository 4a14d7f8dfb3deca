"""How alike pages look: the quick perceptual scores, on arrays."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from asciivae.drawing.likeness import compared, features_of, page_of
from asciivae.metrics.characters import count
from asciivae.render.sheets import atlas_array
from asciivae.text.charset import SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Page = NDArray[np.integer]

GLYPHS = (18, 9)
"""Resolution (h, w) per character at which glyphs are compared."""

ROUNDED = 8
"""Pages are padded to multiples of this, to batch them; the shape distance does not depend on the padding."""

CELLS_AT_ONCE = 4096


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


def _shapes(originals: Sequence[Page], reconstructions: Sequence[Page]) -> list[tuple[float, float, float]]:
    """Distance and displacement (down, right) of each pair; pairs are padded and batched by size."""
    found = [(0.0, 0.0, 0.0)] * len(originals)
    by_size: dict[tuple[int, int], list[int]] = {}
    for i, original in enumerate(originals):
        if original.size:
            height, width = (-(-side // ROUNDED) * ROUNDED for side in original.shape)
            by_size.setdefault((height, width), []).append(i)
    for (height, width), members in by_size.items():
        at_once = max(1, CELLS_AT_ONCE // (height * width))
        for start in range(0, len(members), at_once):
            chunk = members[start : start + at_once]
            pages = np.zeros((2, len(chunk), height, width), np.uint8)
            for k, i in enumerate(chunk):
                rows, columns = originals[i].shape
                pages[0, k, :rows, :columns], pages[1, k, :rows, :columns] = originals[i], reconstructions[i]
            distances, moves = compared(*features_of(page_of(pages)))
            for i, distance, (down, right) in zip(chunk, distances.tolist(), moves.tolist(), strict=True):
                found[i] = (distance, float(down), float(right))
    return found


def _glyph_similarity(original: Page, reconstruction: Page) -> float:
    inked = (original != SPACE) | (reconstruction != SPACE)
    if not inked.any():
        return 1.0
    return float(1.0 - _glyph_distance()[original[inked], reconstruction[inked]].mean())


@functools.cache
def _glyph_distance() -> NDArray[np.float64]:
    """n(i, j) of `render.legibility`, (95, 95) in [0, 1]."""
    flat = 1.0 - atlas_array(res=GLYPHS).reshape(95, -1).astype(np.float64)
    energy = (flat**2).sum(1)
    both = energy[:, None] + energy
    distance = np.maximum(both - 2.0 * flat @ flat.T, 0.0) / np.maximum(both, 1e-12)
    np.fill_diagonal(distance, 0.0)
    return np.asarray(distance)
