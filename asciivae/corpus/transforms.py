"""How one drawing becomes another: rolled as in the original experiments, mirrored, with another one behind it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asciivae.text.art import Grid
from asciivae.text.charset import CHARSET, SPACE, decode, encode

MIRRORED = "/\\ () <> [] {} bd pq `'"
"""Pairs of characters of which each is what the other looks like in a mirror; the others stay as they are.

Measured on the bundled font: each glyph, mirrored, is nearest to its partner's, by a squared difference of at most a
fifth of that to itself; the next are `3E` and `sz`. All but the last pair: ASCII has no acute accent, and artists take
`'` for it, so that mirrored drawings are likelier with this pair than without, by the neighbours that characters have
in 9,000 drawings. They are less likely with `3E`, `sz` or `JL`.
"""

_PARTNER = str.maketrans({pair[i]: pair[1 - i] for pair in MIRRORED.split() for i in (0, 1)})
_PARTNERS = encode(CHARSET.translate(_PARTNER))
_LETTERS = re.compile(r"[A-Za-z]{3,}")


def roll_shifts(draws: NDArray[np.floating[Any]], maximum: int, sigma: float | None = None) -> NDArray[np.int64]:
    """Turn standard-normal draws into shifts, in cells: sigma · draw, truncated toward zero, at most ±`maximum`.

    Args:
        draws: any shape; the last axis is (rows, columns) by custom.
        maximum: the largest shift, in cells.
        sigma: the standard deviation before truncation, in cells; by default half of `maximum`.
    """
    spread = maximum / 2 if sigma is None else sigma
    return np.clip(np.trunc(spread * np.asarray(draws, np.float64)), -maximum, maximum).astype(np.int64)


def roll(grid: Grid, dy: int, dx: int) -> Grid:
    """Move an (h, w) grid by `dy` cells down and `dx` to the right, circularly, into a new grid."""
    return np.roll(grid, (dy, dx), axis=(0, 1))


def mirror(grid: Grid) -> Grid:
    """Mirror an (h, w) grid left to right into a new grid, characters too; words stay readable.

    A word is a run of letters with three different ones and at most one capital. Its place is mirrored and it is not,
    as somebody would have it who draws the mirror image. Mirroring twice gives the original.
    """
    mirrored = _PARTNERS[grid[:, ::-1]]
    width = grid.shape[1]
    for row, cells in enumerate(grid):
        for run in _LETTERS.finditer(decode(cells)):
            if _is_word(run[0]):
                begin, end = run.span()
                mirrored[row, width - end : width - begin] = cells[begin:end]
    return mirrored


def _is_word(letters: str) -> bool:
    # The same for the mirrored run, or mirroring twice would not give the original.
    return len(set(letters)) >= 3 and sum(map(str.isupper, letters)) <= 1


def paste(page: Grid, other: Grid, top: int, left: int) -> Grid:
    """Draw what fits of another drawing into the blank cells of an (h, w) page, into a new grid.

    Args:
        page: what keeps its ink.
        other: its first cell comes to (`top`, `left`), which must lie on the page.
        top: in rows.
        left: in columns.
    """
    pasted = page.copy()
    window = pasted[top : top + other.shape[0], left : left + other.shape[1]]
    behind = other[: window.shape[0], : window.shape[1]]
    np.copyto(window, behind, where=window == SPACE)
    return pasted
