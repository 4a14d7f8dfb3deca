"""Noise for a batch, or for the part of it that one of several processes has.

Several processes that train together draw for the whole batch, and each takes its rows: so its pieces meet the same
numbers as in one process.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from asciivae.rng import Part, derived_seed


class PartOfStream(torch.Generator):
    """A generator for a part of a batch; see `filled_like`.

    Attributes:
        part: the part.
    """

    part: Part


def noise_stream(
    seed: int, purpose: str, step: int, device: torch.device | str = "cpu", part: Part | None = None
) -> torch.Generator:
    """A generator for a purpose in a step, of a part of the batch if one is given; see `rng`."""
    if part is None or part.is_whole:
        generator = torch.Generator(device=device)
    else:
        generator = PartOfStream(device=device)
        generator.part = part
    return generator.manual_seed(derived_seed(seed, purpose, step))


def filled_like(like: Tensor, generator: torch.Generator, fill: Callable[[Tensor], Tensor]) -> Tensor:
    """A tensor in the shape, dtype and memory layout of another, (B, ...), filled with random numbers.

    Args:
        like: the other tensor; its first dimension counts the pieces of the generator's part.
        generator: the generator.
        fill: fills a tensor in place from this generator.
    """
    if not isinstance(generator, PartOfStream):
        return fill(torch.empty_like(like))
    row = torch.empty_like(like[0])
    shape, strides = (generator.part.whole, *row.shape), (row.numel(), *row.stride())
    whole = torch.empty_strided(shape, strides, dtype=like.dtype, device=like.device)
    return fill(whole)[generator.part.rows].clone()
