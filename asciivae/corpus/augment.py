"""How training pieces are varied.

Each piece of an epoch has a row of uniform draws, so that any piece can be made on its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from pydantic import Field

from asciivae.corpus.transforms import mirror, paste, roll_shifts
from asciivae.rng import numpy_stream
from asciivae.settings.types import Count, Positive, Probability, Share
from asciivae.text.art import centre
from asciivae.text.charset import SIZE, SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.text.canvas import Canvas, Page, Size


@dataclass(frozen=True)
class Roll:
    """A circular shift of each training piece, by a rounded normal number of cells along either axis, as in the log.

    Attributes:
        max: the largest shift, in cells.
        sigma: the standard deviation, in cells.
        validation: whether validation pieces are shifted as well.
    """

    max: Count
    sigma: Positive
    validation: bool = False

    def shifts(self, draw: np.random.Generator, n: int) -> NDArray[np.int64]:
        """Shifts for n pieces, (n, 2): rows, columns."""
        return roll_shifts(draw.standard_normal((n, 2)), self.max, self.sigma)


class Draws(NamedTuple):
    """What decides about one piece in one epoch: numbers in [0, 1), whether or not they will be needed."""

    crop: float
    window_height: float
    window_width: float
    window_top: float
    window_left: float
    mirror: float
    shift: float
    margin_height: float
    margin_width: float
    top: float
    left: float
    paste: float
    other: float
    other_top: float
    other_left: float


@dataclass(frozen=True)
class Shift:
    """A piece anywhere on its page instead of in the middle.

    Attributes:
        probability: how often.
        margin: rows and columns, each drawn from 0 to this many, that the page holds beyond the piece, in cells.
    """

    probability: Probability
    margin: Annotated[int, Field(ge=0, le=256)] = 0


@dataclass(frozen=True)
class Crop:
    """A window of a piece instead of all of it.

    Attributes:
        probability: how often.
        smallest: the smallest height and width of a window, in cells; a shorter side stays whole.
    """

    probability: Probability
    smallest: Count = 8


@dataclass(frozen=True)
class Noise:
    """Wrong characters in what the model reads; its target stays as it is.

    Attributes:
        probability: how often a page has any.
        share: the fraction of such a page's cells that hold any of the 95 characters instead of their own.
    """

    probability: Probability
    share: Share


@dataclass(frozen=True)
class Augment:
    """How training pieces are varied, anew in every epoch, in the order of these keys.

    Attributes:
        crop: a random window of the piece; null for none.
        mirror: how often a piece is mirrored left to right, `/` becoming `\\`; words stay readable.
        shift: a random place on the page; null for the middle.
        paste: how often another training piece is drawn into the blank cells of the page.
        noise: wrong characters to read past; null for none.
    """

    crop: Crop | None = None
    mirror: Probability = 0.0
    shift: Shift | None = None
    paste: Probability = 0.0
    noise: Noise | None = None

    def draws(self, seed: int, epoch: int, count: int) -> NDArray[np.float64]:
        """The draws of an epoch for `count` pieces, (count, fields of `Draws`)."""
        return numpy_stream(seed, "augment", epoch).random((count, len(Draws._fields)))

    def content(self, grid: Page, canvas: Canvas, draws: Draws) -> Page:
        """What of a piece will be on the page: all of it, or a window with some ink."""
        content = canvas.content(grid)
        if self.crop is None or draws.crop >= self.crop.probability:
            return content
        height, width = content.shape
        rows = height - _choice(draws.window_height, max(height - self.crop.smallest, 0) + 1)
        columns = width - _choice(draws.window_width, max(width - self.crop.smallest, 0) + 1)
        top = _choice(draws.window_top, height - rows + 1)
        left = _choice(draws.window_left, width - columns + 1)
        window = content[top : top + rows, left : left + columns]
        return canvas.content(window) if (window != SPACE).any() else content

    def size(self, content: tuple[int, int], canvas: Canvas, draws: Draws) -> Size:
        """The page for a content of this height and width."""
        height, width = content
        if self.shift and draws.shift < self.shift.probability:
            height += _choice(draws.margin_height, self.shift.margin + 1)
            width += _choice(draws.margin_width, self.shift.margin + 1)
        return canvas.size_for(height, width)

    def page(self, grid: Page, canvas: Canvas, draws: Draws, other: Callable[[float], Page]) -> Page:
        """The varied piece on its page; `other` gives another piece by a number in [0, 1)."""
        content = self.content(grid, canvas, draws)
        size = self.size(content.shape, canvas, draws)
        if draws.mirror < self.mirror:
            content = mirror(content)
        if self.shift and draws.shift < self.shift.probability:
            blank = np.full(size, SPACE, np.uint8)
            page = paste(blank, content, *_place(content, size, draws.top, draws.left))
        else:
            page, _ = centre(content, *size, rule=canvas.rule)
        if draws.paste < self.paste:
            behind = canvas.content(other(draws.other))
            page = paste(page, behind, *_place(behind, size, draws.other_top, draws.other_left))
        return page

    def seen(self, ids: NDArray[np.int64], mask: NDArray[np.bool_], draw: np.random.Generator) -> NDArray[np.int64]:
        """The pages (B, H, W) as the model reads them: inside the mask, some characters replaced by random ones."""
        if self.noise is None:
            return ids
        noisy = draw.random((len(ids), 1, 1)) < self.noise.probability
        here = noisy & mask & (draw.random(ids.shape, np.float32) < self.noise.share)
        return np.where(here, draw.integers(SIZE, size=ids.shape), ids)


def _choice(draw: float, count: int) -> int:
    """One of 0 … count - 1."""
    return int(draw * count)


def _place(grid: Page, size: Size, top: float, left: float) -> tuple[int, int]:
    """A cell of a page of this size where the grid begins, so that all of it is on the page if it fits."""
    return _choice(top, max(size[0] - grid.shape[0], 0) + 1), _choice(left, max(size[1] - grid.shape[1], 0) + 1)
