"""What drawing and scoring need of a page network, whatever runs it: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from asciivae.pages.cells import LARGEST_BATCH, Condition
from asciivae.pages.cursor import Cursor
from asciivae.pages.features import Integers, Mask
from asciivae.text.art import Grid


class Predicted(NamedTuple):
    """What a network says of the M cells of a page that are not given.

    Attributes:
        piece: the page's number in what was asked.
        row: (M,) rows.
        column: (M,) columns.
        logits: (M, 95) float32.
    """

    piece: int
    row: Integers
    column: Integers
    logits: NDArray[np.float32]


class Steps(Protocol):
    """n pages of one size, cell after cell in the order of reading; what was seen is remembered."""

    def logits(self, cursor: Cursor, column: int) -> NDArray[np.float32]:
        """(n, 95) logits of the cells in a column that the cursor has looked at."""

    def remember(self, characters: Integers) -> None:
        """Say which (n,) characters stand in the cells whose logits were asked for last."""

    def pass_by(self, cursor: Cursor, column: int, characters: Integers) -> None:
        """Say which (n,) characters stand in a column that the cursor has looked at, without asking for logits."""


class PageReader(Protocol):
    """A page network, whatever runs it."""

    def start(self, height: int, width: int, count: int, condition: Condition, given: Integers | None = None) -> Steps:
        """Begin to draw.

        Args:
            height: in cells.
            width: in cells.
            count: pages.
            condition: what is said of them.
            given: (height, width) tokens of what is given, `UNKNOWN` elsewhere; None if nothing is.
        """

    def predict(
        self,
        grids: Sequence[Grid],
        known: Sequence[Mask] | None = None,
        conditions: Sequence[Condition] | None = None,
        *,
        largest: int = LARGEST_BATCH,
    ) -> Iterator[Predicted]:
        """Predict each cell of pages from those before it and from what is given, in any order of the pages.

        Args:
            grids: (h, w) class ids each.
            known: (h, w) masks of the characters that are given; by default none.
            conditions: one for each page; by default none.
            largest: cells at once, unless one page has more.
        """


def log_softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n, 95) logits → log-probabilities."""
    shifted = logits.astype(np.float64) - logits.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))
