"""From lines to characters with a tracer: the surest cells first, then the others, which know them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from asciivae.drawing.lines import CELL, Lines
from asciivae.models.tracer import MASKED, Tracer
from asciivae.text.art import Grid
from asciivae.text.charset import SIZE, SPACE

ROUNDS = 5
PICTURE = 0.3
"""How clean, in [0, 1], the lines of a picture are said to be: at 0 a tracer leaves out more of them than it should."""

MOST_CELLS = 16_000
"""A larger page is read in bands, for the memory."""

MARGIN = 2
"""Cells of paper around a page: a tracer saw most drawings with some."""


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
        tracer: the network, in evaluation mode.
        lines: the lines.
    """

    def __init__(self, tracer: Tracer, lines: Lines) -> None:
        self.tracer = tracer
        # How far a cell sees: large pages are read in bands that overlap by that.
        self.reach = 1 + sum(tracer.config.dilations)
        rows, columns = lines.cells
        self.inside = (slice(MARGIN, MARGIN + rows), slice(MARGIN, MARGIN + columns))
        device = next(tracer.parameters()).device
        margin = (CELL[1] * MARGIN,) * 2 + (CELL[0] * MARGIN,) * 2
        # Lines that were kept count in full: what is weak was left out when they were found.
        strength = torch.from_numpy((lines.strength > 0.0).astype(np.float32)).to(device)
        self.lines = functional.pad(strength, margin)[None, None]
        self.clean = torch.tensor([1.0 if lines.clean else PICTURE], device=device)
        # Far from all lines there is nothing to ask.
        pooled = functional.max_pool2d(self.lines, CELL)
        self.asked = functional.max_pool2d(pooled, 3, stride=1, padding=1)[0, 0] > 0.0

    def logp(self, known: Tensor) -> Tensor:
        """The log-probabilities (H + 4, W + 4, 95) of all cells, given the known ones (H + 4, W + 4)."""
        rows, columns = known.shape
        bands = 1
        while bands < rows and (math.ceil(rows / bands) + self.reach * min(2, bands - 1)) * columns > MOST_CELLS:
            bands += 1
        band = math.ceil(rows / bands)
        found = torch.empty(rows, columns, SIZE, device=known.device)
        with torch.inference_mode():
            for top in range(0, rows, band):
                first, last = max(0, top - self.reach), min(rows, top + band + self.reach)
                lines = self.lines[:, :, CELL[0] * first : CELL[0] * last]
                logits: Tensor = self.tracer(lines, known[None, first:last], self.clean)
                said = logits[0, :, top - first : top - first + band].permute(1, 2, 0)
                found[top : top + band] = said.log_softmax(-1)
        return found

    def unknown(self) -> Tensor:
        """A page (H + 4, W + 4) int64 on which only the cells far from lines are known, as blanks."""
        return torch.where(self.asked, MASKED, SPACE)


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
    rows, columns = page.inside
    added = None
    if noise is not None:
        added = torch.zeros(*known.shape, SIZE)
        added[rows, columns] = torch.from_numpy(noise)
    chosen_logp = torch.full((*known.shape, SIZE), -math.inf)
    chosen_logp[..., SPACE] = 0.0
    total = int(page.asked.sum())
    for number in range(1, rounds + 1):
        tick()
        open_cells = known == MASKED
        left = round(total * math.cos(0.5 * math.pi * number / rounds)) if number < rounds else 0
        take = int(open_cells.sum()) - left
        if take <= 0:
            continue
        logp = page.logp(known).cpu()
        best, character = (logp if added is None else logp + added).max(-1)
        sureness = torch.where(open_cells, best, -math.inf).flatten()
        # A stable order, so that equal ones are taken in reading order on every machine.
        order = torch.argsort(sureness, descending=True, stable=True)[:take]
        kept = torch.zeros(known.numel(), dtype=torch.bool)
        kept[order] = True
        kept = kept.reshape(known.shape)
        known = torch.where(kept, character, known)
        chosen_logp[kept] = logp[kept]
    return Traced(known[rows, columns].to(torch.uint8).numpy(), chosen_logp[rows, columns].numpy())


def conditional(page: TracedPage, grid: Grid, *, colours: int = 2) -> NDArray[np.float32]:
    """The log-probabilities (H, W, 95) of every cell given all others but its like: a pseudo-likelihood.

    The cells are split into `colours`² classes, (row mod colours, column mod colours); each class is asked at once,
    with the other cells known.
    """
    known = page.unknown()
    rows, columns = page.inside
    known[rows, columns] = torch.from_numpy(grid.astype(np.int64))
    y, x = torch.meshgrid(torch.arange(known.shape[0]), torch.arange(known.shape[1]), indexing="ij")
    found = torch.empty(*known.shape, SIZE)
    for colour in range(colours**2):
        mine = (y % colours == colour // colours) & (x % colours == colour % colours)
        found[mine] = page.logp(torch.where(mine & page.asked, MASKED, known)).cpu()[mine]
    return np.asarray(found[rows, columns].numpy())
