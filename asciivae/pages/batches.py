"""Batches for training a page model: pages of like numbers of cells, with hints and conditions drawn."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Self

import numpy as np

from asciivae.pages.batch import PageBatch, make_batch
from asciivae.pages.categories import merged
from asciivae.pages.cells import EASY_SHARE, Condition, easy_cells
from asciivae.pages.hints import draw_known
from asciivae.pages.signatures import is_signed
from asciivae.rng import numpy_stream
from asciivae.training.batches import Batches
from asciivae.training.ranks import Ranks, dealt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.pages.settings import PageRecipe
    from asciivae.training.data import DataSplit

    Pieces = NDArray[np.int64]

_DISORDER = 0.15
"""How far a piece may be from its place in the order of sizes: the standard deviation of the logarithm."""
_PADDED = 1.5
"""A batch's largest piece times its pieces is at most this times the cells that it may hold."""


class PageBatches:
    """The batches of a training split, epoch after epoch: each a function of the recipe, its seed and the step.

    Pieces go together by the cells that training looks at, so that little is padded. Every epoch has the same number of
    batches.

    Args:
        data: the pieces, and how they are varied.
        recipe: the recipe.

    Attributes:
        ranks: the processes that divide each batch; see `shared`.
    """

    ranks = Ranks()

    def __init__(self, data: DataSplit, recipe: PageRecipe) -> None:
        self.recipe, self.seed = recipe, recipe.seed
        self._pages: Batches = data.batches
        corpus, self.pieces = data.corpus, data.training
        categories = corpus.column("category") if "category" in corpus.columns else None
        self._said = {
            piece: Condition(merged(categories[piece]) if categories else 0, is_signed(corpus.grid(piece)))
            for piece in self.pieces.tolist()
        }
        self._sizes = np.array([_looked_at(corpus.grid(piece)) for piece in self.pieces.tolist()])
        self._size_of = dict(zip(self.pieces.tolist(), self._sizes.tolist(), strict=True))
        self._cuts = _cuts(np.sort(self._sizes), recipe.cells, recipe.train.batch)
        self.steps_per_epoch = len(self._cuts) + 1
        self._planned: tuple[int, list[Pieces]] = (-1, [])

    def shared(self, ranks: Ranks) -> Self:
        """The same batches, of each of which only the part of this process is made, of about as many cells."""
        other = copy.copy(self)
        other.ranks = ranks
        return other

    def __call__(self, step: int) -> PageBatch:
        """The batch of a step, or the part of this process; steps are counted from 0 over all epochs."""
        epoch, position = divmod(step, self.steps_per_epoch)
        if self._planned[0] != epoch:
            self._planned = (epoch, self.plan(epoch))
        pieces = self._planned[1][position]
        grids = self._pages.pages(pieces, epoch, step)
        rng = numpy_stream(self.seed, "hints", step)
        known = [draw_known(rng, grid.shape[0], grid.shape[1], self.recipe.hints) for grid in grids]
        told = rng.random((len(pieces), 2))
        conditions = [
            Condition(
                self._said[piece].category if draw[0] < self.recipe.conditions.category else 0,
                self._said[piece].signature if draw[1] < self.recipe.conditions.signature else 0,
            )
            for piece, draw in zip(pieces.tolist(), told, strict=True)
        ]
        cells = [grid.size for grid in grids]
        drawn = np.split(rng.random(sum(cells)), np.cumsum(cells)[:-1])
        own = dealt([self._size_of[piece] for piece in pieces.tolist()], self.ranks.world)[self.ranks.rank]
        rows = own or [0]  # a process without a page takes part with one that does not count
        batch = make_batch(
            [grids[row] for row in rows],
            [known[row] for row in rows],
            [conditions[row] for row in rows],
            thin=lambda count: np.concatenate([drawn[row] for row in rows]),
            pieces=pieces[rows],
        )
        return replace(batch, whole=len(pieces), weight=batch.weight if own else 0 * batch.weight)

    def plan(self, epoch: int) -> list[Pieces]:
        """The pieces of every batch of an epoch, in order."""
        draw = numpy_stream(self.seed, "order", epoch)
        order = np.argsort(self._sizes * np.exp(draw.normal(0, _DISORDER, len(self._sizes))))
        batches = np.split(self.pieces[order], self._cuts)
        return [batches[i] for i in draw.permutation(len(batches))]


def _looked_at(grid: NDArray[np.uint8]) -> int:
    easy = easy_cells(grid)
    return int(grid.size - easy + EASY_SHARE * easy) + 1


def _cuts(sizes: Pieces, cells: int, most: int) -> list[int]:
    """Where the sorted sizes are cut into batches."""
    cuts, first, total = [], 0, 0
    for i, size in enumerate(sizes.tolist()):
        full = total + size > cells or size * (i + 1 - first) > _PADDED * cells or i - first >= most
        if i > first and full:
            cuts.append(i)
            first, total = i, 0
        total += size
    return cuts
