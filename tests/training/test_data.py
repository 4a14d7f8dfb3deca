"""The pieces of a run: counts of characters."""

import numpy as np
from tiny_runs import (
    corpus_of,
    grids_of,
)

from asciivae.text.canvas import Canvas
from asciivae.training.data import character_counts


def test_character_counts_are_those_of_the_laid_pages() -> None:
    grids = grids_of([(3, 4), (9, 8), (2, 2)])
    canvas = Canvas(lambda h, w: (-(-h // 8) * 8, -(-w // 8) * 8), trimmed=True)
    counts = character_counts(corpus_of(grids), np.array([0, 1]), canvas)

    pages = np.concatenate([canvas.place(grid, canvas.size(grid))[0].ravel() for grid in grids[:2]])
    assert counts.tolist() == np.bincount(pages, minlength=95).tolist()
    assert counts.sum() == 8 * 8 + 16 * 8
