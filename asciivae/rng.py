"""Named random streams: every random choice of a run is a function of (seed, purpose, position).

So checkpoints need no generator state, and drawing more numbers for one purpose (such as an evaluation) does not change
those of another.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def derived_seed(seed: int, purpose: str, *where: int) -> int:
    """A 63-bit seed: a hash of all arguments."""
    text = "/".join([str(seed), purpose, *map(str, where)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1


def torch_stream(seed: int, purpose: str, *where: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A PyTorch generator for this purpose and position."""
    import torch

    return torch.Generator(device=device).manual_seed(derived_seed(seed, purpose, *where))


def numpy_stream(seed: int, purpose: str, *where: int) -> np.random.Generator:
    """A NumPy generator for this purpose and position."""
    return np.random.Generator(np.random.PCG64(derived_seed(seed, purpose, *where)))
