"""A classifier two-sample test: can drawn pages be told from real ones? (C2ST, Lopez-Paz & Oquab 2017)"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from asciivae.text.art import Grid
from asciivae.text.charset import SIZE, SPACE

_WINDOWS = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3))
_BUCKETS = 4096
_RIDGE = 0.3
HALVES = 20


def two_sample_accuracy(a: Sequence[Grid], b: Sequence[Grid], *, seed: int = 0, halves: int = HALVES) -> float:
    """How often a classifier says right from which of two sets a page is.

    A kernel ridge regression on the square roots of the shares of small windows of characters (up to 2 × 3 cells, those
    with ink) learns from one half of either set and is judged on the other; the mean over random halves. 0.5 is chance;
    what two halves of one set reach says how far chance goes.

    Args:
        a: at least four pages.
        b: at least four pages; the larger set is cut to the size of the smaller one in each draw.
        seed: of the halves.
        halves: how many times a classifier is trained.

    Returns:
        the accuracy, in [0, 1].

    Raises:
        ValueError: a set has fewer than four pages.
    """
    size = min(len(a), len(b)) // 2 * 2
    if size < 4:
        raise ValueError("a two-sample test takes at least four pages of either kind")
    features = np.stack([_features(page) for page in [*a, *b]])
    features -= features.mean(0)
    kernel = features @ features.T
    rng = np.random.default_rng(seed)
    right = []
    for _ in range(halves):
        first, second = rng.permutation(len(a))[:size], rng.permutation(len(b))[:size] + len(a)
        half = size // 2
        train, test = np.concatenate([first[:half], second[:half]]), np.concatenate([first[half:], second[half:]])
        label = np.repeat([-1.0, 1.0], half)
        own = kernel[np.ix_(train, train)]
        ridge = _RIDGE * np.trace(own) / len(train)
        alpha = np.linalg.solve(own + ridge * np.eye(len(train)), label)
        right.append(float((np.sign(kernel[np.ix_(test, train)] @ alpha) == label).mean()))
    return float(np.mean(right))


def _features(page: Grid) -> NDArray[np.float64]:
    parts = []
    for height, width in _WINDOWS:
        counts = np.zeros(_BUCKETS)
        if page.shape[0] >= height and page.shape[1] >= width:
            windows = sliding_window_view(page, (height, width)).reshape(-1, height * width).astype(np.uint64)
            windows = windows[(windows != SPACE).any(1)]
            key = np.zeros(len(windows), np.uint64)
            for column in windows.T:
                key = key * np.uint64(SIZE) + column
            mixed = (key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)
            counts = np.bincount((mixed % np.uint64(_BUCKETS)).astype(np.int64), minlength=_BUCKETS).astype(float)
        parts.append(np.sqrt(counts / max(counts.sum(), 1)))
    blank = float((page == SPACE).mean())
    return np.concatenate([*parts, [blank]])
