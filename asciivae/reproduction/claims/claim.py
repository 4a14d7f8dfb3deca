"""A claim of the research log, and the finding about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["reproduced", "refuted", "not decidable at this scale"]


@dataclass(frozen=True)
class Finding:
    """The measurements about a claim, and the verdict.

    Attributes:
        numbers: the measured values by name.
        verdict: the verdict.
        settings: how the recipes were cut down; empty if nothing was trained.
        remark: a sentence on how to interpret the numbers; may be empty.
    """

    numbers: Mapping[str, float]
    verdict: Verdict
    settings: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Claim:
    """A claim of the research log that can be checked.

    Attributes:
        name: a short name, for the command line.
        says: the claim as one sentence.
        recipes: the recipes that it compares.
        check: measures it; given True, as fast as possible and without a meaningful verdict, as a smoke test.
    """

    name: str
    says: str
    recipes: tuple[str, ...]
    check: Callable[[bool], Finding]


def verdict(holds: bool) -> Verdict:
    """The verdict of an exact computation."""
    return "reproduced" if holds else "refuted"
