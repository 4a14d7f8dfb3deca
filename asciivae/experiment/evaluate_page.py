"""Page models measured on pieces that they should not have trained on: bits, and checks of what they draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from asciivae.corpus.concat import open_corpora
from asciivae.corpus.settings import Split
from asciivae.corpus.splits import split
from asciivae.metrics.copying import WindowIndex, blank_share
from asciivae.metrics.diversity import diversity
from asciivae.metrics.two_sample import two_sample_accuracy
from asciivae.pages.hints import draw_box
from asciivae.pages.likelihood import cell_bits
from asciivae.pages.score import compressed_together
from asciivae.rng import numpy_stream
from asciivae.text.art import to_text
from asciivae.text.charset import SPACE

if TYPE_CHECKING:
    from asciivae.experiment.evaluate import Pieces
    from asciivae.experiment.trained_page import TrainedPageModel
    from asciivae.text.art import Grid

SAMPLE_SIZE = (16, 40)
REAL_SIZES = ((10, 20), (24, 56))
"""Pieces from the first to the second size are what drawn pages of `SAMPLE_SIZE` are compared with."""


@dataclass(frozen=True)
class PageScores:
    """How well a page model does.

    Attributes:
        pieces: how many were scored.
        ink: their characters that are not blank.
        bits_per_ink: the bits of all cells, divided by the ink.
        bits_per_cell: the same, divided by the cells.
        gzip_per_ink: bits of gzip, of all the texts in one file.
        xz_per_ink: of xz, likewise.
        hole_bits: bits per ink in holes (boxes of 25 to 80 % of the sides), given the rest; one hole in each piece.
        hole_bits_masked: in the same holes, without hints.
        drawn: how many pages were drawn.
        two_sample: how often a classifier tells them from pieces of like sizes; None where there are too few pieces.
        two_sample_real: how often it tells two halves of those pieces apart.
        copied: the share of inked 3 × 8 windows of the drawn pages that the training pieces hold.
        copied_real: that of the pieces.
        blank: the share of blank pages drawn.
        diversity: the mean shape distance between two drawn pages, in [0, 1].
        diversity_real: between two pieces, placed on pages of the same size.
    """

    pieces: int
    ink: int
    bits_per_ink: float
    bits_per_cell: float
    gzip_per_ink: float
    xz_per_ink: float
    hole_bits: float
    hole_bits_masked: float
    drawn: int
    two_sample: float | None
    two_sample_real: float | None
    copied: float
    copied_real: float
    blank: float
    diversity: float
    diversity_real: float | None


def training_pages(corpora: Sequence[str]) -> list[Grid]:
    """The pieces that recipes train on by default: those that `choose_pieces` does not take for validation."""
    corpus = open_corpora(corpora)
    default = Split()
    training, _ = split(corpus, default.rule, default.share)
    return [corpus.grid(int(i)) for i in training]


def evaluate_page(
    trained: TrainedPageModel,
    pieces: Pieces,
    training: Sequence[Grid],
    *,
    draws: int = 100,
    seed: int = 0,
    advanced: Callable[[int], object] = lambda _: None,
) -> PageScores:
    """Measure a page model.

    Args:
        trained: the model.
        pieces: what to score.
        training: pages in which copies are looked for.
        draws: how many pages to draw, of 16 × 40 cells.
        seed: of the draws and the holes.
        advanced: is told how many of the pieces and pages more are done.
    """
    grids = list(pieces.grids)
    ink = max(sum(int((g != SPACE).sum()) for g in grids), 1)
    bits = sum(float(b.sum()) for b in cell_bits(trained.reader, grids))
    advanced(len(grids))
    gzip, xz = compressed_together([to_text(g) for g in grids])
    hinted, masked = _holes(trained, grids, seed)
    pages: list[Grid] = trained.sample(draws, SAMPLE_SIZE, seed=seed, form="array")
    advanced(draws)
    (low_h, low_w), (high_h, high_w) = REAL_SIZES
    real = [g for g in grids if low_h <= g.shape[0] <= high_h and low_w <= g.shape[1] <= high_w]
    known = WindowIndex(training)
    half = len(real) // 2
    enough = min(len(real), draws) >= 8
    return PageScores(
        pieces=len(grids),
        ink=ink,
        bits_per_ink=bits / ink,
        bits_per_cell=bits / sum(g.size for g in grids),
        gzip_per_ink=gzip / ink,
        xz_per_ink=xz / ink,
        hole_bits=hinted,
        hole_bits_masked=masked,
        drawn=draws,
        two_sample=two_sample_accuracy(pages, real, seed=seed) if enough else None,
        two_sample_real=two_sample_accuracy(real[:half][:draws], real[half:][:draws], seed=seed) if enough else None,
        copied=known.share(pages),
        copied_real=known.share(grids),
        blank=blank_share(pages),
        diversity=diversity(pages, seed=seed),
        diversity_real=diversity(real, seed=seed) if len(real) > 1 else None,
    )


def _holes(trained: TrainedPageModel, grids: Sequence[Grid], seed: int) -> tuple[float, float]:
    """Bits per inked cell of holes, given the rest and given only what is before."""
    inside, known = [], []
    for i, grid in enumerate(grids):
        top, left, height, width = draw_box(numpy_stream(seed, "holes", i), *grid.shape)
        hole = np.zeros(grid.shape, bool)
        hole[top : top + height, left : left + width] = True
        inside.append(hole)
        known.append(~hole)
    ink = max(sum(int((g[hole] != SPACE).sum()) for g, hole in zip(grids, inside, strict=True)), 1)
    hinted = cell_bits(trained.reader, grids, known)
    masked = cell_bits(trained.reader, grids)
    per_ink = [
        sum(float(b[hole].sum()) for b, hole in zip(bits, inside, strict=True)) / ink for bits in (hinted, masked)
    ]
    return per_ink[0], per_ink[1]
