"""Fast convolutions: memory layout, and the cache of compiled kernels."""

from __future__ import annotations

import os

import torch
from torch import nn

MOST_KERNELS = 16384


def reserve_kernels(count: int = MOST_KERNELS) -> None:
    """Set the capacity of oneDNN's kernel cache; call it before the first convolution of the process.

    oneDNN compiles a kernel for every shape of a convolution and caches 1024 of them by default. Batches of about sixty
    page sizes need several thousand; with the default cache, half of a run is spent recompiling.

    Args:
        count: kernels that are kept.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(count))


def channels_last(model: nn.Module) -> None:
    """Convert convolution weights to channels_last, the fastest layout on CPUs and recent GPUs."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.weight.data = module.weight.data.contiguous(memory_format=torch.channels_last)
