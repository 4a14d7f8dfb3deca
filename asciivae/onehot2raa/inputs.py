"""Soft pages: training inputs of the renderer, such as decoders emit, and their targets.

The target of a cell with a *soft distribution* (a softmax, a relaxed sample, any point of the simplex) is its expected
glyph, Σ_c p_c · glyph_c, which gives losses on the picture a meaningful gradient. The target of a cell with a *one-hot
with noise* is the glyph of the character without the noise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from asciivae.losses.objective import one_hot
from asciivae.models.relax import gumbel_noise
from asciivae.onehot2raa.settings import Inputs
from asciivae.render.legibility import visual_distance
from asciivae.rng import numpy_stream, torch_stream
from asciivae.text.charset import SIZE

KINDS = ("clean", "noisy", "softmax", "gumbel", "simplex", "decoder")
"""Kinds of pages: one-hots, one-hots with noise, softmax of synthetic logits, Gumbel-softmax of synthetic logits or of
a decoder's, random points of the simplex, and softmax of a decoder's logits."""

Range = tuple[float, float]
SIDE = 8


class SoftBatch(NamedTuple):
    """N soft pages of 8 × 8 cells.

    Attributes:
        probs: (N, 95, 8, 8), the input of the renderer.
        truth: (N, 95, 8, 8), the page whose expected picture is the target.
        noisy: (N,) bool, whether a page consists of one-hots with noise.
    """

    probs: Tensor
    truth: Tensor
    noisy: Tensor


class SoftPages:
    """Generates soft pages; each batch is a function of the seed and the step.

    Their cells are sampled from the whole batch, since the renderer works cell by cell; so every step has pages of all
    kinds.

    Args:
        inputs: the kinds of pages and their frequencies.
        glyphs: (95, h, w), for the visual similarity of characters.
        seed: seed of the run.
    """

    def __init__(self, inputs: Inputs, glyphs: Tensor, seed: int) -> None:
        self.inputs, self.seed = inputs, seed
        self.likeness = 1.0 - visual_distance(1.0 - glyphs.double().cpu())
        self._shares = torch.tensor([getattr(inputs.shares, kind) for kind in KINDS], dtype=torch.float64)

    def __call__(self, ids: Tensor, logits: Tensor, step: int) -> SoftBatch:
        """Generate soft pages from a batch.

        Args:
            ids: (B, H, W) int64, the pages.
            logits: (B, 95, H, W), a decoder's logits for them; the result has their dtype and device.
            step: step of the run.
        """
        draw = torch_stream(self.seed, "soft pages", step)  # on the CPU, for equal values on all devices
        device = logits.device
        picked = torch.randint(ids.numel(), (self.inputs.pages, SIDE, SIDE), generator=draw)
        ids = ids.cpu().flatten()[picked]
        logits = logits.cpu().permute(0, 2, 3, 1).reshape(-1, SIZE)[picked].permute(0, 3, 1, 2)
        scattered = torch.rand(len(ids), generator=draw) < self.inputs.scattered
        characters = torch.randint(SIZE, ids.shape, generator=draw)
        ids = torch.where(scattered[:, None, None], characters, ids)
        kinds = torch.multinomial(self._shares, len(ids), replacement=True, generator=draw)
        certain = one_hot(ids, logits.dtype)
        probs = certain.clone()
        for number, kind in enumerate(KINDS):
            of_kind = (kinds == number).nonzero()[:, 0]
            if len(of_kind) and kind != "clean":
                probs[of_kind] = self._soft(kind, ids[of_kind], certain[of_kind], logits[of_kind], draw, step)
        noisy = kinds == KINDS.index("noisy")
        truth = torch.where(noisy[:, None, None, None], certain, probs)
        return SoftBatch(probs.to(device), truth.to(device), noisy.to(device))

    def _soft(
        self, kind: str, ids: Tensor, certain: Tensor, logits: Tensor, draw: torch.Generator, step: int
    ) -> Tensor:
        inputs = self.inputs
        if kind == "noisy":
            return noisy_one_hot(certain, self._each(certain, inputs.sigma, draw), draw)
        if kind == "simplex":
            low, high = np.log(inputs.alpha)
            alpha = self._each(certain, (low, high), draw).exp()
            return simplex(certain, alpha, numpy_stream(self.seed, "simplex", step))
        if kind == "decoder":
            return (logits / self._each(certain, inputs.temperature, draw)).softmax(1)
        synthetic = self._synthetic_logits(ids, certain, draw)
        if kind == "softmax":
            return synthetic.softmax(1)
        decoded = torch.rand((len(ids), 1, 1, 1), generator=draw) < 0.5
        return relaxed(torch.where(decoded, logits, synthetic), self._each(certain, inputs.tau, draw), draw)

    def _synthetic_logits(self, ids: Tensor, certain: Tensor, draw: torch.Generator) -> Tensor:
        """Random logits of varying certainty that confuse visually similar characters."""
        inputs = self.inputs
        alike = self.likeness.to(certain.dtype)[ids].permute(0, 3, 1, 2)
        return (
            self._each(certain, (0.0, inputs.certainty), draw) * certain
            + self._each(certain, (0.0, inputs.likeness), draw) * alike
            + self._each(certain, (0.0, inputs.disorder), draw) * _normal(certain, draw)
        )

    @staticmethod
    def _each(like: Tensor, bounds: Range, draw: torch.Generator) -> Tensor:
        """A uniform random number within the bounds for each cell: (B, 1, H, W)."""
        shape = (len(like), 1, *like.shape[2:])
        return torch.empty(shape, dtype=like.dtype).uniform_(*bounds, generator=draw)


def noisy_one_hot(certain: Tensor, sigma: Tensor | float, draw: torch.Generator) -> Tensor:
    """One-hots (B, 95, H, W) with Gaussian noise, clipped to [0, 1] and renormalised."""
    noisy = (certain + sigma * _normal(certain, draw)).clamp(0.0, 1.0)
    return noisy / noisy.sum(1, keepdim=True)


def relaxed(logits: Tensor, tau: Tensor | float, draw: torch.Generator) -> Tensor:
    """A Gumbel-softmax sample of logits (B, 95, H, W), with one τ or one per cell."""
    return ((logits + gumbel_noise(logits, draw)) / tau).softmax(1)


def simplex(like: Tensor, alpha: Tensor | float, draw: np.random.Generator) -> Tensor:
    """Samples of a symmetric Dirichlet distribution for each cell, in the shape (B, 95, H, W) of `like`."""
    shape = np.broadcast_to(np.asarray(alpha, np.float64), like.shape)
    gamma = torch.from_numpy(draw.standard_gamma(shape)).clamp_(min=1e-300)
    return (gamma / gamma.sum(1, keepdim=True)).to(like.dtype)


def _normal(like: Tensor, draw: torch.Generator) -> Tensor:
    return torch.empty_like(like, memory_format=torch.contiguous_format).normal_(generator=draw)
