"""Relaxations: how a page of logits becomes the page of probabilities that is rendered.

The hard sample is exact (an argmax of logits plus Gumbel noise is a categorical draw, whatever the temperature);
τ then only shapes its gradient. The soft sample depends on τ in both directions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


@dataclass(frozen=True)
class Annealing:
    """The log's temperature schedule: τ(epoch) = max(minimum, exp(-rate · epoch))."""

    minimum: float
    rate: float

    def __call__(self, epoch: int) -> float:
        """The temperature in this epoch (counted from 0)."""
        return max(self.minimum, math.exp(-self.rate * epoch))


@dataclass(frozen=True)
class Relaxation:
    """What lies between the decoder and the renderer.

    Attributes:
        kind: `softmax`, `gumbel`, or `logits` (rendered as they are, as two logged experiments did).
        hard: with `gumbel`: a one-hot draw whose gradient is that of the soft one (straight-through).
        tau: with `gumbel`: the temperature, fixed or annealed.
    """

    kind: str = "softmax"
    hard: bool = False
    tau: float | Annealing = 1.0

    @property
    def needs_noise(self) -> bool:
        """Whether `__call__` wants Gumbel noise."""
        return self.kind == "gumbel"

    def temperature(self, epoch: int) -> float:
        """τ in this epoch."""
        return self.tau(epoch) if isinstance(self.tau, Annealing) else self.tau

    def __call__(self, logits: Tensor, gumbel: Tensor | None, epoch: int) -> Tensor:
        """Relax logits (B, 95, H, W); `gumbel` is noise of the same shape, and is overwritten."""
        if self.kind == "logits":
            return logits
        if self.kind == "softmax":
            return torch.softmax(logits, dim=1)
        if gumbel is None:
            raise ValueError("a Gumbel relaxation needs noise")
        soft = gumbel_softmax(logits, gumbel, self.temperature(epoch))
        return straight_through(soft) if self.hard else soft


def gumbel_noise(like: Tensor, generator: torch.Generator) -> Tensor:
    """Standard Gumbel noise -ln(-ln u) in the shape, dtype and memory layout of `like`."""
    noise = torch.empty_like(like)
    # [1e-38, 1): an exact 0 would become an infinity.
    noise.uniform_(generator=generator).clamp_(min=torch.finfo(noise.dtype).tiny)
    return noise.log_().neg_().log_().neg_()


def gumbel_softmax(logits: Tensor, gumbel: Tensor, tau: float) -> Tensor:
    """softmax over the channels of (logits + gumbel) / τ (Jang et al. 2017, eq. 2). Overwrites `gumbel`."""
    result: Tensor = _GumbelSoftmax.apply(logits, gumbel, tau)
    return result


def straight_through(soft: Tensor) -> Tensor:
    """One-hot of the largest channel of (B, C, H, W); its gradient is that of `soft`."""
    result: Tensor = _StraightThrough.apply(soft)
    return result


class _GumbelSoftmax(torch.autograd.Function):
    # Composed from library functions this keeps three more tensors of the size of the logits alive.

    @staticmethod
    def forward(ctx: Any, logits: Tensor, gumbel: Tensor, tau: float) -> Tensor:
        # A softmax in place: the noise has served, and its memory is as large as the logits'. The channels are moved
        # last because that is how decoders lay them out.
        cells = gumbel.add_(logits).div_(tau).permute(0, 2, 3, 1)
        cells.sub_(cells.amax(dim=3, keepdim=True)).exp_()
        cells.div_(cells.sum(dim=3, keepdim=True))
        ctx.mark_dirty(gumbel)
        ctx.save_for_backward(gumbel)
        ctx.tau = tau
        return gumbel

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (soft,) = ctx.saved_tensors
        result = torch.empty_like(soft)
        cells, moved = soft.permute(0, 2, 3, 1), result.permute(0, 2, 3, 1)
        torch.mul(grad.permute(0, 2, 3, 1), cells, out=moved)
        moved.addcmul_(cells, moved.sum(dim=3, keepdim=True), value=-1.0).div_(ctx.tau)
        return result, None, None


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, soft: Tensor) -> Tensor:
        return torch.zeros_like(soft).scatter_(1, soft.argmax(dim=1, keepdim=True), 1.0)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return grad
