"""Sampling: z drawn from a Gaussian and decoded.

The Gaussian is the prior N(0, I), or has the mean and covariance of the latents of given drawings. A model trained for
detailed reconstruction uses a small part of the prior's volume: samples from the prior are textures, samples from the
latents of drawings are composed like them. With latents μ_1 … μ_n, their mean m and w ~ N(0, I), the latter are

    z = m + τ Σ_i w_i (μ_i - m) / √(n - 1),    τ the temperature,

which avoids computing the covariance matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from asciivae.latent.pieces import pages_at_once
from asciivae.rng import numpy_stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.latent.pieces import Coder
    from asciivae.text.art import Grid
    from asciivae.text.canvas import Canvas

    Size = tuple[int, int]


def latents_of(coder: Coder, grids: Sequence[Grid], canvas: Canvas, size: Size) -> NDArray[np.float32]:
    """The posterior means (n, ...) of drawings, each centred on a page of one size.

    Args:
        coder: the model.
        grids: the drawings; their content must fit on the page.
        canvas: places pieces on pages for the model.
        size: page size, valid for the model.
    """
    at_once = pages_at_once(*size)
    found = []
    for first in range(0, len(grids), at_once):
        pages = np.stack([canvas.place(grid, size)[0] for grid in grids[first : first + at_once]])
        found.append(coder.encode(pages.astype(np.int64))[0])
    return np.concatenate(found)


def sample(
    coder: Coder,
    size: Size,
    count: int,
    *,
    seed: int = 0,
    temperature: float = 1.0,
    like: NDArray[np.float32] | None = None,
) -> list[Grid]:
    """Sample pages.

    Args:
        coder: the model.
        size: page size, valid for the model.
        count: number of pages.
        seed: page i depends only on this and on i, not on `count`.
        temperature: factor of the standard deviation; 0 always gives the page of the mean.
        like: (n, ...) latents of at least two drawings on pages of this size; None for the prior.

    Returns:
        Pages (H, W) uint8 of `size`.
    """
    shape = coder.latent_shape(*size) if like is None else (len(like),)
    at_once = pages_at_once(*size)
    pages: list[Grid] = []
    for first in range(0, count, at_once):
        streams = [numpy_stream(seed, "sample", place) for place in range(first, min(first + at_once, count))]
        drawn = temperature * np.stack([stream.standard_normal(shape, np.float32) for stream in streams])
        if like is not None:
            mean = like.mean(0)
            drawn = mean + np.tensordot(drawn, like - mean, 1) * (len(like) - 1) ** -0.5
        pages.extend(coder.decode(drawn.astype(np.float32)).argmax(1).astype(np.uint8))
    return pages
