"""Variational autoencoders of pages of characters, and what lies between their logits and a picture."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from asciivae.contract import Posterior
from asciivae.models import spatial
from asciivae.reproduction import logged

CONFIGS: dict[str, type] = {"logged": logged.Config, "spatial": spatial.Config}
"""The options of each model that a recipe can name."""


class Model(Protocol):
    """What the rest of the house knows of a model (each is also an `nn.Module`)."""

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        """The page on which a piece of this size is read."""
        ...

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        """The shape of z for one page of this size."""
        ...

    def encode(self, ids: Tensor) -> Posterior:
        """Map pages (B, H, W) int64 to q(z|x)."""
        ...

    def decode(self, z: Tensor) -> Tensor:
        """Map z to logits (B, 95, H, W)."""
        ...


def create(config: Any) -> logged.LoggedVAE | spatial.SpatialVAE:
    """Build the model that belongs to a config of `CONFIGS`; PyTorch's global generator draws its parameters."""
    if isinstance(config, logged.Config):
        return logged.LoggedVAE(config)
    if isinstance(config, spatial.Config):
        return spatial.SpatialVAE(config)
    raise TypeError(f"{type(config).__name__} is no model's config")


def device_of(model: Model) -> torch.device:
    """Where a model's parameters are."""
    assert isinstance(model, torch.nn.Module)
    return next(model.parameters()).device
