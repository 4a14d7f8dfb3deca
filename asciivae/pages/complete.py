"""Completing a page: filling a hole or marked cells, or going on below or to the right of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from asciivae.errors import UsageError
from asciivae.pages.cells import Condition
from asciivae.pages.draw import TEMPERATURE, DrawnPage, draw
from asciivae.pages.features import Mask
from asciivae.pages.reader import PageReader
from asciivae.text.art import Grid
from asciivae.text.charset import CHARSET, SPACE

LARGEST_SIDE = 256
"""Rows or columns of the largest page that is drawn."""


@dataclass(frozen=True)
class Hole:
    """A box of a page.

    Attributes:
        row: its first row, counted from 1.
        column: its first column, counted from 1.
        height: in rows.
        width: in columns.
    """

    row: int
    column: int
    height: int
    width: int


@dataclass(frozen=True)
class Proposal:
    """One way to complete a page.

    Attributes:
        page: (h, w) class ids.
        bits: what the new cells cost, in bits: the fewer, the likelier.
    """

    page: Grid
    bits: float


def hole_in(page: Grid, hole: Hole) -> Mask:
    """The (h, w) mask of what is given when a hole is to be filled.

    Raises:
        UsageError: the hole is not within the page.
    """
    height, width = page.shape
    inside = hole.row >= 1 and hole.column >= 1 and hole.height >= 1 and hole.width >= 1
    if not inside or hole.row + hole.height - 1 > height or hole.column + hole.width - 1 > width:
        raise UsageError(
            f"the hole is not within the page, which has {height} rows and {width} columns",
            place="--hole",
            hint="--hole ROW,COLUMN,HEIGHT,WIDTH, rows and columns counted from 1",
        )
    known = np.ones(page.shape, bool)
    known[hole.row - 1 : hole.row - 1 + hole.height, hole.column - 1 : hole.column - 1 + hole.width] = False
    return known


def marked_in(page: Grid, mark: str) -> Mask:
    """The (h, w) mask of what is given when every cell with a mark is to be filled.

    Raises:
        UsageError: the mark is not one printable character, or stands nowhere.
    """
    if len(mark) != 1 or mark not in CHARSET:
        raise UsageError(
            f"{mark!a} is not one printable ASCII character", place="--mark", hint="for example --mark '?'"
        )
    known = np.asarray(page != CHARSET.index(mark))
    if known.all():
        raise UsageError(
            f"the mark {mark!r} stands nowhere in the drawing",
            place="--mark",
            hint="put it where something is to be drawn, or name a box: --hole ROW,COLUMN,HEIGHT,WIDTH",
        )
    return known


def extended(page: Grid, known: Mask, below: int, right: int) -> tuple[Grid, Mask]:
    """The page with unknown rows below it and unknown columns to its right, and its mask.

    Raises:
        UsageError: the page becomes too large.
    """
    height, width = page.shape[0] + below, page.shape[1] + right
    if max(height, width) > LARGEST_SIDE:
        raise UsageError(
            f"the page would have {height} rows and {width} columns, and at most {LARGEST_SIDE} of either can be drawn",
            place="--below" if height > LARGEST_SIDE else "--right",
            hint="ask for less, or give a smaller drawing",
        )
    larger = np.full((height, width), SPACE, np.uint8)
    larger[: page.shape[0], : page.shape[1]] = page
    mask = np.zeros((height, width), bool)
    mask[: page.shape[0], : page.shape[1]] = known
    return larger, mask


def complete(
    reader: PageReader,
    page: Grid,
    known: Mask,
    *,
    count: int = 3,
    temperature: float = TEMPERATURE,
    seed: int = 0,
    condition: Condition = Condition(),
    observe: Callable[[DrawnPage], None] | None = None,
) -> list[Proposal]:
    """Propose characters for the unknown cells of a page; the known ones stay as they are.

    Args:
        reader: the network.
        page: (h, w) class ids.
        known: (h, w) mask of the cells that stay.
        count: proposals; equal ones are given once.
        temperature: of the choice among ink.
        seed: of the draws.
        condition: what is said of the page.
        observe: called after each row.

    Returns:
        the proposals, the likeliest first; those that leave all new cells blank come last.
    """
    drawn = None
    for drawn in draw(reader, page, known, count=count, temperature=temperature, seed=seed, condition=condition):
        if observe is not None:
            observe(drawn)
    assert drawn is not None
    proposals = [Proposal(p, float(bits)) for p, bits in zip(drawn.pages, drawn.bits, strict=True)]
    distinct = {p.page.tobytes(): p for p in proposals}
    return sorted(distinct.values(), key=lambda p: (not (p.page[~known] != SPACE).any(), p.bits))
