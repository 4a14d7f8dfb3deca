"""The section `data` of a recipe, resolved: the corpus, its training and validation split, and the canvas."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from asciivae.corpus import extents
from asciivae.corpus.concat import open_corpora
from asciivae.corpus.filters import exclude, fits
from asciivae.corpus.settings import Data, FixedCanvas
from asciivae.corpus.splits import split
from asciivae.errors import ModelError, RecipeError
from asciivae.text.art import MAX_SIDE
from asciivae.text.canvas import Canvas, PageSize
from asciivae.text.charset import SIZE, SPACE
from asciivae.training.batches import Batches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.corpus.store import Corpus
    from asciivae.training.recipe import BaseRecipe

    Pieces = NDArray[np.int64]


@dataclass(frozen=True)
class DataSplit:
    """The pieces of a run.

    Attributes:
        corpus: all pieces.
        excluded: number of pieces that each pattern of `data.exclude` removed.
        training: indices of the training pieces.
        validating: indices of the validation pieces.
        validated: the validation pieces that are measured during training (`evaluation.pieces`).
        canvas: places pieces on pages.
        batches: batches of the training pieces.
    """

    corpus: Corpus
    excluded: dict[str, int]
    training: Pieces
    validating: Pieces
    validated: Pieces
    canvas: Canvas
    batches: Batches

    def middle(self, count: int) -> Pieces:
        """Validation pieces of median area, for samples."""
        by_area = self.validating[np.lexsort((self.validating, self.corpus.sizes(self.validating)))]
        first = max(0, len(by_area) // 2 - count // 2)
        return by_area[first : first + count]


def prepare_data(recipe: BaseRecipe, size_for: PageSize) -> DataSplit:
    """Open a recipe's corpus, split it, and place its pieces on pages.

    Args:
        recipe: of any kind.
        size_for: maps the size of a piece to the model's page size.

    Raises:
        CorpusError: the corpus cannot be read, or a side of the split is empty.
        ModelError: a piece is too large for the model.
        RecipeError: the recipe's canvas does not suit the model.
    """
    data = recipe.data
    corpus, excluded = open_data(data)
    training, validating = sides(data, corpus)
    canvas = canvas_of(data, size_for)
    validated = validating[: recipe.evaluation.pieces]
    margin = data.augment.shift.margin if data.augment and data.augment.shift else 0
    # Fail now rather than after hours of training.
    for pieces, around in ((validated, 0), (training, margin)):
        _page_sizes(corpus, pieces, canvas, around)
    batches = Batches(corpus, training, recipe.train.batch, canvas, recipe.seed, data.roll, data.augment)
    return DataSplit(corpus, excluded, training, validating, validated, canvas, batches)


def open_data(data: Data) -> tuple[Corpus, dict[str, int]]:
    """The pieces of a recipe's corpora without the excluded ones, and how many each pattern removed.

    Raises:
        CorpusError: a corpus cannot be opened, or nothing is left.
    """
    corpus = open_corpora(data.corpora)
    return exclude(corpus, asdict(data.exclude)) if data.exclude else (corpus, {})


def sides(data: Data, corpus: Corpus) -> tuple[Pieces, Pieces]:
    """Indices of the training pieces and of the validation pieces.

    Raises:
        CorpusError: one of the two would be empty.
    """
    kept = np.arange(len(corpus)) if data.max_side is None else fits(corpus, data.max_side)
    usable = corpus if data.max_side is None else corpus.select(kept)
    training, validating = split(usable, data.split.rule, data.split.share, data.split.seed)
    return kept[training][: data.limit], kept[validating]


def canvas_of(data: Data, size_for: PageSize) -> Canvas:
    """The canvas of a recipe for a model.

    Raises:
        RecipeError: the recipe's canvas does not suit the model.
    """
    if not isinstance(data.canvas, FixedCanvas):
        return Canvas(size_for, trimmed=True)
    wanted = (data.canvas.height, data.canvas.width)
    try:
        suitable = size_for(*wanted)
    except ModelError as error:
        raise RecipeError(error.message, path="data.canvas", hint="--set data.canvas=fitted") from error
    if suitable != wanted:
        raise RecipeError(
            f"a canvas of {wanted[0]} × {wanted[1]} cells does not suit this model, {suitable[0]} × {suitable[1]} does",
            path="data.canvas",
            hint=f"--set data.canvas='{{height: {suitable[0]}, width: {suitable[1]}}}'",
        )
    return Canvas.fixed(*wanted, rule=data.place)


def character_counts(corpus: Corpus, pieces: Pieces, canvas: Canvas) -> torch.Tensor:
    """Counts of each character on the pages of these pieces, padding included: (95,) int64."""
    counts = extents.character_counts(corpus, pieces)[:SIZE]
    cells = int(_page_sizes(corpus, pieces, canvas).prod(axis=1).sum())
    counts[SPACE] = cells - (counts.sum() - counts[SPACE])  # blank margins are left out, and padding is counted
    return torch.from_numpy(counts)


def _page_sizes(corpus: Corpus, pieces: Pieces, canvas: Canvas, margin: int = 0) -> NDArray[np.int64]:
    """(k, 2) the sizes of the pages of these pieces."""
    boxes = extents.contents(corpus, pieces, canvas.trimmed)
    try:
        return extents.page_sizes(np.stack([boxes.heights, boxes.widths], axis=1) + margin, canvas.size_for)
    except extents.TooLarge as found:
        with_margin = f" with data.augment.shift.margin {margin}" if margin else ""
        place = f"{corpus.source}, piece {corpus.column('id')[int(pieces[found.position])]}{with_margin}"
        hint = f"--set data.max_side={_largest_side(canvas) - margin}"
        raise ModelError(found.message, place=place, hint=hint) from found


def _largest_side(canvas: Canvas) -> int:
    """The side of the largest square piece that fits the canvas."""

    def too_large(side: int) -> bool:
        try:
            canvas.size_for(side, side)
        except ModelError:
            return True
        return False

    return bisect_left(range(1, MAX_SIDE + 1), True, key=too_large)
