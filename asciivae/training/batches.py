"""Batches of pages: grouping of pieces by page size, padding and order.

Everything here is a function of the seed and the epoch. Pages are characters (uint8 in the store, int64 for the model).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from asciivae.corpus.augment import Draws, DrawsOfEpoch
from asciivae.corpus.extents import Boxes, contents, grouped, page_sizes
from asciivae.corpus.transforms import roll
from asciivae.rng import Part, numpy_stream
from asciivae.text.charset import SPACE
from asciivae.training.ranks import Ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.corpus.augment import Augment, Roll
    from asciivae.corpus.store import Corpus
    from asciivae.text.canvas import Canvas, Size

    Pieces = NDArray[np.int64]
    Page = NDArray[np.uint8]


_PLANNED = 1 << 13
"""Pieces whose augmented sizes are computed at a time."""


class Batch(NamedTuple):
    """Pages of one size: a whole batch, or the part of one process.

    Attributes:
        ids: (B, H, W) int64, the characters.
        mask: (B, H, W) bool, False in the padding outside of a piece's own canvas.
        pieces: (B,), their indices in the corpus.
        noisy: (B, H, W) int64, a corrupted copy of `ids` as the model's input; None if the input is `ids`.
        part: which pieces of the whole batch these are; None for all.
    """

    ids: Tensor
    mask: Tensor
    pieces: Pieces
    noisy: Tensor | None = None
    part: Part | None = None

    @property
    def whole(self) -> int:
        """Pieces in the whole batch."""
        return len(self.pieces) if self.part is None else self.part.whole

    @property
    def seen(self) -> Tensor:
        """(B, H, W) int64, the model's input."""
        return self.ids if self.noisy is None else self.noisy

    def to(self, device: torch.device) -> Batch:
        """Move the batch to a device."""
        noisy = None if self.noisy is None else self.noisy.to(device)
        return self._replace(ids=self.ids.to(device), mask=self.mask.to(device), noisy=noisy)


def collate(pages: Sequence[Page], pieces: Pieces, least: Size = (0, 0)) -> Batch:
    """Pad pages with spaces to a common size, of at least `least`, and stack them, each in the top-left corner."""
    size = _largest([least, *((page.shape[0], page.shape[1]) for page in pages)])
    ids = np.full((len(pages), *size), SPACE, np.int64)
    mask = np.zeros(ids.shape, np.bool_)
    for i, page in enumerate(pages):
        # In the corner, so that each cell of a latent grid lies either inside or outside of a piece's canvas.
        window = i, slice(page.shape[0]), slice(page.shape[1])
        ids[window] = page
        mask[window] = True
    return Batch(torch.from_numpy(ids), torch.from_numpy(mask), pieces)


