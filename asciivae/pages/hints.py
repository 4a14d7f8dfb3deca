"""Which characters of a page are given as hints in training: none, or what is around a hole."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from asciivae.pages.features import Mask
from asciivae.pages.settings import Hints


def draw_known(rng: np.random.Generator, height: int, width: int, hints: Hints = Hints()) -> Mask:
    """Draw the (height, width) mask of given characters for one page of training."""
    known = np.zeros((height, width), bool)
    shares = np.array(list(asdict(hints).values()), float)
    kind = list(asdict(hints))[int(rng.choice(len(shares), p=shares / shares.sum()))]
    if kind == "box":
        known[:] = True
        top, left, h, w = draw_box(rng, height, width)
        known[top : top + h, left : left + w] = False
    elif kind == "side":
        side, share = int(rng.integers(4)), rng.uniform(0.2, 0.8)
        rows, columns = max(1, round(height * share)), max(1, round(width * share))
        for window in (known[rows:], known[:, columns:], known[:, :columns], known[:rows])[side : side + 1]:
            window[:] = True
    elif kind == "scattered":
        known[:] = rng.random((height, width)) < rng.uniform(0.05, 0.95)
    elif kind == "rows":
        known[:] = (rng.random(height) < rng.uniform(0.1, 0.9))[:, None]
    return known


def draw_box(
    rng: np.random.Generator, height: int, width: int, least: float = 0.25, most: float = 0.8
) -> tuple[int, int, int, int]:
    """Draw (top, left, height, width) of a box whose sides are 25 to 80 % of the page's, in cells."""
    h = min(height, max(1, round(height * rng.uniform(least, most))))
    w = min(width, max(1, round(width * rng.uniform(least, most))))
    return int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1)), h, w
