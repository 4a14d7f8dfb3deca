"""Masked means over the pixels of a piece, without the padding of its batch."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def pixel_mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean (B,) of pixel values (B, 1, H·h, W·w) over the cells of a mask (B, H, W)."""
    cell = (values.shape[2] // mask.shape[1], values.shape[3] // mask.shape[2])
    cells = functional.avg_pool2d(values, cell)[:, 0]
    return (cells * mask).flatten(1).sum(1) / mask.flatten(1).sum(1)
