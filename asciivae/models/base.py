"""One pass of a variational autoencoder: page, posterior, latent, logits, relaxed sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from asciivae.contract import Posterior
from asciivae.models.latent import sample_latent
from asciivae.models.relax import Relaxation, gumbel_noise

if TYPE_CHECKING:
    from asciivae.models import Model


@dataclass(frozen=True)
class Noise:
    """Where a pass takes its randomness from; None stands for none: z is its mean, the sample its expectation.

    Attributes:
        latent: standard normal noise in the shape of z, or a generator that draws it.
        gumbel: standard Gumbel noise in the shape of the logits (it is overwritten), or a generator.
    """

    latent: Tensor | torch.Generator | None = None
    gumbel: Tensor | torch.Generator | None = None


@dataclass(frozen=True)
class Draw:
    """What one pass yields: q(z|x), z, the decoder's logits (B, 95, H, W) and the relaxed sample, likewise."""

    posterior: Posterior
    z: Tensor
    logits: Tensor
    probs: Tensor


def run(model: Model, relaxation: Relaxation, ids: Tensor, noise: Noise, epoch: int = 0) -> Draw:
    """Encode, sample, decode and relax pages (B, H, W) int64.

    Args:
        model: any model.
        relaxation: what lies between logits and renderer. Without Gumbel noise a Gumbel relaxation gives softmax.
        ids: the pages.
        noise: see `Noise`.
        epoch: counts from 0; an annealed temperature depends on it.
    """
    # Losses and samples work in float32 or wider, whatever the network runs in.
    heads = model.encode(ids)
    posterior = Posterior(_widened(heads.mean), _widened(heads.logvar))
    z = posterior.mean if noise.latent is None else sample_latent(posterior, _latent_noise(noise.latent, posterior))
    logits = _widened(model.decode(z))
    if not relaxation.needs_noise:
        probs = relaxation(logits, None, epoch)
    elif noise.gumbel is None:
        probs = torch.softmax(logits, dim=1)
    elif isinstance(noise.gumbel, Tensor):
        probs = relaxation(logits, noise.gumbel, epoch)
    else:
        probs = relaxation(logits, gumbel_noise(logits, noise.gumbel), epoch)
    return Draw(posterior, z, logits, probs)


def _widened(values: Tensor) -> Tensor:
    return values.float() if values.dtype in (torch.float16, torch.bfloat16) else values


def _latent_noise(noise: Tensor | torch.Generator, posterior: Posterior) -> Tensor:
    if isinstance(noise, Tensor):
        return noise
    return torch.empty_like(posterior.mean).normal_(generator=noise)
