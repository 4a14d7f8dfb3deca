"""Weights that change with the step: piecewise linear, or eased between two values."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence

Schedule = Callable[[int], float]
"""Maps the step, counted from 0, to a weight."""


def constant(value: float) -> Schedule:
    """The same weight always."""
    return lambda step: value


def ramp(start_value: float, end_value: float, *, steps: int, start: int = 0, cosine: bool = False) -> Schedule:
    """From one value to another over `steps` steps that begin at step `start`, and constant outside of them."""

    def at(step: int) -> float:
        share = min(max((step - start) / steps, 0.0), 1.0)
        if cosine:
            share = 0.5 - 0.5 * math.cos(math.pi * share)
        return start_value + share * (end_value - start_value)

    return at


def piecewise(points: Sequence[tuple[int, float]]) -> Schedule:
    """Linear between (step, value) points whose steps increase, and constant outside of them."""
    steps = [step for step, _ in points]

    def at(step: int) -> float:
        right = bisect.bisect_right(steps, step)
        if right == 0:
            return points[0][1]
        if right == len(points):
            return points[-1][1]
        (step0, value0), (step1, value1) = points[right - 1], points[right]
        return value0 + (value1 - value0) * (step - step0) / (step1 - step0)

    return at
