"""Counting right and wrong characters.

A blank page gets most cells of most drawings right, so plain accuracy says little; what is counted here is the ink.
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
    """Cells of one piece or of many (they add up).

    Attributes:
        cells: all.
        right: reproduced exactly, spaces included.
        ink: not a space in the original.
        drawn: not a space in the reconstruction.
        both: not a space in either.
        ink_right: not a space, and the same character in both.
        blank: 1 for a reconstruction without any ink, else 0.
        pieces: how many pieces these are.
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
        """Shares in [0, 1], over all cells counted; shares of nothing are 1.

        char_recall: of the original's ink, reproduced exactly; char_precision: of the reconstruction's ink, exactly
        right; char_f1: their harmonic mean; ink_iou: intersection over union of the inked cells; ink_ratio: ink
        drawn per ink of the original (any size; where that has none, the number of inked cells + 1); blank_share:
        pieces that came out blank; char_accuracy: of all cells (a blank page scores high).
        """
        union = self.ink + self.drawn - self.both
        return {
            "char_recall": _share(self.ink_right, self.ink),
            "char_precision": _share(self.ink_right, self.drawn) if self.drawn else float(not self.ink),
            "char_f1": _share(2 * self.ink_right, self.ink + self.drawn),
            "ink_iou": _share(self.both, union),
            "ink_ratio": self.drawn / self.ink if self.ink else self.drawn + 1.0,
            "blank_share": _share(self.blank, self.pieces),
            "char_accuracy": _share(self.right, self.cells),
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
    """What became of a cell."""

    NONE = 0
    OTHER = 1
    """Ink in both, of another character."""
    LOST = 2
    """A space where the original has ink."""
    ADDED = 3
    """Ink where the original has a space."""


def differences(original: NDArray[np.integer], reconstruction: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Which `Difference` each cell of two grids (h, w) shows, (h, w)."""
    found = np.full(original.shape, Difference.OTHER, np.uint8)
    found[reconstruction == SPACE] = Difference.LOST
    found[original == SPACE] = Difference.ADDED
    found[original == reconstruction] = Difference.NONE
    return found


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