class Batches:
    """The batches of a training split, epoch by epoch.

    Pages of one size are batched together, so that compute is proportional to the area of the drawings. The remainders
    of all sizes are batched with those of similar height and width, and padded. Every epoch has the same number of
    batches.

    In a padded batch, convolutions near the border of a smaller piece's canvas see spaces beyond it, where alone they
    would see the model's own padding. The mask keeps the padding out of the losses, but not its small effect on cells
    within the canvas.

    Args:
        corpus: the pieces.
        pieces: indices of the pieces to use.
        batch_size: pieces in a batch; the last may have fewer.
        canvas: places pieces on pages.
        seed: seed of the run.
        roll: shifts every page, if given.
        augment: augments the pieces, if given; page sizes, and so the grouping, then change by epoch.

    Attributes:
        ranks: the processes that divide each batch; see `shared`.
    """

    ranks = Ranks()

    def __init__(
        self,
        corpus: Corpus,
        pieces: Pieces,
        batch_size: int,
        canvas: Canvas,
        seed: int,
        roll: Roll | None = None,
        augment: Augment | None = None,
    ) -> None:
        self.corpus, self.pieces, self.batch_size, self.canvas, self.seed = corpus, pieces, batch_size, canvas, seed
        self.roll, self.augment = roll, augment
        self.steps_per_epoch = -(-len(pieces) // batch_size)
        self._groups = {} if augment else _by_size(corpus, pieces, canvas)
        # 8 bytes a piece, so that no epoch reads all cells.
        self._contents = contents(corpus, pieces, canvas.trimmed).packed() if augment else None
        self._planned: tuple[int, list[Pieces]] = (-1, [])
        self._drawn = DrawsOfEpoch(seed, 0)

    def shared(self, ranks: Ranks) -> Self:
        """The same batches, of each of which only the part of this process is made."""
        other = copy.copy(self)
        other.ranks = ranks
        return other

    def __call__(self, step: int) -> Batch:
        """The batch of a step, or the part of this process; steps are counted from 0 over all epochs."""
        epoch, position = divmod(step, self.steps_per_epoch)
        if self._planned[0] != epoch:
            self._planned = (epoch, self.plan(epoch))
        pieces = self._planned[1][position]
        part = self.ranks.part(len(pieces))
        # Padded like the whole batch, since the model sees the padding.
        size = (0, 0) if part.is_whole else _largest(self._size(piece, epoch) for piece in pieces.tolist())
        batch = collate(self.pages(pieces, epoch, step, part.rows), pieces[part.rows], size)._replace(part=part)
        if self.augment and self.augment.noise:
            draw = numpy_stream(self.seed, "noise", step)
            noisy = self.augment.noised(batch.ids.numpy(), batch.mask.numpy(), draw, part)
            batch = batch._replace(noisy=torch.from_numpy(noisy))
        return batch

    def pages(self, pieces: Pieces, epoch: int, step: int, rows: slice = slice(None)) -> list[Page]:
        """The pages of the pieces of a batch, or of some rows of it, as they are varied and shifted in a step."""
        pages = [self._page(piece, epoch) for piece in pieces[rows].tolist()]
        if self.roll:
            pages = _rolled(pages, self.roll.shifts(numpy_stream(self.seed, "roll", step), len(pieces))[rows])
        return pages

    def plan(self, epoch: int) -> list[Pieces]:
        """The pieces of every batch of an epoch, in order."""
        groups = self._groups
        if self.augment:
            groups = _grouped(self.pieces, self._augmented_sizes(epoch))
        draw = numpy_stream(self.seed, "order", epoch)
        batches, left = [], {}
        for size, group in groups.items():
            shuffled = draw.permutation(group)
            full = len(shuffled) - len(shuffled) % self.batch_size
            batches += np.split(shuffled[:full], full // self.batch_size) if full else []
            left[size] = shuffled[full:]
        batches += list(_chunks(np.concatenate([left[size] for size in _snake(left)]), self.batch_size))
        return [batches[i] for i in draw.permutation(len(batches))]

    def _page(self, piece: int, epoch: int) -> Page:
        grid = self.corpus.grid(piece)
        if self.augment is None:
            return self.canvas.page(grid)
        return self.augment.page(grid, self.canvas, self._draws(piece, epoch), self._other)

    def _size(self, piece: int, epoch: int) -> Size:
        if self.augment is None:
            return self.canvas.size(self.corpus.grid(piece))
        draws = self._draws(piece, epoch)
        content = self.augment.content(self.corpus.grid(piece), self.canvas, draws)
        return self.augment.size(content.shape, self.canvas, draws)

    def _augmented_sizes(self, epoch: int) -> NDArray[np.int64]:
        """(k, 2) the page sizes of all pieces in an epoch."""
        assert self.augment is not None
        assert self._contents is not None
        draws, sizes = self._draws_of(epoch), np.empty((len(self.pieces), 2), np.int64)
        order = np.argsort(self.pieces, kind="stable")  # the draws follow the order of the corpus
        begins = np.arange(0, len(self.corpus), _PLANNED)
        parts = np.split(order, np.searchsorted(self.pieces[order], begins[1:]))
        for begin, here in zip(begins.tolist(), parts, strict=True):
            drawn = draws(begin, min(_PLANNED, len(self.corpus) - begin))[self.pieces[here] - begin]
            boxes = Boxes.unpacked(self.corpus, self.pieces[here], self._contents[here])
            sizes[here] = self.augment.sizes(self.corpus, boxes, self.canvas, drawn)
        return page_sizes(sizes, self.canvas.size_for)

    def _draws(self, piece: int, epoch: int) -> Draws:
        return Draws(*self._draws_of(epoch)(piece, 1)[0].tolist())

    def _draws_of(self, epoch: int) -> DrawsOfEpoch:
        if self._drawn.epoch != epoch:
            self._drawn = DrawsOfEpoch(self.seed, epoch)
        return self._drawn

    def _other(self, draw: float) -> Page:
        return self.corpus.grid(int(self.pieces[int(draw * len(self.pieces))]))


def in_order(
    corpus: Corpus,
    pieces: Pieces,
    batch_size: int,
    canvas: Canvas,
    rolled: Callable[[int], NDArray[np.int64]] | None = None,
) -> Iterator[Batch]:
    """Unpadded batches for one pass over the pieces, so that a piece's results do not depend on its batch.

    `rolled`, if given, maps a number of pieces to their shifts.
    """
    for group in _by_size(corpus, pieces, canvas).values():
        for chunk in _chunks(group, batch_size):
            pages = [canvas.page(corpus.grid(piece)) for piece in chunk]
            yield collate(_rolled(pages, rolled(len(chunk))) if rolled else pages, chunk)


def _largest(sizes: Iterable[Size]) -> Size:
    """The smallest size that holds all of these."""
    heights, widths = zip(*sizes, strict=True)
    return max(heights), max(widths)


def _rolled(pages: Sequence[Page], shifts: NDArray[np.int64]) -> list[Page]:
    return [roll(page, *shift) for page, shift in zip(pages, shifts.tolist(), strict=True)]


def _by_size(corpus: Corpus, pieces: Pieces, canvas: Canvas) -> dict[Size, Pieces]:
    """Group pieces by page size, in increasing order of area."""
    boxes = contents(corpus, pieces, canvas.trimmed)
    return _grouped(pieces, page_sizes(np.stack([boxes.heights, boxes.widths], axis=1), canvas.size_for))


def _grouped(pieces: Pieces, sizes: NDArray[np.int64]) -> dict[Size, Pieces]:
    return {size: pieces[positions] for size, positions in grouped(sizes)}


def _snake(sizes: Iterable[Size]) -> list[Size]:
    """Sizes by height; those of one height by width, upwards and downwards in turn, so that neighbours are similar."""
    order: list[Size] = []
    for turn, (_, row) in enumerate(groupby(sorted(sizes), key=itemgetter(0))):
        order += sorted(row, reverse=turn % 2 == 1)
    return order


def _chunks(pieces: Pieces, size: int) -> Iterator[Pieces]:
    for start in range(0, len(pieces), size):
        yield pieces[start : start + size]
