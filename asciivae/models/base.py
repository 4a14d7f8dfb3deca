"""The base class of variational autoencoders of pages, and its forward pass."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import torch
from torch import Tensor, nn

from asciivae.contract import CONTRACT, Posterior
from asciivae.errors import ModelError
from asciivae.models.latent import sample_latent
from asciivae.models.noise import filled_like

if TYPE_CHECKING:
    import numpy as np

Noise = Tensor | torch.Generator | None
"""A source of noise: the noise itself, a generator to draw it from, or None for no noise."""


@dataclass(frozen=True)
class VAEOutput:
    """The result of a forward pass, all in float32 or wider.

    Attributes:
        posterior: q(z|x), mean and logvar in the shape of z.
        z: the decoded latent.
        logits: (B, 95, H, W), the decoder's output.
    """

    posterior: Posterior
    z: Tensor
    logits: Tensor


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

    def at(self, numbers: int) -> Self:
        """The same weights with another size of the latent, for models that support several.

        Args:
            numbers: latent numbers that a page of 64 × 64 cells may have.

        Raises:
            ModelError: the model does not support this number.
        """
        raise ModelError(
            "this model has a fixed number of latent numbers", hint="omit --numbers, or use the bundled model"
        )

    def varied(self, rng: np.random.Generator) -> Self:
        """The model of one training step; a model that varies in training, apart from its noise, overrides this.

        Args:
            rng: the step's own generator.
        """
        return self

    @property
    def device(self) -> torch.device:
        """The device of the parameters."""
        return next(self.parameters()).device

    def forward(self, ids: Tensor, noise: Noise = None) -> VAEOutput:
        """Encode pages, sample a latent, and decode it.

        Args:
            ids: (B, H, W) int64.
            noise: standard normal, in the shape of z; None decodes the posterior mean.
        """
        # Losses and sampling run in float32 or wider, whatever the network's precision.
        heads = self.encode(ids)
        posterior = Posterior(_widened(heads.mean), _widened(heads.logvar))
        z = posterior.mean if noise is None else sample_latent(posterior, _latent_noise(noise, posterior))
        return VAEOutput(posterior, z, _widened(self.decode(z)))


def _widened(values: Tensor) -> Tensor:
    return values.float() if values.dtype in (torch.float16, torch.bfloat16) else values


def _latent_noise(noise: Tensor | torch.Generator, posterior: Posterior) -> Tensor:
    if isinstance(noise, Tensor):
        return noise
    return filled_like(posterior.mean, noise, lambda empty: empty.normal_(generator=noise))
