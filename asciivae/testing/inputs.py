"""Small pages and the loss inputs for them, computed as in training, from a fixed seed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import torch
from torch import Tensor

from asciivae.contract import Facts, LossInputs, Posterior
from asciivae.losses.masking import latent_mask
from asciivae.losses.objective import one_hot
from asciivae.models.latent import sample_latent
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.render.glyphs import atlas
from asciivae.text.charset import SIZE, SPACE

LATENT = 4
CERTAIN = 100.0
"""A logit whose softmax is exactly 1 in float32."""
STEPS, EPOCH = 100, 10
"""The steps of the run, and of an epoch, that the inputs are of."""


@cache
def glyphs() -> Tensor:
    """The glyph atlas: (95, 18, 9) float32."""
    return atlas()


def facts() -> Facts:
    """Facts of a synthetic training split."""
    counts = torch.arange(SIZE).flip(0)
    counts[SPACE] = 10_000
    return Facts(glyphs=glyphs(), character_counts=counts)


def pages(batch: int, height: int, width: int, *, ink: float = 0.5, seed: int = 0) -> Tensor:
    """Random pages (batch, height, width) int64 with an expected fraction `ink` of inked cells."""
    generator = torch.Generator().manual_seed(seed)
    characters = torch.randint(1, SIZE, (batch, height, width), generator=generator)
    return torch.where(torch.rand(characters.shape, generator=generator) < ink, characters, SPACE)


def scores(target: Tensor, *, seed: int = 1, scale: float = 2.0) -> Tensor:
    """Random logits (B, 95, H, W) float32 for pages (B, H, W)."""
    shape = (len(target), SIZE, *target.shape[1:])
    return scale * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def certain(target: Tensor) -> Tensor:
    """Logits (B, 95, H, W) float32 of a perfect reconstruction."""
    return CERTAIN * one_hot(target, torch.float32)


def posterior(batch: int, shape: tuple[int, ...] = (LATENT,), *, seed: int = 2) -> Posterior:
    """A posterior of latents of this shape for each piece."""
    generator = torch.Generator().manual_seed(seed)
    mean, logvar = torch.randn(2, batch, *shape, generator=generator)
    return Posterior(mean, logvar)


@dataclass(frozen=True)
class Case:
    """Pages, logits and a posterior, from which `inputs` builds the inputs of a loss.

    Attributes:
        target: (B, H, W) int64.
        logits: (B, 95, H, W).
        posterior: of B pieces.
        mask: (B, H, W) bool; None for all cells.
        step: of `STEPS`.
        training: see `LossInputs`.
    """

    target: Tensor
    logits: Tensor
    posterior: Posterior
    mask: Tensor | None = None
    step: int = 7
    training: bool = False

    def inputs(self, needs: Collection[str]) -> LossInputs:
        """The inputs of a loss with these needs; gradients flow from pictures back to the logits."""
        mask = torch.ones_like(self.target, dtype=torch.bool) if self.mask is None else self.mask
        probs = self.logits.softmax(dim=1)
        blank = one_hot(torch.full_like(self.target, SPACE), probs.dtype)
        probs = torch.where(mask[:, None], probs, blank)
        draw = Analytic(AnalyticConfig(), glyphs())
        target_image, recon_image = draw(one_hot(self.target, probs.dtype)), draw(probs)
        error = (recon_image - target_image).square().flatten(1).sum(1)
        return LossInputs(
            logits=self.logits,
            probs=probs,
            target=self.target,
            mask=mask,
            posterior=self.posterior,
            z=sample_latent(self.posterior, torch.full_like(self.posterior.mean, 0.5)),
            latent_mask=latent_mask(mask, self.posterior.mean),
            step=self.step,
            epoch=self.step // EPOCH,
            total_steps=STEPS,
            training=self.training,
            target_image=target_image if "target_image" in needs else None,
            recon_image=recon_image if "recon_image" in needs else None,
            squared_error=error if "squared_error" in needs else None,
        )

    def pieces(self, chosen: Tensor | slice) -> Case:
        """Select or reorder pieces."""
        return replace(
            self,
            target=self.target[chosen],
            logits=self.logits[chosen],
            posterior=Posterior(self.posterior.mean[chosen], self.posterior.logvar[chosen]),
            mask=None if self.mask is None else self.mask[chosen],
        )


def random_case(batch: int = 4, height: int = 3, width: int = 5, latent: tuple[int, ...] = (LATENT,)) -> Case:
    """Random pages with random logits, which are right in about half of the cells."""
    target = pages(batch, height, width)
    known = torch.rand(target.shape, generator=torch.Generator().manual_seed(5)) < 0.5
    logits = scores(target) + 8.0 * one_hot(target, torch.float32) * known[:, None]
    return Case(target, logits, posterior(batch, latent))


def tensors(inputs: LossInputs) -> Mapping[str, Tensor]:
    """All tensors of a loss's inputs by name."""
    found = {field.name: getattr(inputs, field.name) for field in fields(inputs) if field.name != "posterior"}
    found |= {"posterior.mean": inputs.posterior.mean, "posterior.logvar": inputs.posterior.logvar}
    return {name: value for name, value in found.items() if isinstance(value, Tensor)}


def moved(inputs: LossInputs, device: str) -> LossInputs:
    """The same inputs on another device."""
    changes: dict[str, Any] = {name: value.to(device) for name, value in tensors(inputs).items() if "." not in name}
    latents = Posterior(inputs.posterior.mean.to(device), inputs.posterior.logvar.to(device))
    return replace(inputs, **changes, posterior=latents)
