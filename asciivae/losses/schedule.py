"""Loss weights as functions of the step: constant, a ramp between two values, or piecewise linear."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Strict, Tag

from asciivae.settings.types import SHORT, Count, Many, Pair, Whole

Schedule = Callable[[int], float]
"""Maps the step, counted from 0, to a weight."""


@dataclass(frozen=True)
class Ramp:
    """A weight that moves from one value to another and stays there.

    Attributes:
        ramp: the weight before and after: [from, to].
        steps: length of the ramp in steps.
        start: the first step of the ramp.
        shape: the shape of the ramp.
    """

    ramp: Pair[float]
    steps: Count
    start: Whole = 0
    shape: Literal["linear", "cosine"] = "linear"

    def __call__(self, step: int) -> float:
        """The weight at a step, counted from 0."""
        before, after = self.ramp
        fraction = min(max((step - self.start) / self.steps, 0.0), 1.0)
        if self.shape == "cosine":
            fraction = 0.5 - 0.5 * math.cos(math.pi * fraction)
        return before + fraction * (after - before)


def _increasing_steps(points: tuple[tuple[int, float], ...]) -> tuple[tuple[int, float], ...]:
    if any(later <= earlier for (earlier, _), (later, _) in pairwise(points)):
        raise ValueError("the steps of the points must increase")
    return points


@dataclass(frozen=True)
class Points:
    """A piecewise linear weight, constant before the first point and after the last.

    Attributes:
        points: [step, weight] pairs, in increasing steps.
    """

    points: Annotated[
        Many[Annotated[tuple[Whole, float], Strict(False)]], Field(min_length=1), AfterValidator(_increasing_steps)
    ]

    def __call__(self, step: int) -> float:
        """The weight at a step, counted from 0."""
        points = self.points
        right = bisect.bisect_right([known for known, _ in points], step)
        if right == 0:
            return points[0][1]
        if right == len(points):
            return points[-1][1]
        (step0, value0), (step1, value1) = points[right - 1], points[right]
        return value0 + (value1 - value0) * (step - step0) / (step1 - step0)


def _form(value: Any) -> str:
    if isinstance(value, Points) or (isinstance(value, dict) and "points" in value):
        return "<points>"
    return "<ramp>" if isinstance(value, dict | Ramp) else "<short>"


Weight = Annotated[
    Annotated[float, SHORT] | Annotated[Ramp, Tag("<ramp>")] | Annotated[Points, Tag("<points>")],
    Discriminator(_form),
]
"""The weight of a term in a recipe: constant, a ramp, or points."""


def schedule(weight: float | Ramp | Points) -> Schedule:
    """A weight as a function of the step."""
    return constant(weight) if isinstance(weight, int | float) else weight


def constant(value: float) -> Schedule:
    """The same weight at every step."""
    return lambda step: value
