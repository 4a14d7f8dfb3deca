"""Drawing styles: the characters that are used for each kind of stroke."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """The characters of one style.

    Attributes:
        rising: a stroke that rises slowly to the right, by where it passes in its cell: top, middle, low, bottom.
        falling: the same for a stroke that falls slowly to the right.
        flat: the same for a level stroke.
        slash: a stroke that rises steeply to the right.
        backslash: a stroke that falls steeply to the right.
        upright: an upright stroke.
        bulge: an upright stroke that bulges to the left, and one that bulges to the right.
        corners: of a box: upper left, upper right, lower left, lower right.
        edges: of a box: top, side, bottom.
    """

    rising: str
    falling: str
    flat: str
    slash: str
    backslash: str
    upright: str
    bulge: str
    corners: str
    edges: str


SOFT = Style("'-._", "`-._", '"-._', "/", "\\", "|", "()", ".." + "`'", "-|-")
CLEAN = Style("'-._", "`-._", "---_", "/", "\\", "|", "||", "++++", "-|-")
SLAB = Style("'-._", "`-._", "---_", "/", "\\", "|", "||", "  ||", "_|_")
DOTTED = Style("'...", "`...", "'...", ".", ".", ":", "::", ".." + "::", ".:.")
HEAVY = Style("####", "####", "####", "#", "#", "#", "##", "####", "###")
DOUBLE = Style("'=._", "`=._", "====", "/", "\\", "H", "{}", "####", "=H=")
STARRY = Style("****", "****", "****", "*", "*", "*", "**", "****", "***")
SKETCH = Style("'~,_", "`~._", '"~._', "/", "\\", "!", "{}", ",.`'", "~|~")

HANDS = (SOFT, SOFT, SOFT, CLEAN, CLEAN, SLAB, SKETCH, DOTTED, DOUBLE, HEAVY, STARRY)
"""Hands for strokes, the common ones more often."""
LIGHT = (SOFT, SOFT, CLEAN, SLAB, SKETCH)
"""Hands that leave a small drawing readable."""

EYES = [
    "oo",
    "OO",
    "..",
    "^^",
    "--",
    "@@",
    "**",
    "00",
    "''",
    "<>",
    "oO",
    "66",
    "xx",
    "~~",
    "QQ",
    "==",
    "$$",
    "++",
    "ee",
    "uu",
]
"""Pairs of eyes, left and right."""
