"""The base class of variational autoencoders of pages, and its forward pass."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from asciivae.contract import CONTRACT, Posterior
from asciivae.models.latent import sample_latent
from asciivae.models.relax import Relaxation, Softmax, gumbel_noise


@dataclass(frozen=True)
class Noise:
    """Sources of randomness of a forward pass. With None, z is the posterior mean and the relaxed sample the softmax.

    Attributes:
        latent: standard normal noise in the shape of z, or a generator to draw it from.
        gumbel: standard Gumbel noise in the shape of the logits (overwritten), or a generator.
    """

    latent: Tensor | torch.Generator | None = None
    gumbel: Tensor | torch.Generator | None = None


@dataclass(frozen=True)
class VAEOutput:
    """The result of a forward pass, all in float32 or wider.

    Attributes:
        posterior: q(z|x), mean and logvar in the shape of z.
        z: the decoded latent.
        logits: (B, 95, H, W), the decoder's output.
        probs: (B, 95, H, W), the relaxed sample of the logits.
    """

    posterior: Posterior
    z: Tensor
    logits: Tensor
    probs: Tensor


class VAE(nn.Module):
    """Base class of variational autoencoders of pages; an `asciivae.models` entry point names a subclass.

    `Config` is a frozen dataclass of options and the constructor's only argument: `SpatialVAE(Config(...))`. Initial
    parameters are drawn from PyTorch's global generator.
    """

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type[Any]]

    @abstractmethod
    def canvas(self, height: int, width: int) -> tuple[int, int]:
        """Size in cells of the page on which a piece of this size is encoded.

        Raises:
            ModelError: the piece is too large.
        """

    @abstractmethod
    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        """Shape of z for one page of this size."""

    @abstractmethod
    def encode(self, ids: Tensor) -> Posterior:
        """Map pages (B, H, W) int64 to q(z|x)."""

    @abstractmethod
    def decode(self, z: Tensor) -> Tensor:
        """Map z to logits (B, 95, H, W)."""

    @property
    def device(self) -> torch.device:
        """The device of the parameters."""
        return next(self.parameters()).device

    def forward(
        self, ids: Tensor, relaxation: Relaxation | None = None, noise: Noise | None = None, epoch: int = 0
    ) -> VAEOutput:
        """Encode, sample, decode and relax pages.

        Args:
            ids: (B, H, W) int64.
            relaxation: maps logits to what is rendered; the softmax by default. Without Gumbel noise a Gumbel
                relaxation gives the softmax.
            noise: sources of randomness; none by default.
            epoch: counted from 0; an annealed temperature depends on it.
        """
        relaxation, noise = relaxation or Softmax(), noise or Noise()
        # Losses and sampling run in float32 or wider, whatever the network's precision.
        heads = self.encode(ids)
        posterior = Posterior(_widened(heads.mean), _widened(heads.logvar))
        z = posterior.mean if noise.latent is None else sample_latent(posterior, _latent_noise(noise.latent, posterior))
        logits = _widened(self.decode(z))
        if not relaxation.needs_noise:
            probs = relaxation(logits, None, epoch)
        elif noise.gumbel is None:
            probs = torch.softmax(logits, dim=1)
        elif isinstance(noise.gumbel, Tensor):
            probs = relaxation(logits, noise.gumbel, epoch)
        else:
            probs = relaxation(logits, gumbel_noise(logits, noise.gumbel), epoch)
        return VAEOutput(posterior, z, logits, probs)


def _widened(values: Tensor) -> Tensor:
    return values.float() if values.dtype in (torch.float16, torch.bfloat16) else values


def _latent_noise(noise: Tensor | torch.Generator, posterior: Posterior) -> Tensor:
    if isinstance(noise, Tensor):
        return noise
    return torch.empty_like(posterior.mean).normal_(generator=noise)
