"""From lines to characters with a tracer: the surest cells first, then the others, which know them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from asciivae.drawing.lines import CELL, Lines
from asciivae.drawing.raster import widened
from asciivae.text.art import Grid
from asciivae.text.charset import SIZE, SPACE

MASKED = SIZE
"""What a tracer is told of a cell whose character is not known."""

ROUNDS = 5
PICTURE = 0.3
"""How clean, in [0, 1], the lines of a picture are said to be: at 0 a tracer leaves out more of them than it should."""

MOST_CELLS = 24_000
"""A larger page is read in bands, for the memory."""

MARGIN = 2
"""Cells of paper around a page: a tracer saw most drawings with some."""


class LineReader(Protocol):
    """A tracer's network, whatever runs it."""

    @property
    def reach(self) -> int:
        """How far a cell sees, in cells."""

    def read(self, lines: NDArray[np.float32], known: NDArray[np.int64], clean: float) -> NDArray[np.float32]:
        """Predict the character of every cell of one page.

        Args:
            lines: (12·H, 6·W) in [0, 1], paper = 0.
            known: (H, W) in [0, 95], the characters that are known; 95 where not.
            clean: in [0, 1], 1 where the lines are exactly those of characters.

        Returns:
            Logits (95, H, W).
        """


class Traced(NamedTuple):
    """What a tracer draws.

    Attributes:
        grid: (H, W) uint8, the characters.
        logp: (H, W, 95) float32, what it said of each cell when the character was chosen, in nats.
    """

    grid: Grid
    logp: NDArray[np.float32]


class TracedPage:
    """The lines of a page as a tracer reads them, with a margin of paper.

    Args:
        tracer: the network.
        lines: the lines.
    """

    def __init__(self, tracer: LineReader, lines: Lines) -> None:
        self.tracer = tracer
        rows, columns = lines.cells
        self.inside = (slice(MARGIN, MARGIN + rows), slice(MARGIN, MARGIN + columns))
        # Lines that were kept count in full: what is weak was left out when they were found.
        self.lines = np.pad((lines.strength > 0.0).astype(np.float32), [(side * MARGIN,) * 2 for side in CELL])
        self.clean = 1.0 if lines.clean else PICTURE
        # Far from all lines there is nothing to ask.
        crossed = (self.lines > 0.0).reshape(rows + 2 * MARGIN, CELL[0], columns + 2 * MARGIN, CELL[1])
        self.asked = widened(np.any(crossed, axis=(1, 3)))

    def logp(self, known: NDArray[np.int64]) -> NDArray[np.float32]:
        """The log-probabilities (H + 4, W + 4, 95) of all cells, given the known ones (H + 4, W + 4)."""
        rows, columns = known.shape
        reach = self.tracer.reach  # large pages are read in bands that overlap by that
        bands = 1
        while bands < rows and (math.ceil(rows / bands) + reach * min(2, bands - 1)) * columns > MOST_CELLS:
            bands += 1
        band = math.ceil(rows / bands)
        found = np.empty((rows, columns, SIZE), np.float32)
        for top in range(0, rows, band):
            first, last = max(0, top - reach), min(rows, top + band + reach)
            lines = self.lines[CELL[0] * first : CELL[0] * last]
            logits = self.tracer.read(lines, known[first:last], self.clean)
            found[top : top + band] = np.moveaxis(logits[:, top - first : top - first + band], 0, -1)
        found -= found.max(axis=-1, keepdims=True)
        found -= np.log(np.exp(found).sum(axis=-1, keepdims=True))
        return found

    def unknown(self) -> NDArray[np.int64]:
        """A page (H + 4, W + 4) on which only the cells far from lines are known, as blanks."""
        return np.where(self.asked, MASKED, SPACE)


def silent() -> None:
    """Tell nobody."""


def decode(
    page: TracedPage,
    *,
    rounds: int = ROUNDS,
    noise: NDArray[np.float32] | None = None,
    tick: Callable[[], object] = silent,
) -> Traced:
    """Choose the characters of a page in some rounds.

    In each round the tracer is asked for all cells that are not yet known, and those are kept of which it is surest;
    how many follows a cosine, few at first (Chang et al. 2022).

    Args:
        page: the lines.
        rounds: how often the tracer is asked, at least once.
        noise: (H, W, 95), added to what the tracer says before the choice; with Gumbel noise the page is a sample.
        tick: called before every round.
    """
    known = page.unknown()
    added = None
    if noise is not None:
        added = np.zeros((*known.shape, SIZE), np.float32)
        added[page.inside] = noise
    chosen_logp = np.full((*known.shape, SIZE), -np.inf, np.float32)
    chosen_logp[..., SPACE] = 0.0
    total = int(page.asked.sum())
    for number in range(1, rounds + 1):
        tick()
        y, x = np.nonzero(known == MASKED)
        left = round(total * math.cos(0.5 * math.pi * number / rounds)) if number < rounds else 0
        if len(y) <= left:
            continue
        logp = page.logp(known)[y, x]
        said = logp if added is None else logp + added[y, x]
        characters = said.argmax(axis=-1)
        best = np.take_along_axis(said, characters[:, None], axis=-1)[:, 0]
        # A stable order, so that equal ones are taken in reading order on every machine.
        kept = np.argsort(-best, kind="stable")[: len(y) - left]
        known[y[kept], x[kept]] = characters[kept]
        chosen_logp[y[kept], x[kept]] = logp[kept]
    return Traced(known[page.inside].astype(np.uint8), chosen_logp[page.inside])


def conditional(page: TracedPage, grid: Grid, *, colours: int = 2) -> NDArray[np.float32]:
    """The log-probabilities (H, W, 95) of every cell given all others but its like: a pseudo-likelihood.

    The cells are split into `colours`² classes, (row mod colours, column mod colours); each class is asked at once,
    with the other cells known.
    """
    known = page.unknown()
    known[page.inside] = grid
    found = np.empty((*known.shape, SIZE), np.float32)
    for row in range(colours):
        for column in range(colours):
            mine = (slice(row, None, colours), slice(column, None, colours))
            hidden = known.copy()
            hidden[mine][page.asked[mine]] = MASKED
            found[mine] = page.logp(hidden)[mine]
    return found[page.inside]
