"""Frames at even steps on the way from one drawing to another.

A character flips all at once, so equal steps of the latent are none in the picture. The way is decoded densely and
bisected where it changes fast; the frames stand at equal shares of

    Σ d(p, q) / Σ d  +  Σ r(p, q) / Σ r,    d(p, q) = Σ |ink of p - ink of q|,    r = d / (ink of p + ink of q)

over neighbouring pages p and q: d is what is drawn or erased, in cells full of ink, and r what that is of all the ink
there is. With d alone thin pages would leap, with r alone full ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from asciivae.latent.arc import Arc, Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.text.art import Grid

    Numbers = NDArray[np.float64]

FIRST_LOOK = 33
"""Pages that are decoded before it is known where to look more closely."""
SHARE = 4
ROUNDS = 8
"""The way is bisected until no step exceeds the `SHARE`-th part of one between frames, at most so many times."""


@dataclass(frozen=True)
class Interpolation:
    """Frames on the way from one drawing to another.

    Attributes:
        frames: (h, w) pages, the ends included, in the smallest window that holds both drawings.
        positions: of each frame, from 0 to 1.
        changes: between neighbours, what is drawn or erased, in cells full of ink.
        start: where the first drawing stands in the window.
        end: where the second one does.
    """

    frames: tuple[Grid, ...]
    positions: tuple[float, ...]
    changes: tuple[float, ...]
    start: Box
    end: Box


def interpolate(arc: Arc, steps: int, glyphs: Tensor) -> Interpolation:
    """Choose frames on a arc.

    Args:
        arc: between two drawings.
        steps: how many frames, the ends included, at least 2.
        glyphs: (95, h, w) in [0, 1], paper = 1: what the pages are compared with.
    """
    if steps < 2:
        raise ValueError("a path has at least its two ends")
    ink = InkDistance(glyphs)
    positions, pages = _looked_at(arc, ink, steps)
    chosen = _equal_shares(ink.efforts(pages), steps)
    frames = tuple(pages[i] for i in chosen)
    changes = tuple(ink.distance(p, q) for p, q in itertools.pairwise(frames))
    return Interpolation(frames, tuple(positions[i] for i in chosen), changes, arc.start, arc.end)


class InkDistance:
    """How much of pages changes, if characters are drawn with these glyphs.

    Args:
        glyphs: (95, h, w) in [0, 1], paper = 1.
    """

    def __init__(self, glyphs: Tensor) -> None:
        ink = (1.0 - glyphs.cpu().double()).flatten(1)
        self._between: Numbers = (torch.cdist(ink, ink, p=1) / ink.shape[1]).numpy()
        self._ink: Numbers = ink.mean(1).numpy()

    def distance(self, page: Grid, other: Grid) -> float:
        """The mean absolute difference of the pictures' pixels times the cells: d of the module."""
        return float(self._between[page, other].sum())

    def efforts(self, pages: Sequence[Grid]) -> Numbers:
        """The share of each step in the way along n pages, (n - 1,); they sum to 2, or to 0 if nothing changes."""
        drawn = np.array([self.distance(p, q) for p, q in itertools.pairwise(pages)])
        ink = np.array([self._ink[page].sum() for page in pages])
        there = ink[:-1] + ink[1:]
        relative = np.divide(drawn, there, out=np.zeros_like(drawn), where=there > 0)
        return np.asarray(drawn / (drawn.sum() or 1.0) + relative / (relative.sum() or 1.0))


def _looked_at(arc: Arc, ink: InkDistance, steps: int) -> tuple[list[float], list[Grid]]:
    """Positions from 0 to 1 and their pages, close together where the picture changes fast."""
    positions: list[float] = np.linspace(0.0, 1.0, max(FIRST_LOOK, steps)).tolist()
    pages = arc.pages(positions)
    for _ in range(ROUNDS):
        efforts = ink.efforts(pages)
        leaps = np.flatnonzero(efforts > efforts.sum() / (SHARE * (steps - 1))).tolist()
        leaps = [i for i in leaps if np.count_nonzero(pages[i] != pages[i + 1]) > 1]
        between = [(positions[i] + positions[i + 1]) / 2 for i in leaps]
        for i, position, page in reversed([*zip(leaps, between, arc.pages(between), strict=True)]):
            positions.insert(i + 1, position)
            pages.insert(i + 1, page)
    return positions, pages


def _equal_shares(efforts: Numbers, count: int) -> list[int]:
    """Which pages, the first and the last included, divide the way most evenly."""
    passed = np.concatenate([[0.0], np.cumsum(efforts)])
    if passed[-1] == 0.0:
        passed = np.arange(len(passed), dtype=np.float64)
    wanted = np.linspace(0.0, passed[-1], count)
    chosen: list[int] = np.abs(passed - wanted[:, None]).argmin(axis=1).tolist()
    return [0, *chosen[1:-1], len(efforts)]
