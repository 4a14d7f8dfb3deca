"""Verification of recipes: the first losses on the CPU against those in the recipe.

They are measured in float64. With small batches, batch norms amplify rounding errors about a hundred times per layer:
in float32 the fifth loss of a valid recipe differs by up to 4e-3 between one thread and two, in float64 negligibly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import torch

from asciivae.errors import RecipeError
from asciivae.experiment.build import build
from asciivae.recipe.resolve import load_recipe
from asciivae.training.loop import train

STEPS = 5
AFFORDABLE = ("train.batch=4", "data.limit=12")
"""The default overrides of `measure`: batches of the log's size take seconds per step. With 12 pieces no batch has a
single piece, for which a batch norm is undefined."""


@dataclass(frozen=True)
class Verification:
    """The expected and the measured first losses of a recipe.

    Attributes:
        name: name of the recipe.
        settings: the overrides under which they were measured.
        expected: the totals in the recipe.
        measured: the totals on this machine.
        rtol: relative tolerance.
    """

    name: str
    settings: tuple[str, ...]
    expected: tuple[float, ...]
    measured: tuple[float, ...]
    rtol: float

    @property
    def relative_errors(self) -> tuple[float, ...]:
        """The relative error of each step."""
        pairs = zip(self.expected, self.measured, strict=True)
        return tuple(abs(measured - expected) / max(abs(expected), 1e-12) for expected, measured in pairs)

    @property
    def holds(self) -> bool:
        """Whether every step agrees."""
        return max(self.relative_errors) <= self.rtol


def verify(name_or_path: str) -> Verification:
    """Repeat the steps of a recipe's `expect` section.

    Raises:
        RecipeError: the recipe has no `expect.losses`.
        DivergedError: a loss was not finite.
    """
    loaded = load_recipe(name_or_path)
    expect = loaded.recipe.expect
    if expect is None or expect.losses is None:
        raise RecipeError(
            "the recipe has no expected losses",
            place=loaded.file,
            path="expect.losses",
            hint=f"asciivae recipes verify --measure {name_or_path}",
        )
    measured = measure(name_or_path, expect.set, len(expect.losses))
    return Verification(loaded.name, expect.set, expect.losses, measured, expect.rtol)


def measure(name_or_path: str, settings: Sequence[str] = AFFORDABLE, steps: int = STEPS) -> tuple[float, ...]:
    """The objective's total at the first steps of a recipe, on the CPU in float64.

    Args:
        name_or_path: name or path of the recipe.
        settings: overrides, as given to `--set`.
        steps: number of steps.
    """
    loaded = load_recipe(name_or_path, [*settings, "train.precision=fp32"])
    experiment = build(loaded, torch.device("cpu"))
    for part in (experiment.task.module, experiment.task.objective):
        part.double()
    experiment.state.init_from({})  # recreates an average of the weights in float64
    return tuple(step.total for step in islice(train(experiment.task, experiment.state), steps))
