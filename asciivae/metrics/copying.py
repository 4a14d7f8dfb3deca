"""How much of a page stands in the training pages, and how blank and how different drawn pages are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from asciivae.text.art import Grid
from asciivae.text.charset import SPACE

WINDOW = (3, 8)
LEAST_INK = 6
"""Inked cells of a window that counts: a quarter of 3 × 8."""

_FACTORS = np.random.default_rng(20251125).integers(1, 2**63, WINDOW[0] * WINDOW[1], dtype=np.uint64) | np.uint64(1)


class WindowIndex:
    """The 3 × 8 windows of a set of pages, as hashes of 64 bits.

    Args:
        pages: (h, w) class ids each.
    """

    def __init__(self, pages: Iterable[Grid]) -> None:
        found = [_hashes(page) for page in pages]
        self._hashes = np.unique(np.concatenate(found)) if found else np.empty(0, np.uint64)

    def share(self, pages: Sequence[Grid]) -> float:
        """The share of the inked windows of these pages that the index holds; 0 where there is no such window."""
        hashes = np.concatenate([_hashes(page) for page in pages]) if pages else np.empty(0, np.uint64)
        if not len(hashes) or not len(self._hashes):
            return 0.0
        at = np.searchsorted(self._hashes, hashes).clip(max=len(self._hashes) - 1)
        return float((self._hashes[at] == hashes).mean())


def blank_share(pages: Sequence[Grid]) -> float:
    """The share of pages without any ink."""
    return float(np.mean([not (page != SPACE).any() for page in pages]))


def _hashes(page: Grid) -> NDArray[np.uint64]:
    """Hashes of the windows with enough ink: sums of class ids times odd numbers, modulo 2^64."""
    if page.shape[0] < WINDOW[0] or page.shape[1] < WINDOW[1]:
        return np.empty(0, np.uint64)
    windows = sliding_window_view(page, WINDOW).reshape(-1, WINDOW[0] * WINDOW[1])
    windows = windows[(windows != SPACE).sum(1) >= LEAST_INK]
    return np.asarray(windows.astype(np.uint64) @ _FACTORS, np.uint64)
