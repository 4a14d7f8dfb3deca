"""Whether a recipe still does what it did: its first losses on the CPU against those written in it.

They are measured in float64. With a few pieces in a batch, batch norms amplify rounding some hundred times a layer: in
float32 the fifth loss of a sound recipe differs by up to 4e-3 between one thread and two, in float64 by nothing that
matters.
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
"""What `measure` changes of a recipe by default: batches of the log's size take seconds a step, and no batch of 12
pieces is left with a single one, of which a batch norm makes nothing."""


@dataclass(frozen=True)
class Verification:
    """The first losses of a recipe, as they should be and as they are.

    Attributes:
        name: of the recipe.
        settings: the overrides they were measured under.
        expected: the totals written in the recipe.
        measured: the totals here.
        rtol: how far from each other they may be, relative to the expected one.
    """

    name: str
    settings: tuple[str, ...]
    expected: tuple[float, ...]
    measured: tuple[float, ...]
    rtol: float

    @property
    def deviations(self) -> tuple[float, ...]:
        """The relative deviation at each step."""
        pairs = zip(self.expected, self.measured, strict=True)
        return tuple(abs(measured - expected) / max(abs(expected), 1e-12) for expected, measured in pairs)

    @property
    def holds(self) -> bool:
        """Whether every step agrees."""
        return max(self.deviations) <= self.rtol


def verify(name_or_path: str) -> Verification:
    """Repeat the steps that a recipe's `expect` block tells of.

    Raises:
        RecipeError: the recipe expects no losses.
        DivergedError: a loss was not finite.
    """
    loaded = load_recipe(name_or_path)
    expect = loaded.recipe.expect
    if expect is None or expect.losses is None:
        raise RecipeError(
            "says nothing of its first losses",
            place=loaded.file,
            path="expect.losses",
            hint=f"asciivae recipes verify --measure {name_or_path}",
        )
    measured = measure(name_or_path, expect.set, len(expect.losses))
    return Verification(loaded.name, expect.set, expect.losses, measured, expect.rtol)


def measure(name_or_path: str, settings: Sequence[str] = AFFORDABLE, steps: int = STEPS) -> tuple[float, ...]:
    """The objective's total at the first steps of a recipe, on the CPU in float64.

    Args:
        name_or_path: of the recipe.
        settings: overrides, as given to `--set`.
        steps: how many.
    """
    loaded = load_recipe(name_or_path, [*settings, "train.precision=fp32"])
    experiment = build(loaded, torch.device("cpu"))
    for part in (experiment.task.module, experiment.task.objective):
        part.double()
    experiment.state.init_from({})  # an average of the weights is in float64 as well
    return tuple(step.total for step in islice(train(experiment.task, experiment.state), steps))
