"""How a drawing is read: what is done with that which is not printable ASCII."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Colours(StrEnum):
    """What is done with ANSI sequences that only set colours."""

    drop = "drop"
    refuse = "refuse"


class Reading(NamedTuple):
    """The options of `asciivae.text.art.parse`.

    Attributes:
        replace: a charset character that replaces each other character; None refuses the drawing.
        transliterate: replace look-alikes first.
        colours: whether ANSI colours are dropped.
    """

    replace: str | None = None
    transliterate: bool = False
    colours: Colours = Colours.drop
