"""Character counts and the scores derived from them.

A blank page gets most cells of most drawings right, so accuracy over all cells says little; these scores are about the
inked cells.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from asciivae.text.charset import SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class CharacterCounts:
    """Cell counts of one or more pieces; instances can be added.

    Attributes:
        cells: all cells.
        right: reproduced exactly, spaces included.
        ink: not a space in the original.
        drawn: not a space in the reconstruction.
        both: not a space in either.
        ink_right: not a space, and the same character in both.
        blank: 1 for a reconstruction without any ink, else 0.
        pieces: number of pieces.
    """

    cells: int = 0
    right: int = 0
    ink: int = 0
    drawn: int = 0
    both: int = 0
    ink_right: int = 0
    blank: int = 0
    pieces: int = 0

    def __add__(self, other: CharacterCounts) -> CharacterCounts:
        return CharacterCounts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def scores(self) -> dict[str, float]:
        """Scores over all cells, in [0, 1] except for ink_ratio; fractions with an empty denominator are 1.

        char_recall: fraction of the original's inked cells that are reproduced exactly; char_precision: fraction of the
        reconstruction's inked cells that are right; char_f1: their harmonic mean; ink_iou: intersection over union of
        the inked cells; ink_ratio: inked cells of the reconstruction per inked cell of the original (unbounded; the
        number of inked cells + 1 if the original has none); blank_fraction: fraction of pieces that are reconstructed
        blank; char_accuracy: fraction of all cells that are right (high for a blank page).
        """
        union = self.ink + self.drawn - self.both
        return {
            "char_recall": _fraction(self.ink_right, self.ink),
            "char_precision": _fraction(self.ink_right, self.drawn) if self.drawn else float(not self.ink),
            "char_f1": _fraction(2 * self.ink_right, self.ink + self.drawn),
            "ink_iou": _fraction(self.both, union),
            "ink_ratio": self.drawn / self.ink if self.ink else self.drawn + 1.0,
            "blank_fraction": _fraction(self.blank, self.pieces),
            "char_accuracy": _fraction(self.right, self.cells),
        }


def count(original: NDArray[np.integer], reconstruction: NDArray[np.integer]) -> CharacterCounts:
    """Compare two grids (h, w) of characters."""
    ink, drawn, same = original != SPACE, reconstruction != SPACE, original == reconstruction
    return CharacterCounts(
        cells=original.size,
        right=int(same.sum()),
        ink=int(ink.sum()),
        drawn=int(drawn.sum()),
        both=int((ink & drawn).sum()),
        ink_right=int((ink & same).sum()),
        blank=int(not drawn.any()),
        pieces=1,
    )


class Difference(IntEnum):
    """How a reconstructed cell differs from the original."""

    NONE = 0
    OTHER = 1
    """Ink in both, but different characters."""
    LOST = 2
    """A space where the original has ink."""
    ADDED = 3
    """Ink where the original has a space."""


def differences(original: NDArray[np.integer], reconstruction: NDArray[np.integer]) -> NDArray[np.uint8]:
    """The `Difference` of each cell of two grids (h, w), (h, w) uint8."""
    found = np.full(original.shape, Difference.OTHER, np.uint8)
    found[reconstruction == SPACE] = Difference.LOST
    found[original == SPACE] = Difference.ADDED
    found[original == reconstruction] = Difference.NONE
    return found


def _fraction(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
