"""Losses that fail on purpose, and a run that they can be put into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tiny_runs import tiny_experiment
from torch import Tensor

from asciivae.contract import LossInputs
from asciivae.errors import DivergedError
from asciivae.experiment.runs import Run
from asciivae.losses.objective import Objective, Term
from asciivae.losses.schedule import constant
from asciivae.training.experiment import Experiment
from asciivae.training.loop import Step
from asciivae.training.observer import Observer
from asciivae.training.run_dir import RunDir
from asciivae.training.settings import Every


class Sick:
    """A loss of the value that `ill` gives for the number of the call, counted from 0; otherwise 0."""

    needs: frozenset[str] = frozenset()

    def __init__(self, ill: Callable[[int], float]) -> None:
        self.ill, self.calls = ill, 0

    def __call__(self, inputs: LossInputs) -> Mapping[str, Tensor]:
        factor = self.ill(self.calls)
        self.calls += 1
        return {"": factor * inputs.logits.square().flatten(1).mean(1)}


def infected(folder: Path, ill: Callable[[int], float], **changes: Any) -> Experiment:
    """The tiny experiment with one more loss, `sick`."""
    made = tiny_experiment(folder, **changes)
    sick: Any = Sick(ill)
    objective = Objective([*made.task.objective.terms, Term("sick", sick, constant(1.0))], made.task.objective.renderer)
    return replace(made, task=replace(made.task, objective=objective))


def run_of(made: Experiment, folder: Path, *, checkpoint: int = 2, rollback: bool = False) -> Run:
    """The experiment as a run that neither validates nor samples."""
    recipe = replace(
        made.recipe,
        every=Every(log=1, evaluate=10**6, checkpoint=checkpoint, sample=10**6, keep=2),
        train=replace(made.recipe.train, on_divergence="rollback" if rollback else "stop"),
    )
    quiet = replace(made, recipe=recipe, validate=lambda state: {}, sample=lambda state, folder: "")
    return Run(quiet, RunDir.create(folder, {"resolved.yaml": "asciivae: 1\n"}))


def finish(run: Run, observer: Observer) -> None:
    """Train to the end."""
    run.observer = observer
    for _ in run:
        pass


class Witness(Observer):
    """An observer that remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.rates: list[float] = []
        self.rollbacks: list[tuple[int, float]] = []

    def stepped(self, step: Step) -> None:
        self.steps.append(step.number)
        self.rates.append(step.lr)

    def rolled_back(self, error: DivergedError, step: int, rate_scale: float) -> None:
        self.rollbacks.append((step, rate_scale))
