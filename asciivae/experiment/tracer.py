"""The recipe of a tracer becomes an experiment; and a trained tracer, ready to draw."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from asciivae.errors import CorpusError
from asciivae.experiment.components import initialised
from asciivae.models.tracer import Tracer
from asciivae.text.art import side_by_side
from asciivae.tracer.measure import measurable
from asciivae.tracer.objective import TracerObjective, TracerTask
from asciivae.tracer.pairs import is_line_art, without_words
from asciivae.tracer.settings import LineArt, TracerRecipe
from asciivae.tracer.validation import TracerValidation
from asciivae.training.batches import Batches
from asciivae.training.data import DataSplit, prepare_data
from asciivae.training.experiment import Experiment
from asciivae.training.state import TrainState

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from asciivae.corpus.store import Corpus
    from asciivae.training.run_dir import RunDir

SAMPLES = 3


def page_size(height: int, width: int) -> tuple[int, int]:
    """The page for a piece: a cell of paper around, and few enough sizes that pieces meet others of theirs."""
    return -(-(height + 2) // 2) * 2, -(-(width + 2) // 4) * 4


def build_tracer(name: str, recipe: TracerRecipe, device: torch.device, metadata: Mapping[str, str]) -> Experiment:
    """Build all that the recipe of a tracer names.

    Args:
        name: of the recipe.
        recipe: the recipe.
        device: where to train.
        metadata: for weights files.

    Raises:
        CorpusError: no piece of one side of the split is line art.
    """
    tracer = initialised(recipe.seed, lambda: Tracer(recipe.network)).to(device)
    data = _line_art(recipe, prepare_data(recipe, page_size))
    task = TracerTask(
        module=tracer,
        objective=TracerObjective(recipe.lines, recipe.untold, recipe.seed),
        batches=data.batches,
        seed=recipe.seed,
        **recipe.train.of_task(data.batches.steps_per_epoch),
    )
    kept = (without_words(data.corpus.grid(piece)) for piece in data.validated.tolist())
    validation = TracerValidation(measurable(kept) or _some(data))
    shown = validation.grids[:: max(1, len(validation.grids) // SAMPLES)][:SAMPLES]

    def sample(state: TrainState, folder: RunDir) -> str:
        return "\n".join(side_by_side(artist, drawn) for artist, drawn in validation.pairs(state, shown))

    return Experiment(
        name=name,
        recipe=recipe,
        data=data,
        task=task,
        state=TrainState(tracer, recipe.optim, **recipe.train.of_state()),
        validate=validation,
        sample=sample,
        glyphs=recipe.glyphs.atlas(),
        metadata=metadata,
        next_command=_next_command,
    )


def _line_art(recipe: TracerRecipe, data: DataSplit) -> DataSplit:
    """The same split with line art alone."""
    training, validating, validated = (
        _kept(data.corpus, pieces, recipe.pieces) for pieces in (data.training, data.validating, data.validated)
    )
    for side, pieces in (("trained on", training), ("validated on", validated)):
        if not len(pieces):
            raise CorpusError(
                f"not one of the pieces that would be {side} is line art",
                place=data.corpus.source,
                hint="give more drawings, or a lower pieces.share: --set pieces.share=0.5",
            )
    settings = recipe.data
    batches = Batches(
        data.corpus, training, recipe.train.batch, data.canvas, recipe.seed, settings.roll, settings.augment
    )
    return dataclasses.replace(data, training=training, validating=validating, validated=validated, batches=batches)


def _kept(corpus: Corpus, pieces: NDArray[np.int64], wanted: LineArt) -> NDArray[np.int64]:
    return np.array([piece for piece in pieces.tolist() if _is_wanted(corpus, piece, wanted)], np.int64)


def _is_wanted(corpus: Corpus, piece: int, wanted: LineArt) -> bool:
    grid = corpus.grid(piece)
    if min(grid.shape) < wanted.smallest:
        return False
    return is_line_art(without_words(grid), share=wanted.share, most_ink=wanted.most_ink)


def _some(data: DataSplit) -> list[NDArray[np.uint8]]:
    """Validation pieces of any size, if there are none of the sizes that are usually measured."""
    return [without_words(data.canvas.content(data.corpus.grid(piece))) for piece in data.validated.tolist()]


def _next_command(folder: RunDir) -> str:
    return f"draw a picture of yours:\n  asciivae draw --model {shlex.quote(str(folder.path))} photo.jpg"
