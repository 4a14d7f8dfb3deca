"""An experiment for several processes that train together."""

from __future__ import annotations

from dataclasses import replace

from torch.nn.modules.batchnorm import _BatchNorm

from asciivae.errors import RecipeError
from asciivae.training.experiment import Experiment
from asciivae.training.muon import Muon
from asciivae.training.ranks import Ranks


def shared(experiment: Experiment, ranks: Ranks) -> Experiment:
    """The part of one process in an experiment; the others follow the leader, which alone validates and samples.

    Raises:
        RecipeError: the experiment cannot be divided.
    """
    if ranks.world == 1:
        return experiment
    _check_divisible(experiment, ranks)
    if isinstance(experiment.state.optimiser, Muon):
        experiment.state.optimiser.ranks = ranks
    task = experiment.task.shared(ranks)
    if ranks.leads:
        return replace(experiment, task=task)
    return replace(experiment, task=task, validate=lambda state: {}, sample=lambda state, folder: "", observers=())


def _check_divisible(experiment: Experiment, ranks: Ranks) -> None:
    why = experiment.task.indivisible()
    norms = [name for name, part in experiment.task.module.named_modules() if isinstance(part, _BatchNorm)]
    if norms and not why:
        why = f"the model has batch norms ({norms[0]}), whose statistics are of the pieces of one process"
    if why:
        raise RecipeError(
            f"{ranks.world} processes cannot train it together: {why}",
            place=f"recipe {experiment.name}",
            hint="train it with one process: asciivae train …, without torchrun",
        )
    batch = experiment.recipe.train.batch
    if batch < ranks.world:
        raise RecipeError(
            f"a batch of {batch} cannot be divided among {ranks.world} processes",
            path="train.batch",
            hint=f"--set train.batch={ranks.world}, or start fewer processes",
        )
