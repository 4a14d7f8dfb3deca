"""Relaxations: map a page of logits to the page of probabilities that is rendered.

The argmax of logits plus Gumbel noise is an exact categorical sample at any temperature, so τ affects only the gradient
of the hard (straight-through) sample. It affects both value and gradient of the soft sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from asciivae.models.noise import filled_like
from asciivae.settings.types import LONG, SHORT, Positive, long_if


@dataclass(frozen=True)
class Annealing:
    """Exponential annealing of τ over the epochs, as in the log: max(min, exp(-rate · epoch)).

    Attributes:
        min: the lowest τ.
        rate: decay rate of τ, per epoch.
    """

    min: Positive
    rate: Positive

    def __call__(self, epoch: int) -> float:
        """The temperature in this epoch, counted from 0."""
        return max(self.min, math.exp(-self.rate * epoch))


@dataclass(frozen=True)
class Logits:
    """Render the decoder's logits without relaxation, as two logged experiments did.

    Attributes:
        use: no relaxation.
    """

    use: Literal["logits"] = "logits"

    def __call__(self, logits: Tensor, noise: Tensor | torch.Generator | None = None, epoch: int = 0) -> Tensor:
        """Return the logits (B, 95, H, W) unchanged."""
        return logits


@dataclass(frozen=True)
class Softmax:
    """Render the decoder's probabilities.

    Attributes:
        use: probabilities, without noise.
    """

    use: Literal["softmax"] = "softmax"

    def __call__(self, logits: Tensor, noise: Tensor | torch.Generator | None = None, epoch: int = 0) -> Tensor:
        """The softmax of logits (B, 95, H, W)."""
        return torch.softmax(logits, dim=1)


@dataclass(frozen=True)
class Gumbel:
    """Render a Gumbel-softmax sample of each cell.

    Attributes:
        use: a Gumbel-softmax sample.
        tau: the temperature τ, constant or annealed over the epochs.
        hard: whether the sample is one-hot, with the soft sample's gradient (straight-through).
    """

    use: Literal["gumbel"]
    tau: Annotated[
        Annotated[Positive, SHORT] | Annotated[Annealing, LONG],
        long_if(lambda value: isinstance(value, dict | Annealing)),
    ]
    hard: bool = False

    def temperature(self, epoch: int) -> float:
        """τ in this epoch, counted from 0."""
        return self.tau(epoch) if isinstance(self.tau, Annealing) else self.tau

    def __call__(self, logits: Tensor, noise: Tensor | torch.Generator | None = None, epoch: int = 0) -> Tensor:
        """Relax logits (B, 95, H, W).

        Args:
            logits: the decoder's logits.
            noise: standard Gumbel noise of the same shape, which is overwritten, or a generator that draws it; with
                None the result is the softmax.
            epoch: counted from 0; an annealed temperature depends on it.
        """
        if noise is None:
            return torch.softmax(logits, dim=1)
        gumbel = noise if isinstance(noise, Tensor) else gumbel_noise(logits, noise)
        soft = gumbel_softmax(logits, gumbel, self.temperature(epoch))
        return straight_through(soft) if self.hard else soft


Relaxation = Logits | Softmax | Gumbel


def gumbel_noise(like: Tensor, generator: torch.Generator) -> Tensor:
    """Standard Gumbel noise -ln(-ln u) in the shape, dtype and memory layout of `like`."""
    noise = filled_like(like, generator, lambda empty: empty.uniform_(generator=generator))
    # Clamp away exact zeros, whose noise would be infinite.
    return noise.clamp_(min=torch.finfo(noise.dtype).tiny).log_().neg_().log_().neg_()


def gumbel_softmax(logits: Tensor, gumbel: Tensor, tau: float) -> Tensor:
    """softmax over the channels of (logits + gumbel) / τ (Jang et al. 2017, eq. 2). Overwrites `gumbel`."""
    result: Tensor = _GumbelSoftmax.apply(logits, gumbel, tau)
    return result


def straight_through(soft: Tensor) -> Tensor:
    """One-hot of the argmax over the channels of (B, C, H, W), with the gradient of `soft`."""
    result: Tensor = _StraightThrough.apply(soft)
    return result


class _GumbelSoftmax(torch.autograd.Function):
    # Composed of library functions, this would keep three more tensors of the logits' size for the backward pass.

    @staticmethod
    def forward(ctx: Any, logits: Tensor, gumbel: Tensor, tau: float) -> Tensor:
        # Channels go last, which is how decoders lay them out (channels_last).
        soft = torch.softmax(gumbel.add_(logits).div_(tau).permute(0, 2, 3, 1), dim=3)
        ctx.save_for_backward(soft)
        ctx.tau = tau
        return soft.permute(0, 3, 1, 2)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (soft,) = ctx.saved_tensors
        cells = torch._softmax_backward_data(grad.permute(0, 2, 3, 1), soft, 3, soft.dtype)
        return cells.div_(ctx.tau).permute(0, 3, 1, 2), None, None


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, soft: Tensor) -> Tensor:
        return torch.zeros_like(soft).scatter_(1, soft.argmax(dim=1, keepdim=True), 1.0)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return grad
