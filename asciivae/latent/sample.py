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
import torch
from torch import Tensor

from asciivae.latent.pieces import pages_at_once
from asciivae.rng import torch_stream

if TYPE_CHECKING:
    from asciivae.models.base import VAE
    from asciivae.text.art import Grid
    from asciivae.text.canvas import Canvas

    Size = tuple[int, int]


@torch.no_grad()
def latents_of(model: VAE, grids: Sequence[Grid], canvas: Canvas, size: Size) -> Tensor:
    """The posterior means (n, ...) of drawings, each centred on a page of one size.

    Args:
        model: any model, in evaluation mode.
        grids: the drawings; their content must fit on the page.
        canvas: places pieces on pages for the model.
        size: page size, valid for the model.
    """
    device = model.device
    at_once = pages_at_once(*size)
    found = []
    for first in range(0, len(grids), at_once):
        pages = np.stack([canvas.place(grid, size)[0] for grid in grids[first : first + at_once]])
        found.append(model.encode(torch.from_numpy(pages.astype(np.int64)).to(device)).mean)
    return torch.cat(found)


@torch.no_grad()
def sample(
    model: VAE, size: Size, count: int, *, seed: int = 0, temperature: float = 1.0, like: Tensor | None = None
) -> list[Grid]:
    """Sample pages.

    Args:
        model: any model, in evaluation mode.
        size: page size, valid for the model.
        count: number of pages.
        seed: page i depends only on this and on i, not on `count`.
        temperature: factor of the standard deviation; 0 always gives the page of the mean.
        like: (n, ...) latents of at least two drawings on pages of this size; None for the prior.

    Returns:
        Pages (H, W) uint8 of `size`.
    """
    device = model.device
    at_once = pages_at_once(*size)
    pages: list[Grid] = []
    for first in range(0, count, at_once):
        streams = [torch_stream(seed, "sample", place) for place in range(first, min(first + at_once, count))]
        if like is None:
            shape = model.latent_shape(*size)
            z = torch.stack([torch.randn(shape, generator=stream) for stream in streams]).to(device) * temperature
        else:
            weights = torch.stack([torch.randn(len(like), generator=stream) for stream in streams]).to(like)
            mean = like.mean(0)
            z = mean + torch.tensordot(weights, like - mean, 1) * (temperature / (len(like) - 1) ** 0.5)
        pages.extend(model.decode(z).argmax(1).to("cpu", torch.uint8).numpy())
    return pages
