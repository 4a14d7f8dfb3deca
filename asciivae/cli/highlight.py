"""Highlighting of the cells of a drawing, in colour or as marks on a page beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from asciivae.latent.pieces import Reconstruction
    from asciivae.text.art import Grid


@dataclass(frozen=True)
class Highlight:
    """A highlight level for each cell.

    Attributes:
        levels: (h, w), the level of each cell; 0 is not highlighted.
        marks: one character per level.
        colours: the SGR parameters of each level; level 0 has none.
    """

    levels: NDArray[np.uint8]
    marks: str
    colours: Sequence[str]

    def page(self) -> list[str]:
        """The marks alone, line by line."""
        return ["".join(self.marks[level] for level in row) for row in self.levels.tolist()]


DIFFERENCES = " ~-+"
LEGEND = "marks: ~ another character, - lost, + added"
COLOUR_LEGEND = "colours of the differences: yellow another character, red lost, green added"
_DIFFERENCE_COLOURS = ("", "30;43", "30;41", "30;42")

CONFIDENCES = " 876543210"
CONFIDENCE_LEGEND = "digits: tenths of the model's probability of the character; blank from 0.9"
CONFIDENCE_COLOUR_LEGEND = (
    "colours of the confidence: the darker the red, the less probable the character; none from 0.9"
)
_CONFIDENCE_COLOURS = ("", *(f"38;5;16;48;5;{shade}" for shade in (230, 229, 228, 221, 214, 208, 202, 196, 160)))


def difference_highlight(one: Reconstruction) -> Highlight:
    """The differences between a reconstruction and its original."""
    from asciivae.metrics.characters import differences

    return Highlight(differences(one.original, one.grid), DIFFERENCES, _DIFFERENCE_COLOURS)


def confidence_highlight(one: Reconstruction) -> Highlight:
    """The model's uncertainty: level 9 is a probability below a tenth, level 0 one of at least 0.9."""
    levels = 9 - (one.confidence * 10).astype(int).clip(0, 9)
    return Highlight(levels.astype("uint8"), CONFIDENCES, _CONFIDENCE_COLOURS)


def highlighted(grids: Sequence[Grid], grid: Grid, highlights: Sequence[Highlight], *, colours: bool) -> str:
    """Format drawings of one size side by side, the last one highlighted.

    Args:
        grids: (h, w) each, printed plainly.
        grid: (h, w): with colours printed once per highlight, else printed once with the marks of each beside it.
        highlights: the highlights.
        colours: whether to use colours.
    """
    from asciivae.text.art import SEPARATOR
    from asciivae.text.charset import decode

    plain = [[decode(row) for row in each] for each in (*grids, grid)]
    if colours:
        columns = [*plain[:-1], *(_coloured(plain[-1], highlight) for highlight in highlights)]
    else:
        columns = [*plain, *(highlight.page() for highlight in highlights)]
    return "".join(SEPARATOR.join(row).rstrip(" ") + "\n" for row in zip(*columns, strict=True))


def _coloured(lines: Sequence[str], highlight: Highlight) -> list[str]:
    painted = []
    for line, levels in zip(lines, highlight.levels.tolist(), strict=True):
        cells = zip(line, levels, strict=True)
        runs = ((level, "".join(c for c, _ in run)) for level, run in groupby(cells, key=itemgetter(1)))
        painted.append(
            "".join(f"\x1b[{highlight.colours[level]}m{run}\x1b[0m" if level else run for level, run in runs)
        )
    return painted
