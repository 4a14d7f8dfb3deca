"""Frames between two drawings, at even steps of the picture.

Characters change discretely, so equal steps in the latent space are unequal in the picture. The interpolation is
decoded densely and bisected where it changes fast; the frames are chosen at equal increments of

    Σ d(p, q) / Σ d  +  Σ r(p, q) / Σ r,    d(p, q) = Σ |ink of p - ink of q|,    r = d / (ink of p + ink of q)

over neighbouring pages p and q: d is the ink drawn or erased, in fully inked cells, and r is d relative to the ink of
both pages. With d alone steps between sparse pages would be too large, with r alone those between dense ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from asciivae.latent.arc import Arc, Box

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from asciivae.text.art import Grid

    Numbers = NDArray[np.float64]

FIRST_PAGES = 33
"""Pages that are decoded before the first bisection, at least."""
PARTS = 4
ROUNDS = 8
"""Bisection ends when no step exceeds 1/`PARTS` of a step between frames, or after `ROUNDS` rounds."""


@dataclass(frozen=True)
class Interpolation:
    """Frames between two drawings.

    Attributes:
        frames: (h, w) pages, including the ends, in the smallest window that holds both drawings.
        positions: t of each frame, from 0 to 1.
        changes: ink drawn or erased between neighbouring frames, in fully inked cells.
        start: position of the first drawing in the window.
        end: position of the second drawing in the window.
    """

    frames: tuple[Grid, ...]
    positions: tuple[float, ...]
    changes: tuple[float, ...]
    start: Box
    end: Box


def interpolate(
    arc: Arc, steps: int, glyphs: ArrayLike, advanced: Callable[[int], object] | None = None
) -> Interpolation:
    """Choose frames on an arc.

    Args:
        arc: the interpolation between two drawings.
        steps: number of frames, including the ends, at least 2.
        glyphs: (95, h, w) in [0, 1], paper = 1, for the comparison of pages.
        advanced: called with the number of pages that were decoded, now and then.
    """
    if steps < 2:
        raise ValueError("an interpolation needs at least 2 steps")
    ink = InkDistance(glyphs)
    positions, pages = _decode_densely(arc, ink, steps, advanced)
    chosen = _evenly_spaced(ink.increments(pages), steps)
    frames = tuple(pages[i] for i in chosen)
    changes = tuple(ink.distance(p, q) for p, q in itertools.pairwise(frames))
    return Interpolation(frames, tuple(positions[i] for i in chosen), changes, arc.start, arc.end)


class InkDistance:
    """The difference between pages drawn with these glyphs, in ink.

    Args:
        glyphs: (95, h, w) in [0, 1], paper = 1.
    """

    def __init__(self, glyphs: ArrayLike) -> None:
        atlas = np.asarray(glyphs, np.float64)
        ink = 1.0 - atlas.reshape(len(atlas), -1)
        self._between: Numbers = np.stack([np.abs(ink - one).mean(1) for one in ink])
        self._ink: Numbers = ink.mean(1)

    def distance(self, page: Grid, other: Grid) -> float:
        """d of the module: the mean absolute difference of the pictures' pixels, times the number of cells."""
        return float(self._between[page, other].sum())

    def increments(self, pages: Sequence[Grid]) -> Numbers:
        """The terms of the module's sum between n pages, (n - 1,); they add up to 2, or 0 if nothing changes."""
        drawn = np.array([self.distance(p, q) for p, q in itertools.pairwise(pages)])
        ink = np.array([self._ink[page].sum() for page in pages])
        present = ink[:-1] + ink[1:]
        relative = np.divide(drawn, present, out=np.zeros_like(drawn), where=present > 0)
        return np.asarray(drawn / (drawn.sum() or 1.0) + relative / (relative.sum() or 1.0))


def _decode_densely(
    arc: Arc, ink: InkDistance, steps: int, advanced: Callable[[int], object] | None
) -> tuple[list[float], list[Grid]]:
    """Positions from 0 to 1 and their pages, closer together where the picture changes fast."""
    positions: list[float] = np.linspace(0.0, 1.0, max(FIRST_PAGES, steps)).tolist()
    pages = arc.pages(positions, advanced)
    for _ in range(ROUNDS):
        increments = ink.increments(pages)
        large = np.flatnonzero(increments > increments.sum() / (PARTS * (steps - 1))).tolist()
        large = [i for i in large if np.count_nonzero(pages[i] != pages[i + 1]) > 1]
        between = [(positions[i] + positions[i + 1]) / 2 for i in large]
        for i, position, page in reversed([*zip(large, between, arc.pages(between, advanced), strict=True)]):
            positions.insert(i + 1, position)
            pages.insert(i + 1, page)
    return positions, pages


def _evenly_spaced(increments: Numbers, count: int) -> list[int]:
    """Indices of `count` pages, including the first and the last, at the most even increments."""
    reached = np.concatenate([[0.0], np.cumsum(increments)])
    if reached[-1] == 0.0:
        reached = np.arange(len(reached), dtype=np.float64)
    wanted = np.linspace(0.0, reached[-1], count)
    chosen: list[int] = np.abs(reached - wanted[:, None]).argmin(axis=1).tolist()
    return [0, *chosen[1:-1], len(increments)]
