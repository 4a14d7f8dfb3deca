"""The kinds of values that a recipe holds, and the section: a mapping of them.

Every section is closed and frozen. Types are strict: a number in quotes is not a number, a boolean is not an integer,
an integer is welcome where a float is meant. The docstring under a field is its description in the JSON Schema.
"""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, StringConstraints, Tag


def _one_line(text: str) -> str:
    if not text or len(text.splitlines()) > 1:
        raise ValueError("must be one line of text")
    return text


def _plain_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][\w-]*", text):
        raise ValueError(f"must begin with a letter and hold only letters, digits, - and _, not {text!r}")
    return text


Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(gt=0, lt=1)]
Probability = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Whole = Annotated[int, Field(ge=0)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_one_line)]
Name = Annotated[str, AfterValidator(_plain_name)]
Use = Annotated[str, Field(min_length=1)]
Side = Annotated[int, Field(ge=3, le=64)]

Item = TypeVar("Item")
Many = Annotated[tuple[Item, ...], Strict(False)]  # a list becomes a tuple; its items stay strict
Pair = Annotated[tuple[Item, Item], Strict(False)]

# The two forms of a value that may be short or long; an error's path shows them, and no key begins with `<`.
SHORT, LONG = Tag("<short>"), Tag("<long>")


class Section(BaseModel):
    """A mapping of a recipe: closed, frozen, strict."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )
