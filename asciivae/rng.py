"""Named random streams: every random choice of a run is a function of (seed, purpose, position).

So checkpoints need no generator state, and drawing more numbers for one purpose (such as an evaluation) does not change
those of another.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import torch


class Part(NamedTuple):
    """Consecutive pieces of a batch: those of one of several processes.

    Attributes:
        first: the first piece.
        last: the piece after the last.
        whole: pieces in the batch.
        idle: whether they do not count, since another process has them.
    """

    first: int
    last: int
    whole: int
    idle: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether this is all of the batch."""
        return self.last - self.first == self.whole and not self.idle

    @property
    def share(self) -> float:
        """The fraction of the batch that counts here."""
        return 0.0 if self.idle else (self.last - self.first) / self.whole

    @property
    def rows(self) -> slice:
        """Takes the part of what is ordered like the batch."""
        return slice(self.first, self.last)


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
