"""Pairs of lines and characters from drawings alone: a drawing's own strokes, joined, are the lines that it draws.

A page of characters is rendered with the stroke atlas at 12 × 6 pixels a cell; `join` completes the strokes across the
gaps between characters; what is at least one half is a line, thinned to one pixel where a skeleton is wanted.
"""

from __future__ import annotations

import functools
import re
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from asciivae.filters.join import join
from asciivae.models.tracer import CELL
from asciivae.render.cells import page
from asciivae.render.strokes import stroke_atlas
from asciivae.text.art import Grid
from asciivae.text.charset import SIZE, SPACE, decode, encode

LINE_CHARACTERS = "_|/-\\.'`,()\"~^:;=<>[]{}!+*oOvVTYLJ"
"""What line art is mostly made of."""

LINE_SHARE = 0.88
"""From this share of its ink in `LINE_CHARACTERS` on, a piece is line art ..."""

MOST_INK = 0.42
"""... if no larger part of its cells holds ink: shading is not drawn with lines."""

GAP, DIRECTIONS, THRESHOLD = 1.3, 4, 0.5
KEPT = 40_000
"""Pages whose joined lines are remembered, as bits: about 4 kB each."""

Mask = NDArray[np.bool_]

_WORD = re.compile(r"[A-Za-z]{3,}")
_IS_LINE = np.zeros(SIZE, np.bool_)
_IS_LINE[encode(LINE_CHARACTERS)] = True


def is_line_art(grid: Grid, *, share: float = LINE_SHARE, most_ink: float = MOST_INK) -> bool:
    """Whether an (h, w) grid is drawn with lines: not shaded, not written; a blank one is not."""
    ink = grid[grid != SPACE]
    return bool(ink.size and ink.size <= most_ink * grid.size and _IS_LINE[ink].mean() >= share)


def words(grid: Grid) -> Mask:
    """Where an (h, w) grid has words: three letters or more, not all alike, in a row."""
    found = np.zeros(grid.shape, np.bool_)
    for row, cells in enumerate(grid):
        for run in _WORD.finditer(decode(cells)):
            if len(set(run[0].lower())) > 1:
                found[row, slice(*run.span())] = True
    return found


def without_words(grid: Grid) -> Grid:
    """A copy of an (h, w) grid with its words blanked: a tracer is not asked to write."""
    copy = grid.copy()
    copy[words(grid)] = SPACE
    return copy


def joined(pages: NDArray[np.integer]) -> Mask:
    """The lines of pages (B, H, W) of class ids, as fat as their strokes: (B, 12·H, 6·W)."""
    with torch.no_grad():
        strokes = page(_strokes()[torch.from_numpy(pages.astype(np.int64))])
        return np.asarray((join(strokes, CELL, gap=GAP, directions=DIRECTIONS) > THRESHOLD)[:, 0].numpy())


@functools.cache
def _strokes() -> torch.Tensor:
    return stroke_atlas(res=CELL)


def thinned(masks: Mask) -> Mask:
    """The skeletons of masks (B, h, w), one pixel wide (Zhang & Suen 1984)."""
    from skimage.morphology import skeletonize

    batch, height, width = masks.shape
    # One call for all: the pages below each other, with a row of paper between.
    stacked = np.zeros((batch, height + 1, width), np.bool_)
    stacked[:, :height] = masks
    return np.asarray(skeletonize(stacked.reshape(-1, width)).reshape(batch, height + 1, width)[:, :height])


class Joiner:
    """`joined` that remembers the pages it saw: in training the same come every epoch.

    Args:
        kept: how many pages, the last used first.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self.kept = kept
        self._bits: OrderedDict[tuple[bytes, int], NDArray[np.uint8]] = OrderedDict()

    def __call__(self, pages: Sequence[Grid] | NDArray[np.integer]) -> Mask:
        """The lines of pages (B, H, W) of class ids: (B, 12·H, 6·W)."""
        stacked = np.asarray(pages).astype(np.uint8)
        size = (stacked.shape[1] * CELL[0], stacked.shape[2] * CELL[1])
        keys = [(one.tobytes(), one.shape[1]) for one in stacked]
        new = [i for i, key in enumerate(keys) if key not in self._bits]
        if new:
            for i, mask in zip(new, joined(stacked[new]), strict=True):
                self._bits[keys[i]] = np.packbits(mask)
        lines = np.stack([np.unpackbits(self._bits[key], count=size[0] * size[1]) for key in keys])
        for key in keys:
            self._bits.move_to_end(key)
        while len(self._bits) > self.kept:
            self._bits.popitem(last=False)
        return lines.reshape(len(keys), *size).astype(np.bool_)
