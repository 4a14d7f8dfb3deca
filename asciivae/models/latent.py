"""The variational part: a diagonal Gaussian posterior and its reparameterised sample."""

from __future__ import annotations

import torch
from torch import Tensor

from asciivae.contract import Posterior

LOGVAR_RANGE = (-20.0, 10.0)
"""Bounds of `bounded_logvar` in natural-log units: standard deviations between 4.5e-5 and 148."""


def bounded_logvar(raw: Tensor) -> Tensor:
    """Squash an unbounded head into `LOGVAR_RANGE`, smoothly, with bounded_logvar(0) = 0.

    A hard clamp would have no gradient outside of the range and the head could never come back.
    """
    low, high = LOGVAR_RANGE
    return torch.where(raw < 0, -low * torch.tanh(raw / -low), high * torch.tanh(raw / high))


def sample_latent(posterior: Posterior, noise: Tensor) -> Tensor:
    """z = μ + exp(½ logvar) · noise (Kingma & Welling 2014, eq. 10); all of one shape."""
    return posterior.mean + torch.exp(0.5 * posterior.logvar) * noise
