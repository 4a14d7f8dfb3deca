"""How well a tracer draws what artists drew: pieces are drawn again from their own joined lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from asciivae.drawing.decode import TracedPage, silent
from asciivae.drawing.draw import trace
from asciivae.drawing.likeness import line_distance
from asciivae.drawing.lines import Lines
from asciivae.losses.shape import ShapeMeasure
from asciivae.losses.shape_tables import ShapeConfig
from asciivae.text.art import Grid, trim
from asciivae.text.charset import SPACE
from asciivae.tracer.pairs import is_line_art, joined, thinned, without_words

if TYPE_CHECKING:
    from asciivae.drawing.decode import LineReader

HEIGHTS, WIDTHS = (6, 24), (10, 50)
"""The sizes of pieces that are measured, in cells, both ends included."""


@dataclass(frozen=True)
class TracerScores:
    """What was measured over some pieces.

    Attributes:
        pieces: how many.
        agreement: the fraction of the artists' ink that is the same character in the same cell.
        shape_to_artist: the mean `shape` distance to the artist's page, in [0, 1].
        shape_to_lines: the mean `shape` distance to the lines, in [0, 1].
        blank_fraction: the fraction of pages that came out blank.
        nats_per_ink: the cross-entropy of the artists' pages given their lines, in one pass, per character of ink.
    """

    pieces: int
    agreement: float
    shape_to_artist: float
    shape_to_lines: float
    blank_fraction: float
    nats_per_ink: float


def measurable(grids: Iterable[Grid]) -> list[Grid]:
    """The pieces that a tracer is measured on: line art of 6–24 × 10–50 cells, without words, cropped to its ink."""
    kept = []
    for grid in grids:
        if HEIGHTS[0] <= grid.shape[0] <= HEIGHTS[1] and WIDTHS[0] <= grid.shape[1] <= WIDTHS[1] and is_line_art(grid):
            wordless = trim(without_words(grid))[0]
            if wordless.size:
                kept.append(wordless)
    return kept


def lines_of(grid: Grid) -> Lines:
    """The joined and thinned lines of an (h, w) page of characters, clean."""
    thin = thinned(joined(grid[None]))[0]
    return Lines(thin.astype(np.float32), True, "given", "the joined lines of a drawing")


def traced_again(tracer: LineReader, grid: Grid, *, searched: bool = True) -> Grid:
    """A page of characters, drawn again from its own lines."""
    lines = lines_of(grid)
    return trace(TracedPage(tracer, lines), lines, searched=searched).grid


def measure(
    tracer: LineReader, grids: Sequence[Grid], *, searched: bool = True, tick: Callable[[], object] = silent
) -> TracerScores:
    """Draw pieces again from their lines.

    Args:
        tracer: the network; one of PyTorch in evaluation mode.
        grids: the pieces, see `measurable`; at least one.
        searched: with the local search, as `draw` does.
        tick: called after every piece.
    """
    same = ink = blank = 0
    nats = 0.0
    to_artist, to_lines = [], []
    shape = ShapeMeasure(ShapeConfig())
    for grid in grids:
        lines = lines_of(grid)
        page = TracedPage(tracer, lines)
        drawn = trace(page, lines, searched=searched).grid
        where = grid != SPACE
        same += int((drawn == grid)[where].sum())
        ink += int(where.sum())
        blank += not (drawn != SPACE).any()
        to_lines.append(line_distance(drawn, lines))
        with torch.inference_mode():
            both = torch.from_numpy(np.stack([grid, drawn]).astype(np.int64))
            artist, ours = shape.of_characters(both).split(1)
            to_artist.append(float(shape.compare(artist, ours).distance[0]))
        logp = page.logp(page.unknown())[page.inside]
        said = np.take_along_axis(logp, grid[..., None].astype(np.int64), axis=-1)[..., 0]
        nats -= float(said[page.asked[page.inside]].sum())
        tick()
    count = len(grids)
    return TracerScores(
        pieces=count,
        agreement=same / max(ink, 1),
        shape_to_artist=float(np.mean(to_artist)),
        shape_to_lines=float(np.mean(to_lines)),
        blank_fraction=blank / count,
        nats_per_ink=nats / max(ink, 1),
    )
