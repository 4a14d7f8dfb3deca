"""What makes convolutions fast: their memory layout, and a cache for their compiled kernels."""

from __future__ import annotations

import os

import torch
from torch import nn


def reserve_kernels() -> None:
    """Let oneDNN remember the kernels of all page sizes; call it before the first convolution of the process.

    oneDNN compiles code for every shape that a convolution meets and remembers 1024 of these by default. Batches of
    ragged pages come in some sixty shapes, which needs several thousand: otherwise half of a run is spent recompiling.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16384")


def channels_last(model: nn.Module) -> None:
    """Lay out every convolution's weights channels last, the fastest on CPUs and recent GPUs; the numbers stay."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.weight.data = module.weight.data.contiguous(memory_format=torch.channels_last)
