"""Page models as a library sees them, whatever runs the network: text or arrays in, text or arrays out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from asciivae.errors import UsageError
from asciivae.experiment.drawings import Drawing, Form, grid_of, in_form
from asciivae.pages import score as scores
from asciivae.pages.categories import category_number
from asciivae.pages.cells import Condition
from asciivae.pages.complete import LARGEST_SIDE, Hole, Proposal, complete, extended, hole_in, marked_in
from asciivae.pages.draw import TEMPERATURE, DrawnPage
from asciivae.pages.draw import draw as drawn_row_by_row
from asciivae.pages.features import Mask
from asciivae.pages.reader import PageReader
from asciivae.pages.score import Score, Suggestion
from asciivae.pages.signatures import UNSAID, WITHOUT, without_signatures
from asciivae.text.art import Grid
from asciivae.text.charset import SPACE

MOST_REDRAWN = 5
"""How often a page that came out blank is drawn anew, by other draws."""
Observe = Callable[[DrawnPage], None]


class PageModel:
    """Samples, completes and scores pages."""

    @property
    @abstractmethod
    def reader(self) -> PageReader:
        """The network on arrays."""

    def sample(
        self,
        count: int = 1,
        size: tuple[int, int] = (16, 40),
        *,
        seed: int = 0,
        temperature: float = TEMPERATURE,
        category: str | None = None,
        signatures: bool = True,
        begin: Drawing | None = None,
        form: Form = "text",
        observe: Observe | None = None,
    ) -> list[Any]:
        """Draw pages of exactly this size.

        Args:
            count: how many.
            size: (rows, columns), at most 256 each.
            seed: of the draws; page i of a seed is the same whatever `count` is.
            temperature: of the choice among ink; whether a cell is blank is never tempered.
            category: one of `asciivae.pages.categories.CATEGORIES`.
            signatures: False leaves artists' initials out.
            begin: the first rows.
            form: `text`, or `array` for characters (h, w) uint8.
            observe: called after each row.

        Raises:
            ArtError: `begin` cannot be read.
            UsageError: the size is too large, `begin` does not fit, or there is no such category.
        """
        page, known = _beginning(size, None if begin is None else grid_of(begin))
        condition = _condition(category, signatures)
        pages: list[Grid] = []
        for redrawn in range(MOST_REDRAWN):
            steps = drawn_row_by_row(
                self.reader,
                page,
                known,
                count=count,
                temperature=temperature,
                condition=condition,
                seed=seed + redrawn * 2**32,
            )
            for rows in steps:
                if observe is not None and not redrawn:
                    observe(rows)
            fresh = [one if signatures else _cleaned(one, known) for one in rows.pages]
            pages = [old if (old != SPACE).any() else new for old, new in zip(pages or fresh, fresh, strict=True)]
            if all((one != SPACE).any() for one in pages):
                break
        return [in_form(page, form) for page in pages]

    def complete(
        self,
        drawing: Drawing,
        *,
        hole: tuple[int, int, int, int] | None = None,
        mark: str | None = None,
        below: int = 0,
        right: int = 0,
        count: int = 3,
        seed: int = 0,
        temperature: float = TEMPERATURE,
        category: str | None = None,
        signatures: bool = True,
        observe: Observe | None = None,
    ) -> list[Proposal]:
        """Propose ways to fill or extend a drawing; all cells that are not asked for stay as they are.

        Args:
            drawing: the drawing.
            hole: (row, column, height, width) of a box to fill, row and column counted from 1.
            mark: the character that stands where something is to be drawn.
            below: rows to add.
            right: columns to add.
            count: proposals; equal ones are given once.
            seed: of the draws.
            temperature: of the choice among ink.
            category: one of `asciivae.pages.categories.CATEGORIES`.
            signatures: False leaves artists' initials out.
            observe: called after each row.

        Returns:
            the proposals, the likeliest first; those that leave all new cells blank come last.

        Raises:
            ArtError: the drawing cannot be read.
            UsageError: nothing, or more than one of hole and mark, is asked for; or it does not fit the drawing.
        """
        page = grid_of(drawing)
        if hole is not None and mark is not None:
            raise UsageError(
                "--hole cannot be combined with --mark", hint="mark all that is to be drawn, or name a box"
            )
        if hole is None and mark is None and not (below or right):
            raise UsageError(
                "nothing is to be drawn",
                hint="--hole ROW,COLUMN,HEIGHT,WIDTH, --mark '?', --below ROWS or --right COLUMNS",
            )
        known = np.ones(page.shape, bool)
        if hole is not None:
            known = hole_in(page, Hole(*hole))
        elif mark is not None:
            known = marked_in(page, mark)
        page, known = extended(page, known, below, right)
        proposals = complete(
            self.reader,
            page,
            known,
            count=count,
            temperature=temperature,
            seed=seed,
            condition=_condition(category, signatures),
            observe=observe,
        )
        return proposals if signatures else [replace(one, page=_cleaned(one.page, known)) for one in proposals]

    def score(self, drawings: Drawing | Sequence[Drawing]) -> list[Score]:
        """How likely drawings are, each given its height and width: bits per inked character, per cell, of each cell.

        Raises:
            ArtError: a drawing cannot be read.
        """
        several = [drawings] if isinstance(drawings, str | Path | np.ndarray) else drawings
        return scores.score(self.reader, [grid_of(one) for one in several])

    def suggest(self, drawing: Drawing, most: int = 20) -> list[Suggestion]:
        """Characters that would be likelier than those that stand there, the surest first."""
        return scores.suggest(self.reader, grid_of(drawing), most)


def _beginning(size: tuple[int, int], begin: Grid | None) -> tuple[Grid, Mask | None]:
    height, width = size
    if not (1 <= height <= LARGEST_SIDE and 1 <= width <= LARGEST_SIDE):
        raise UsageError(
            f"a page of {height} rows and {width} columns cannot be drawn: between 1 and {LARGEST_SIDE} of either",
            place="--size",
            hint="for example --size 16x40",
        )
    page = np.full(size, SPACE, np.uint8)
    if begin is None:
        return page, None
    if begin.shape[0] > height or begin.shape[1] > width:
        raise UsageError(
            f"the beginning has {begin.shape[0]} rows and {begin.shape[1]} columns, the page {height} and {width}",
            place="--begin",
            hint=f"--size {max(height, 2 * begin.shape[0])}x{max(width, begin.shape[1])}",
        )
    page[: begin.shape[0], : begin.shape[1]] = begin
    known = np.zeros(size, bool)
    known[: begin.shape[0]] = True
    return page, known


def _condition(category: str | None, signatures: bool) -> Condition:
    return Condition(category_number(category) if category else 0, UNSAID if signatures else WITHOUT)


def _cleaned(page: Grid, known: Mask | None) -> Grid:
    """Without the signatures that were drawn although the model was asked for none."""
    cleaned = without_signatures(page)
    return cleaned if known is None else np.where(known, page, cleaned)
