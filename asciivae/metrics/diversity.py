"""How different pages of a set are from each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from asciivae.metrics.look import look_scores
from asciivae.text.art import Grid
from asciivae.text.charset import SPACE

PAIRS = 200


def diversity(pages: Sequence[Grid], *, pairs: int = PAIRS, seed: int = 0) -> float:
    """The mean shape distance between two pages, over pairs that are drawn; 0 where all are the same.

    Args:
        pages: at least two; smaller ones are extended with blanks below and to the right.
        pairs: how many pairs.
        seed: of the pairs.

    Raises:
        ValueError: there are fewer than two pages.
    """
    if len(pages) < 2:
        raise ValueError("diversity takes at least two pages")
    rng = np.random.default_rng(seed)
    chosen = [tuple(rng.choice(len(pages), 2, replace=False).tolist()) for _ in range(pairs)]
    height, width = (max(page.shape[axis] for page in pages) for axis in (0, 1))
    extended = []
    for page in pages:
        whole = np.full((height, width), SPACE, np.uint8)
        whole[: page.shape[0], : page.shape[1]] = page
        extended.append(whole)
    scores = look_scores([extended[i] for i, _ in chosen], [extended[j] for _, j in chosen])
    return float(np.mean([score["shape"] for score in scores]))
