"""Facts about the cells of a drawing, shown on it in colour, or as marks on a page beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from asciivae.latent.reconstruct import Reconstruction
    from asciivae.text.art import Grid


@dataclass(frozen=True)
class Overlay:
    """What is to be seen of each cell.

    Attributes:
        levels: (h, w), one of a few levels for each cell; 0 is not worth a mark.
        marks: one character per level.
        colours: of each level, the parameters of the terminal's escape sequence; level 0 has none.
    """

    levels: NDArray[np.uint8]
    marks: str
    colours: Sequence[str]

    def page(self) -> list[str]:
        """The marks alone, line by line."""
        return ["".join(self.marks[level] for level in row) for row in self.levels.tolist()]


DIFFERENCES = " ~-+"
LEGEND = "marks: ~ another character, - lost, + added"
_DIFFERENCE_COLOURS = ("", "30;43", "30;41", "30;42")

CONFIDENCES = " 876543210"
CONFIDENCE_LEGEND = "digits: tenths of the probability that the model gave the character; blank from 0.9 on"
_CONFIDENCE_COLOURS = ("", *(f"38;5;16;48;5;{shade}" for shade in (230, 229, 228, 221, 214, 208, 202, 196, 160)))


def difference_overlay(one: Reconstruction) -> Overlay:
    """Where the reconstruction differs from its original, and how."""
    from asciivae.metrics.characters import differences

    return Overlay(differences(one.original, one.grid), DIFFERENCES, _DIFFERENCE_COLOURS)


def confidence_overlay(one: Reconstruction) -> Overlay:
    """Where the model was not sure of what it drew: 9 is a probability below a tenth, 0 one of at least 0.9."""
    levels = 9 - (one.confidence * 10).astype(int).clip(0, 9)
    return Overlay(levels.astype("uint8"), CONFIDENCES, _CONFIDENCE_COLOURS)


def overlaid(grids: Sequence[Grid], grid: Grid, overlays: Sequence[Overlay], *, colours: bool) -> str:
    """Print drawings of one size beside each other, the last one with what there is to see on it.

    Args:
        grids: (h, w) each, printed plainly.
        grid: (h, w): with colours painted once per overlay, else printed once with the marks of each beside it.
        overlays: what to show.
        colours: whether the terminal has them.
    """
    from asciivae.text.art import SEPARATOR
    from asciivae.text.charset import decode

    plain = [[decode(row) for row in each] for each in (*grids, grid)]
    if colours:
        columns = [*plain[:-1], *(_painted(plain[-1], overlay) for overlay in overlays)]
    else:
        columns = [*plain, *(overlay.page() for overlay in overlays)]
    return "".join(SEPARATOR.join(row).rstrip(" ") + "\n" for row in zip(*columns, strict=True))


def _painted(lines: Sequence[str], overlay: Overlay) -> list[str]:
    painted = []
    for line, levels in zip(lines, overlay.levels.tolist(), strict=True):
        cells = zip(line, levels, strict=True)
        runs = ((level, "".join(c for c, _ in run)) for level, run in groupby(cells, key=itemgetter(1)))
        painted.append("".join(f"\x1b[{overlay.colours[level]}m{run}\x1b[0m" if level else run for level, run in runs))
    return painted
