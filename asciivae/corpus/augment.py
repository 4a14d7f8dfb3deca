"""Augmentation of training pieces.

Each piece of an epoch has its own row of uniform draws, so it can be augmented independently of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field

from asciivae.corpus import extents
from asciivae.corpus.extents import Boxes
from asciivae.corpus.transforms import mirror, paste, roll_shifts
from asciivae.rng import Part, numpy_stream
from asciivae.settings.types import Count, Positive, Probability, Share
from asciivae.text.art import centre
from asciivae.text.charset import SIZE, SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.corpus.store import Corpus
    from asciivae.text.canvas import Canvas, Page, Size


@dataclass(frozen=True)
class Roll:
    """A circular shift of each training piece by a truncated normal number of cells along each axis, as in the log.

    Attributes:
        max: the largest shift, in cells.
        sigma: the standard deviation, in cells.
        validation: whether to shift validation pieces too.
    """

    max: Count
    sigma: Positive
    validation: bool = False

    def shifts(self, draw: np.random.Generator, n: int) -> NDArray[np.int64]:
        """Shifts for n pieces, (n, 2): rows, columns."""
        return roll_shifts(draw.standard_normal((n, 2)), self.max, self.sigma)


class Draws(NamedTuple):
    """The uniform draws in [0, 1) for one piece in one epoch, used or not."""

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
    """A random position of a piece on its page instead of the middle.

    Attributes:
        probability: of shifting a piece.
        margin: the most extra rows and columns of the page, each drawn uniformly from 0 to this, in cells.
    """

    probability: Probability
    margin: Annotated[int, Field(ge=0, le=256)] = 0


@dataclass(frozen=True)
class Crop:
    """A random window of a piece instead of all of it.

    Attributes:
        probability: of cropping a piece.
        smallest: the smallest height and width of a window, in cells; a shorter side is not cropped.
    """

    probability: Probability
    smallest: Count = 8

    def windows(self, boxes: Boxes, draws: Draws) -> Boxes:
        """Windows of the contents of k pieces; each draw is (k,)."""
        heights = boxes.heights - _choices(draws.window_height, np.maximum(boxes.heights - self.smallest, 0) + 1)
        widths = boxes.widths - _choices(draws.window_width, np.maximum(boxes.widths - self.smallest, 0) + 1)
        tops = boxes.tops + _choices(draws.window_top, boxes.heights - heights + 1)
        lefts = boxes.lefts + _choices(draws.window_left, boxes.widths - widths + 1)
        return Boxes(boxes.rows, tops, lefts, heights, widths)


@dataclass(frozen=True)
class Noise:
    """Random characters in the model's input; the target is unchanged.

    Attributes:
        probability: of adding noise to a page.
        share: the fraction of a noisy page's cells that are replaced by one of the 95 characters, drawn uniformly.
    """

    probability: Probability
    share: Share


@dataclass(frozen=True)
class Augment:
    """Augmentations of training pieces, drawn again in every epoch and applied in the order of these keys.

    Attributes:
        crop: a random window of the piece; null for none.
        mirror: the probability of mirroring a piece left to right, `/` becoming `\\`; words stay readable.
        shift: a random position on the page; null for the middle.
        paste: the probability of drawing another training piece into the blank cells of the page.
        noise: random characters in the model's input; null for none.
    """

    crop: Crop | None = None
    mirror: Probability = 0.0
    shift: Shift | None = None
    paste: Probability = 0.0
    noise: Noise | None = None

    def sizes(self, corpus: Corpus, boxes: Boxes, canvas: Canvas, draws: NDArray[np.float64]) -> NDArray[np.int64]:
        """The sizes (k, 2) for which `Canvas.size_for` gives the pages of k pieces.

        Args:
            corpus: the pieces.
            boxes: their contents on this canvas.
            canvas: places them on pages.
            draws: (k, fields of `Draws`).
        """
        drawn = Draws(*draws.T)
        heights, widths = boxes.heights.copy(), boxes.widths.copy()
        if self.crop is not None:
            cropped = np.flatnonzero(drawn.crop < self.crop.probability)
            windows = self.crop.windows(boxes[cropped], Draws(*draws[cropped].T))
            inked = extents.trimmed(corpus.storage, windows)
            some = inked.heights > 0
            chosen = inked if canvas.trimmed else windows
            heights[cropped[some]], widths[cropped[some]] = chosen.heights[some], chosen.widths[some]
        if self.shift is not None:
            shifted = drawn.shift < self.shift.probability
            heights += np.where(shifted, _choices(drawn.margin_height, self.shift.margin + 1), 0)
            widths += np.where(shifted, _choices(drawn.margin_width, self.shift.margin + 1), 0)
        return np.stack([heights, widths], axis=1)

    def content(self, grid: Page, canvas: Canvas, draws: Draws) -> Page:
        """The part of a piece that goes on the page: all of it, or a window that contains ink."""
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
        """The page size for content of this height and width."""
        height, width = content
        if self.shift and draws.shift < self.shift.probability:
            height += _choice(draws.margin_height, self.shift.margin + 1)
            width += _choice(draws.margin_width, self.shift.margin + 1)
        return canvas.size_for(height, width)

    def page(self, grid: Page, canvas: Canvas, draws: Draws, other: Callable[[float], Page]) -> Page:
        """The augmented piece on its page; `other` maps a draw in [0, 1) to another piece."""
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

    def noised(
        self, ids: NDArray[np.int64], mask: NDArray[np.bool_], draw: np.random.Generator, part: Part
    ) -> NDArray[np.int64]:
        """The model's input pages (B, H, W), a part of a batch: inside the mask, some characters are replaced by random
        ones, which are drawn for the whole batch.
        """
        if self.noise is None:
            return ids
        shape = (part.whole, *ids.shape[1:])
        noisy = draw.random((part.whole, 1, 1))[part.rows] < self.noise.probability
        replaced = noisy & mask & (draw.random(shape, np.float32)[part.rows] < self.noise.share)
        return np.where(replaced, draw.integers(SIZE, size=shape)[part.rows], ids)


class DrawsOfEpoch:
    """The draws of the pieces of a corpus in an epoch, made again when they are needed.

    Args:
        seed: seed of the run.
        epoch: the epoch.
    """

    def __init__(self, seed: int, epoch: int) -> None:
        self.epoch = epoch
        self._draw = numpy_stream(seed, "augment", epoch)
        self._start = self._draw.bit_generator.state

    def __call__(self, first: int, count: int) -> NDArray[np.float64]:
        """The draws (count, fields of `Draws`) of the pieces from index `first` on."""
        bits = self._draw.bit_generator
        bits.state = self._start
        bits.advance(first * len(Draws._fields))  # type: ignore[attr-defined]
        return self._draw.random((count, len(Draws._fields)))


def _choices(draws: Any, counts: Any) -> NDArray[np.int64]:
    """As `_choice`, for arrays of draws in [0, 1)."""
    chosen: NDArray[np.int64] = (draws * counts).astype(np.int64)
    return chosen


def _choice(draw: float, count: int) -> int:
    """Map a draw in [0, 1) to 0 … count - 1."""
    return int(draw * count)


def _place(grid: Page, size: Size, top: float, left: float) -> tuple[int, int]:
    """Map two draws to the grid's offset on a page of this size, all of it on the page if it fits."""
    return _choice(top, max(size[0] - grid.shape[0], 0) + 1), _choice(left, max(size[1] - grid.shape[1], 0) + 1)
