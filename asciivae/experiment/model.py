"""Builds the experiment of a recipe for a variational autoencoder."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING, Any

from torch import nn

from asciivae.errors import RecipeError, UsageError
from asciivae.experiment.components import described, initialised, make, origin
from asciivae.latent.reconstruct import reconstruct
from asciivae.losses.objective import PYTHON, Objective, Term, facts_of
from asciivae.losses.schedule import constant, schedule
from asciivae.recipe.schema import RESERVED, ModelRecipe
from asciivae.registry import files
from asciivae.text.art import side_by_side
from asciivae.training.data import character_counts, prepare_data
from asciivae.training.experiment import Experiment
from asciivae.training.state import TrainState
from asciivae.training.vae import VAETask
from asciivae.training.validation import VAEValidation

if TYPE_CHECKING:
    import torch

    from asciivae.contract import Loss
    from asciivae.losses.schedule import Points, Ramp
    from asciivae.models.base import VAE
    from asciivae.training.data import DataSplit
    from asciivae.training.run_dir import RunDir

SAMPLES = 3


def build_model(
    name: str,
    recipe: ModelRecipe,
    device: torch.device,
    metadata: Mapping[str, str],
    *,
    model: VAE | None = None,
    losses: Mapping[str, tuple[Loss, float | Ramp | Points]] | None = None,
) -> Experiment:
    """Build the experiment of a VAE's recipe.

    Args:
        name: name of the recipe.
        recipe: the recipe.
        device: the device to train on.
        metadata: header of weights files.
        model: replaces the recipe's model.
        losses: additional losses by name, each an object that implements `contract.Loss` and a weight.
    """
    own = model
    vae: VAE = own if own is not None else initialised(recipe.seed, lambda: make("model", recipe.model))
    data = prepare_data(recipe, vae.canvas)
    _refuse_single_pieces(vae, data, recipe.train.batch)
    renderer = make("renderer", recipe.renderer, recipe.glyphs.atlas())
    facts = facts_of(renderer, character_counts(data.corpus, data.training, data.canvas))
    terms = [
        Term(entry.name, make("loss", entry, facts), schedule(entry.weight), origin("loss", entry))
        for entry in recipe.losses
    ]
    metrics = Objective(
        [
            Term(entry.name, make("metric", entry, facts), constant(0.0), origin("metric", entry), "metric")
            for entry in recipe.metrics
        ],
        renderer,
        drawn_by=described("renderer", recipe.renderer),
    )
    terms += _python_terms(losses or {}, {term.name for term in terms})
    task = VAETask(
        module=vae.to(device),
        objective=Objective(terms, renderer, drawn_by=described("renderer", recipe.renderer)).to(device),
        relaxation=recipe.relax,
        built_by=_built_by(recipe, own),
        metrics=metrics.to(device) if metrics.terms else None,
        batches=data.batches,
        seed=recipe.seed,
        **recipe.train.of_task(data.batches.steps_per_epoch),
    )
    roll = recipe.data.roll
    validation = VAEValidation(
        task=task,
        corpus=data.corpus,
        pieces=data.validated,
        canvas=data.canvas,
        batch_size=recipe.train.batch,
        sampled=recipe.evaluation.sampled,
        roll=roll if roll and roll.validation else None,
    )
    grids = [data.corpus.grid(piece) for piece in data.middle(SAMPLES).tolist()]

    def sample(state: TrainState, folder: RunDir) -> str:
        evaluated: VAE = state.evaluated()  # type: ignore[assignment]
        pairs = reconstruct(evaluated, grids, data.canvas)
        return "\n".join(side_by_side(pair.original, pair.grid) for pair in pairs)

    return Experiment(
        name=name,
        recipe=recipe,
        data=data,
        task=task,
        state=TrainState(vae, recipe.optim, **recipe.train.of_state(), of_losses=task.objective.state),
        validate=validation,
        sample=sample,
        glyphs=facts.glyphs,
        metadata={**metadata, **({"python_model": type(vae).__name__} if model is not None else {})},
        renderer_digest=str(renderer.digest) if hasattr(renderer, "baseline") else None,
        next_command=_package_first if files.is_file(recipe.model.use) else _next_command,
    )


def _built_by(recipe: ModelRecipe, own: VAE | None) -> str:
    """The model in messages; empty for one of asciivae's own."""
    if own is not None:
        return f"the model {type(own).__name__} of {PYTHON}"
    return "" if origin("model", recipe.model).startswith("asciivae ") else described("model", recipe.model)


def _python_terms(losses: Mapping[str, Any], taken: Set[str]) -> Iterator[Term]:
    """The terms of losses that were passed from Python.

    Raises:
        UsageError: a name is invalid or taken, or a loss was given without its weight.
    """
    for name, entry in losses.items():
        place = f"losses[{name!r}]"
        if not (isinstance(entry, tuple) and len(entry) == 2):
            raise UsageError(
                f"is {type(entry).__name__}, not (loss, weight)", place=place, hint='losses={"mine": (MyLoss(), 0.5)}'
            )
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][\w-]*", name):
            raise UsageError("is not a name", place=place, hint="use letters, digits, - and _, and a letter first")
        if name in taken or name in RESERVED or name.startswith("sampled_"):
            raise UsageError("is the name of another term or metric", place=place, hint="choose another name")
        yield Term(name, entry[0], schedule(entry[1]), PYTHON)


def _refuse_single_pieces(vae: VAE, data: DataSplit, batch: int) -> None:
    """Reject batches of one piece for models with batch norms of vectors, which need more than one value.

    Raises:
        RecipeError: the last batch of an epoch, or every batch, has a single piece.
    """
    if len(data.training) % batch != 1 % batch or not any(isinstance(part, nn.BatchNorm1d) for part in vae.modules()):
        return
    every = batch == 1 or len(data.training) == 1
    raise RecipeError(
        f"{'every batch' if every else 'the last batch of an epoch'} would have a single piece of "
        f"{len(data.training)}, and this model's batch norms need two",
        path="train.batch",
        hint=f"--set train.batch={batch + 1}, or --set data.limit={max(2, len(data.training) - 1)}",
    )


def _package_first(folder: RunDir) -> str:
    return "to use the weights, make the model a package:\n  asciivae plugins new model my-model"


def _next_command(folder: RunDir) -> str:
    return f"try it on a drawing:\n  asciivae reconstruct --model {shlex.quote(str(folder.path))} cat.txt"
