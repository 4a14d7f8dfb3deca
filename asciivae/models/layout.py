"""Fast convolutions: memory layout, and the cache of compiled kernels."""

from __future__ import annotations

import os

import torch
from torch import nn


def reserve_kernels() -> None:
    """Enlarge oneDNN's kernel cache to hold all page sizes; call it before the first convolution of the process.

    oneDNN compiles a kernel for every shape of a convolution and caches 1024 of them by default. Batches of about sixty
    page sizes need several thousand; with the default cache, half of a run is spent recompiling.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16384")


def channels_last(model: nn.Module) -> None:
    """Convert convolution weights to channels_last, the fastest layout on CPUs and recent GPUs."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.weight.data = module.weight.data.contiguous(memory_format=torch.channels_last)
