"""How training pieces are varied: each of an epoch by a row of uniform draws, so that any can be made on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from asciivae.corpus.transforms import mirror, paste
from asciivae.rng import numpy_stream
from asciivae.text.art import centre
from asciivae.text.charset import SIZE, SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.train.batches import Canvas, Page, Size


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
class Augmentation:
    """What may be done to a training piece, in this order, and how often.

    Attributes:
        crop: the probability of a window of the piece instead of all of it.
        smallest: the least height and width of a window, in cells.
        mirror: the probability of a mirrored piece.
        shift: the probability of a random place on the page instead of the middle.
        margin: a shifted piece's page is that of a piece with up to so many more rows and columns.
        paste: the probability that another piece fills blank cells of the page.
        noise: the probability that the model reads a page on which characters were replaced, and is to write the
            page as it was.
        replaced: the probability of that for each cell of such a page.
    """

    crop: float = 0.0
    smallest: int = 8
    mirror: float = 0.0
    shift: float = 0.0
    margin: int = 0
    paste: float = 0.0
    noise: float = 0.0
    replaced: float = 0.0

    def draws(self, seed: int, epoch: int, count: int) -> NDArray[np.float64]:
        """The draws of an epoch for `count` pieces, (count, fields of `Draws`)."""
        return numpy_stream(seed, "augment", epoch).random((count, len(Draws._fields)))

    def content(self, grid: Page, canvas: Canvas, draws: Draws) -> Page:
        """What of a piece will be on the page: all of it, or a window with some ink."""
        content = canvas.content(grid)
        if draws.crop >= self.crop:
            return content
        height, width = content.shape
        rows = height - _choice(draws.window_height, max(height - self.smallest, 0) + 1)
        columns = width - _choice(draws.window_width, max(width - self.smallest, 0) + 1)
        top = _choice(draws.window_top, height - rows + 1)
        left = _choice(draws.window_left, width - columns + 1)
        window = content[top : top + rows, left : left + columns]
        return canvas.content(window) if (window != SPACE).any() else content

    def size(self, content: tuple[int, int], canvas: Canvas, draws: Draws) -> Size:
        """The page for a content of this height and width."""
        height, width = content
        if draws.shift < self.shift:
            height += _choice(draws.margin_height, self.margin + 1)
            width += _choice(draws.margin_width, self.margin + 1)
        return canvas.size_for(height, width)

    def page(self, grid: Page, canvas: Canvas, draws: Draws, other: Callable[[float], Page]) -> Page:
        """The varied piece on its page; `other` gives another piece by a number in [0, 1)."""
        content = self.content(grid, canvas, draws)
        size = self.size(content.shape, canvas, draws)
        if draws.mirror < self.mirror:
            content = mirror(content)
        if draws.shift < self.shift:
            blank = np.full(size, SPACE, np.uint8)
            page = paste(blank, content, *_place(content, size, draws.top, draws.left))
        else:
            page, _ = centre(content, *size, rule=canvas.rule)
        if draws.paste < self.paste:
            behind = canvas.content(other(draws.other))
            page = paste(page, behind, *_place(behind, size, draws.other_top, draws.other_left))
        return page

    def seen(self, ids: NDArray[np.int64], mask: NDArray[np.bool_], draw: np.random.Generator) -> NDArray[np.int64]:
        """The pages (B, H, W) as the model reads them: inside of the mask, any characters instead of some."""
        noisy = draw.random((len(ids), 1, 1)) < self.noise
        here = noisy & mask & (draw.random(ids.shape, np.float32) < self.replaced)
        return np.where(here, draw.integers(SIZE, size=ids.shape), ids)


def _choice(draw: float, count: int) -> int:
    """One of 0 … count - 1."""
    return int(draw * count)


def _place(grid: Page, size: Size, top: float, left: float) -> tuple[int, int]:
    """A cell of a page of this size where the grid begins, so that all of it is on the page if it fits."""
    return _choice(top, max(size[0] - grid.shape[0], 0) + 1), _choice(left, max(size[1] - grid.shape[1], 0) + 1)
