"""Masks of pixels and latents: what is of a piece, and what is padding of its batch."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def pixel_mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean (B,) of pixel values (B, 1, H·h, W·w) over the cells of a mask (B, H, W)."""
    cell = (values.shape[2] // mask.shape[1], values.shape[3] // mask.shape[2])
    cells = functional.avg_pool2d(values, cell)[:, 0]
    return (cells * mask).flatten(1).sum(1) / mask.flatten(1).sum(1)


def latent_mask(mask: Tensor, z: Tensor) -> Tensor:
    """The mask (bool, broadcasts with z) of the latents within a piece's canvas.

    A latent vector (B, D) has no padding. In a latent grid (B, C, h, w) a position covers H/h × W/w cells, all inside
    or all outside of a piece's canvas; `mask` is (B, H, W).
    """
    height, width = mask.shape[1:]
    if z.dim() != 4 or height % z.shape[2] or width % z.shape[3]:
        return mask.new_ones((len(mask),) + (1,) * (z.dim() - 1))
    return mask[:, None, :: height // z.shape[2], :: width // z.shape[3]]
