"""What a claim is, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["reproduced", "refuted", "not decidable at this scale"]


@dataclass(frozen=True)
class Finding:
    """What was measured, and what follows.

    Attributes:
        numbers: what was measured, by a name that says what it is.
        verdict: of the claim.
        settings: how the recipes were cut down for it; empty where nothing was trained.
        remark: what the numbers alone do not say, as a sentence; may be empty.
    """

    numbers: Mapping[str, float]
    verdict: Verdict
    settings: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Claim:
    """A finding of the research log, as something that can be checked.

    Attributes:
        name: short, for the command line.
        says: the claim as one sentence.
        recipes: those that it compares.
        check: measures it; given True, as quickly as possible, for the sake of being run at all.
    """

    name: str
    says: str
    recipes: tuple[str, ...]
    check: Callable[[bool], Finding]


def judged(holds: bool) -> Verdict:
    """The verdict on something exact."""
    return "reproduced" if holds else "refuted"
