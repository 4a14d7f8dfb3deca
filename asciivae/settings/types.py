"""Annotated types for the fields of settings: numbers with ranges, lists as tuples, values with two forms.

Validation is strict: a quoted number is not a number, a boolean is not an integer; an integer is accepted as a float.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Discriminator, Field, Strict, StringConstraints, Tag


def _one_line(text: str) -> str:
    if not text or len(text.splitlines()) > 1:
        raise ValueError("must be a single line")
    return text


def _plain_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][\w-]*", text):
        raise ValueError(f"must begin with a letter and contain only letters, digits, - and _, not {text!r}")
    return text


def _increasing(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"the lower bound, {bounds[0]:g}, is larger than the upper bound, {bounds[1]:g}")
    return bounds


Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(gt=0, lt=1)]
Probability = Annotated[float, Field(ge=0, le=1)]
Decay = Annotated[float, Field(ge=0, lt=1)]
Count = Annotated[int, Field(ge=1)]
Whole = Annotated[int, Field(ge=0)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_one_line)]
Name = Annotated[str, AfterValidator(_plain_name)]
Text = Annotated[str, Field(min_length=1)]

Item = TypeVar("Item")
Many = Annotated[tuple[Item, ...], Strict(False)]  # a list becomes a tuple; its items stay strict
Pair = Annotated[tuple[Item, Item], Strict(False)]
Bounds = Annotated[Pair[Positive], AfterValidator(_increasing)]

# Tags of the forms of a value that can be written in several ways. They occur in the paths of pydantic's errors.
SHORT, LONG = Tag("<short>"), Tag("<long>")


def long_if(test: Callable[[Any], bool]) -> Discriminator:
    """Select the long form of a value if `test` holds, otherwise the short one."""
    return Discriminator(lambda value: "<long>" if test(value) else "<short>")
