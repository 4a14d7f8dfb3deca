"""Drawing pages cell by cell, in the order of reading, around what is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asciivae.pages.cells import Condition
from asciivae.pages.cursor import Cursor
from asciivae.pages.features import Mask
from asciivae.pages.reader import PageReader, log_softmax
from asciivae.text.art import Grid
from asciivae.text.charset import SPACE

TEMPERATURE = 1.0
"""By default the model's own distribution: below 1, drawn pages repeat themselves and are told from hand-made ones."""


@dataclass(frozen=True)
class DrawnPage:
    """Pages while they grow.

    Attributes:
        pages: (n, h, w) uint8 class ids; cells not drawn yet are blank.
        bits: (n,) what the drawn cells cost so far, in bits, at temperature 1; given cells cost nothing.
        rows: how many rows are done.
    """

    pages: NDArray[np.uint8]
    bits: NDArray[np.float64]
    rows: int


def draw(
    reader: PageReader,
    page: Grid,
    known: Mask | None = None,
    *,
    count: int = 1,
    temperature: float = TEMPERATURE,
    seed: int = 0,
    condition: Condition = Condition(),
) -> Iterator[DrawnPage]:
    """Draw `count` pages, yielding after each row.

    A character is drawn from the network's distribution, of which only the choice among ink is tempered: whether a cell
    is blank keeps its probability, for pages would run empty otherwise.

    Args:
        reader: the network.
        page: (h, w) class ids; those in unknown cells do not matter.
        known: (h, w) mask of the characters that are given and stay; by default none.
        count: how many.
        temperature: of the choice among ink: 1 is the model's own distribution, 0 takes the likeliest.
        seed: page i of a seed is the same whatever `count` is.
        condition: what is said of the pages.
    """
    height, width = page.shape
    given = np.zeros(page.shape, bool) if known is None else known
    grids = [np.where(given, page, SPACE).astype(np.uint8) for _ in range(count)]
    chances = np.stack([np.random.default_rng((seed, i)).random((height, width, 2)) for i in range(count)])
    out = np.stack(grids)
    bits = np.zeros(count)
    cursor = Cursor(grids, known)
    hints = cursor.pages.view(cursor.pages.hints, 0).copy() if cursor.pages.hinted[0] else None
    steps = reader.start(height, width, count, condition, hints)
    for row in range(height):
        cursor.start_row(row)
        for column in range(width):
            cursor.look(column)
            if given[row, column]:
                chosen = np.full(count, page[row, column], np.int64)
                if page[row, column] != SPACE:  # a blank hint is attended to by nobody
                    steps.pass_by(cursor, column, chosen)
            else:
                log_p = log_softmax(steps.logits(cursor, column))
                chosen = choose(log_p, chances[:, row, column], temperature)
                bits -= log_p[np.arange(count), chosen] / np.log(2)
                out[:, row, column] = chosen
                steps.remember(chosen)
            cursor.write(column, chosen)
        yield DrawnPage(out.copy(), bits.copy(), row + 1)


def finished(reader: PageReader, page: Grid, known: Mask | None = None, **options: Any) -> DrawnPage:
    """What `draw` has when it is done; the same arguments."""
    *_, drawn = draw(reader, page, known, **options)
    return drawn


def choose(log_p: NDArray[np.float64], chances: NDArray[np.float64], temperature: float) -> NDArray[np.int64]:
    """Draw one character from each of n distributions, tempering the choice among ink alone.

    Args:
        log_p: (n, 95) log-probabilities.
        chances: (n, 2) uniform numbers in [0, 1): the first decides whether there is ink, the second which.
        temperature: of the choice among ink; 0 takes the likeliest.
    """
    blank = np.exp(log_p[:, SPACE])
    ink = log_p.copy()
    ink[:, SPACE] = -np.inf
    ink -= ink.max(1, keepdims=True)
    if temperature > 0:
        weights = np.exp(ink / temperature)
        sums = weights.cumsum(1)
        which = (sums <= chances[:, 1:] * sums[:, -1:]).sum(1)
        which = np.minimum(which, log_p.shape[1] - 1)
    else:
        which = ink.argmax(1)
    return np.where(chances[:, 0] < blank, SPACE, which)
