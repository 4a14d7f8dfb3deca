"""How likely drawings are under a page model, beside what general compressors make of them."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asciivae.pages.likelihood import Bits, cell_bits, probabilities
from asciivae.pages.reader import PageReader
from asciivae.text.art import Grid, to_text
from asciivae.text.charset import SPACE

LIKELIER = 0.6
"""A suggestion's least probability, given all that surrounds the cell."""
UNLIKELY = 0.05
"""The most that the character which stands there may have."""


@dataclass(frozen=True)
class Score:
    """How likely one page is.

    Attributes:
        cells: (h, w) surprise of each cell, in bits; see `cell_bits`.
        ink: characters that are not blank.
        gzip: bits of the text as gzip -9 writes it.
        xz: bits of the text as xz -9e writes it.
    """

    cells: Bits
    ink: int
    gzip: int
    xz: int

    @property
    def bits(self) -> float:
        """Of the whole page."""
        return float(self.cells.sum())

    @property
    def per_ink(self) -> float:
        """Bits of all cells, divided by the ink; of a blank page its bits."""
        return self.bits / max(self.ink, 1)

    @property
    def per_cell(self) -> float:
        """Bits per cell, blanks included."""
        return self.bits / self.cells.size


@dataclass(frozen=True)
class Suggestion:
    """A character that is likelier than the one that stands in a cell.

    Attributes:
        row: counted from 1.
        column: counted from 1.
        now: the class id that stands there.
        better: the class id that is likelier.
        probability: of the likelier one, given all that surrounds the cell.
    """

    row: int
    column: int
    now: int
    better: int
    probability: float


def score(reader: PageReader, pages: Sequence[Grid]) -> list[Score]:
    """Score pages, each on its own."""
    surprises = cell_bits(reader, pages)
    return [
        Score(cells, int((page != SPACE).sum()), *compressed_bits(to_text(page)))
        for page, cells in zip(pages, surprises, strict=True)
    ]


def suggest(reader: PageReader, page: Grid, most: int = 20) -> list[Suggestion]:
    """Characters that would be likelier than those that stand there, the surest first.

    A cell is judged by what surrounds it on all sides, and named if the model gives at least `LIKELIER` to another
    character and at most `UNLIKELY` to its own.
    """
    p = probabilities(reader, page)
    best = p.argmax(-1)
    own = np.take_along_axis(p, page[..., None].astype(np.int64), -1)[..., 0]
    sure = p.max(-1)
    rows, columns = np.nonzero((sure >= LIKELIER) & (own <= UNLIKELY))
    found = [
        Suggestion(int(r) + 1, int(c) + 1, int(page[r, c]), int(best[r, c]), float(sure[r, c]))
        for r, c in zip(rows, columns, strict=True)
    ]
    return sorted(found, key=lambda s: -s.probability)[:most]


def compressed_together(texts: Sequence[str]) -> tuple[int, int]:
    """Bits of many texts in one file, separated by blank lines, as gzip -9 and as xz -9e write it."""
    return compressed_bits("\n".join(texts))


def compressed_bits(text: str) -> tuple[int, int]:
    """Bits of a text as gzip -9 and as xz -9e write it, their headers included."""
    data = text.encode("ascii")
    return 8 * len(gzip.compress(data, 9, mtime=0)), 8 * len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
