"""Batches of pages: which pieces go together, on how large a canvas, in which order.

Everything here is a function of the seed and the epoch. Pages are characters (uint8 in the store, int64 for the model);
a one-hot page never exists outside of a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from asciivae.corpus.augment import roll, roll_shifts
from asciivae.text.art import centre, trim
from asciivae.text.charset import SPACE
from asciivae.train.streams import numpy_stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.corpus import Corpus

    Pieces = NDArray[np.int64]
    Page = NDArray[np.uint8]

Size = tuple[int, int]


class Batch(NamedTuple):
    """Pages of one size.

    Attributes:
        ids: (B, H, W) int64, the characters.
        mask: (B, H, W) bool, False outside of a piece's own canvas.
        pieces: (B,), their numbers in the corpus.
    """

    ids: Tensor
    mask: Tensor
    pieces: Pieces

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        return Batch(self.ids.to(device), self.mask.to(device), self.pieces)


@dataclass(frozen=True)
class Canvas:
    """How a piece is laid on a page.

    Attributes:
        size_for: maps a piece's (height, width) to its page's.
        rule: where in the middle, see `text.art.centre`.
        trimmed: whether blank margins are cut first.
    """

    size_for: Callable[[int, int], Size]
    rule: Literal["symmetric", "logged"] = "symmetric"
    trimmed: bool = False

    @classmethod
    def fixed(cls, height: int, width: int, rule: Literal["symmetric", "logged"] = "symmetric") -> Canvas:
        """The same page for every piece; a larger piece is an ArtError when it is laid."""
        return cls(lambda *_: (height, width), rule)

    def content(self, grid: Page) -> Page:
        """What of a piece is laid on the page."""
        return trim(grid)[0] if self.trimmed else grid

    def size(self, grid: Page) -> Size:
        """The page that a piece is laid on."""
        return self.size_for(*self.content(grid).shape)

    def lay(self, grid: Page, size: Size) -> tuple[Page, tuple[int, int]]:
        """The content of a piece on a page (H, W) of at least its size, and the cell where it begins."""
        return centre(self.content(grid), *size, rule=self.rule)


@dataclass(frozen=True)
class Roll:
    """The log's augmentation: a circular shift by a truncated normal draw, in cells, rows and columns alike."""

    maximum: int
    sigma: float

    def shifts(self, draw: np.random.Generator, n: int) -> NDArray[np.int64]:
        """Shifts for n pieces, (n, 2): rows, columns."""
        return roll_shifts(draw.standard_normal((n, 2)), self.maximum, self.sigma)


def collate(grids: Sequence[Page], pieces: Pieces, canvas: Canvas, shifts: NDArray[np.int64] | None = None) -> Batch:
    """Lay pieces on one page size, the largest that any of them asks for; each is first rolled on its own canvas."""
    sizes = [canvas.size(grid) for grid in grids]
    size = (max(height for height, _ in sizes), max(width for _, width in sizes))
    pages = np.full((len(grids), *size), SPACE, np.uint8)
    mask = np.zeros(pages.shape, np.bool_)
    for i, (grid, own) in enumerate(zip(grids, sizes, strict=True)):
        # In the corner: there a latent grid's cells are inside of a piece's canvas or outside, never astride.
        window = i, slice(own[0]), slice(own[1])
        laid, _ = canvas.lay(grid, own)
        pages[window] = laid if shifts is None else roll(laid, *shifts[i].tolist())
        mask[window] = True
    return Batch(torch.from_numpy(pages.astype(np.int64)), torch.from_numpy(mask), pieces)


class Batches:
    """The batches of a training split, epoch after epoch.

    Pieces whose pages are equally large go together, so that the work follows the area of the drawings. What is left
    over of every size is put together by area, and padded. Every epoch has the same number of batches.

    In a batch of mixed sizes a convolution near the border of a smaller piece's canvas sees blank page beyond it, where
    alone it would see the model's own padding. The mask keeps that page out of the losses, but not its small effect on
    the cells within.

    Args:
        corpus: the pieces.
        pieces: the numbers of those to use.
        batch_size: pieces in a batch; the last may have fewer.
        canvas: how pieces are laid.
        seed: of the run.
        roll: shifts every page, if given.
    """

    def __init__(
        self,
        corpus: Corpus,
        pieces: Pieces,
        batch_size: int,
        canvas: Canvas,
        seed: int,
        roll: Roll | None = None,
    ) -> None:
        self.corpus, self.batch_size, self.canvas, self.seed, self.roll = corpus, batch_size, canvas, seed, roll
        self._groups = _by_size(corpus, pieces, canvas)
        full = sum(len(group) // batch_size for group in self._groups)
        left = sum(len(group) % batch_size for group in self._groups)
        self.steps_per_epoch = full + -(-left // batch_size)
        self._planned: tuple[int, list[Pieces]] = (-1, [])

    def __call__(self, step: int) -> Batch:
        """The batch of a step, counted from 0 over all epochs."""
        epoch, position = divmod(step, self.steps_per_epoch)
        if self._planned[0] != epoch:
            self._planned = (epoch, self.plan(epoch))
        pieces = self._planned[1][position]
        shifts = self.roll.shifts(numpy_stream(self.seed, "roll", step), len(pieces)) if self.roll else None
        return collate([self.corpus.grid(piece) for piece in pieces], pieces, self.canvas, shifts)

    def plan(self, epoch: int) -> list[Pieces]:
        """The pieces of every batch of an epoch, in order."""
        draw = numpy_stream(self.seed, "order", epoch)
        batches, left = [], []
        for group in self._groups:
            shuffled = draw.permutation(group)
            full = len(shuffled) - len(shuffled) % self.batch_size
            batches += np.split(shuffled[:full], full // self.batch_size) if full else []
            left.append(shuffled[full:])
        batches += list(_chunks(np.concatenate(left), self.batch_size))
        return [batches[i] for i in draw.permutation(len(batches))]


def in_order(
    corpus: Corpus,
    pieces: Pieces,
    batch_size: int,
    canvas: Canvas,
    rolled: Callable[[int], NDArray[np.int64]] | None = None,
) -> Iterator[Batch]:
    """Batches for looking at pieces once: none is padded, so that no piece's numbers depend on its neighbours.

    `rolled`, if given, maps a number of pieces to their shifts.
    """
    for group in _by_size(corpus, pieces, canvas):
        for chunk in _chunks(group, batch_size):
            shifts = rolled(len(chunk)) if rolled else None
            yield collate([corpus.grid(piece) for piece in chunk], chunk, canvas, shifts)


def _by_size(corpus: Corpus, pieces: Pieces, canvas: Canvas) -> list[Pieces]:
    """The pieces whose pages are equally large, for each size from the smallest area on."""
    by_size: dict[Size, list[int]] = {}
    for piece in pieces.tolist():
        by_size.setdefault(canvas.size(corpus.grid(piece)), []).append(piece)
    return [np.array(by_size[size]) for size in sorted(by_size, key=lambda s: (s[0] * s[1], s))]


def _chunks(pieces: Pieces, size: int) -> Iterator[Pieces]:
    for start in range(0, len(pieces), size):
        yield pieces[start : start + size]
