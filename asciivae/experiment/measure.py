"""Measures a model: scores per piece, and active latent units.

The scores of characters and pictures are those of the reconstruction from the posterior mean. The bits are those of the
evidence lower bound,

    -log p(x) ≤ E_q(z|x)[-log p(x|z)] + KL(q(z|x) ‖ N(0, 1)),

whose expectation is estimated from one z per piece, drawn from its posterior (the posterior mean would be biased
towards fewer bits). Both are summed over the whole page that the model encodes, including the blank cells around the
piece.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from asciivae.latent.pieces import Reconstruction, latent_noise
from asciivae.latent.reconstruct import Pass, passes
from asciivae.losses.latent import kl_divergence
from asciivae.metrics.look import look_scores
from asciivae.metrics.picture import contour_scores
from asciivae.models.latent import sample_latent

if TYPE_CHECKING:
    from asciivae.contract import Posterior
    from asciivae.losses.objective import LossValues, Objective
    from asciivae.models.base import VAE
    from asciivae.text.art import Grid
    from asciivae.text.canvas import Canvas

ACTIVE = 0.01
"""A latent unit is active if the variance of its posterior mean over the data is above this (Burda et al. 2016)."""


@dataclass(frozen=True)
class Units:
    """The latent units of a model.

    In a latent vector each number is a unit. In a latent grid (C, h, w), whose size depends on the page, each channel
    is a unit, and its variance is taken over all positions of all pieces that have this channel.

    Attributes:
        variances: variance of the posterior mean of each unit over the data.
    """

    variances: tuple[float, ...]

    @property
    def total(self) -> int:
        """The number of units."""
        return len(self.variances)

    @property
    def active(self) -> int:
        """The number of active units: those with a variance above 0.01."""
        return sum(variance > ACTIVE for variance in self.variances)


@dataclass(frozen=True)
class Measured:
    """The measurements of a model on many pieces.

    Attributes:
        reconstructions: one per piece, in the order given.
        scores: one row per piece: `look_scores`, `contour_scores` if requested, and

            reconstruction_nats: -log p(x|z) of the page, z drawn from the posterior.
            kl_nats: KL(q(z|x) ‖ N(0, 1)), summed over the latent numbers.
            bits: the sum of both in bits, an estimate of the negative ELBO.
            bits_per_cell: the same, per cell of the piece.
            latent_numbers: the size of z.
            ink_confidence: see `Reconstruction`.
        units: the latent units.
    """

    reconstructions: tuple[Reconstruction, ...]
    scores: tuple[dict[str, float], ...]
    units: Units


def measure(
    model: VAE,
    grids: Sequence[Grid],
    canvas: Canvas,
    *,
    contours: bool = False,
    seed: int = 0,
    metrics: Objective | None = None,
    advanced: Callable[[int], object] = lambda _: None,
) -> Measured:
    """Reconstruct pieces and compare each with its original.

    Args:
        model: any model, in evaluation mode.
        grids: the pieces, (h, w) uint8 each; at least one.
        canvas: places pieces on pages for the model.
        contours: whether to compare joined contours too, which dominates the time.
        seed: seed of the z for the estimate of the bits.
        metrics: more to measure, as terms; their values are added to the scores.
        advanced: called with the number of pieces done since the previous call.

    Raises:
        ModelError: a piece is too large for the model.
    """
    rows: list[dict[str, float]] = [{} for _ in grids]
    made: dict[int, Reconstruction] = {}
    moments = _Moments()
    for batch in passes(model, grids, canvas):
        moments.add(batch.output.posterior)
        costs = _costs(model, batch, [grids[i] for i in batch.pieces], seed)
        looks = look_scores([one.original for one in batch.made], [one.grid for one in batch.made])
        more = _more(metrics, batch)
        for k, (i, one, cost, look) in enumerate(zip(batch.pieces, batch.made, costs, looks, strict=True)):
            made[i] = one
            contour = contour_scores(one.original, one.grid) if contours else {}
            per_cell = cost["bits"] / one.original.size
            rows[i] = {**look, **contour, **cost, "bits_per_cell": per_cell, "ink_confidence": one.ink_confidence}
            rows[i].update({name: values[k] for name, values in more.items()})
        advanced(len(batch.pieces))
    return Measured(tuple(made[i] for i in range(len(grids))), tuple(rows), moments.units())


@torch.no_grad()
def _more(metrics: Objective | None, batch: Pass) -> dict[str, list[float]]:
    """The values of metrics of each piece of a batch."""
    if metrics is None:
        return {}
    mask = torch.ones_like(batch.ids, dtype=torch.bool)
    measured: LossValues = metrics(batch.output, batch.output.logits.softmax(1), batch.ids, mask, 0, training=False)
    return {name: values.double().cpu().tolist() for name, values in measured.pieces.items()}


@torch.no_grad()
def _costs(model: VAE, batch: Pass, pieces: Sequence[Grid], seed: int) -> list[dict[str, float]]:
    """The ELBO terms of each piece of a batch in nats and bits."""
    posterior = batch.output.posterior
    noise = latent_noise(posterior.mean.shape[1:], pieces, seed)
    z = sample_latent(posterior, torch.from_numpy(noise).to(posterior.mean))
    cells = functional.cross_entropy(model.decode(z).float(), batch.ids, reduction="none")
    nats = cells.flatten(1).cpu().double().sum(1).tolist()
    divergence = kl_divergence(posterior.mean, posterior.logvar).flatten(1).cpu().double().sum(1).tolist()
    return [
        {
            "reconstruction_nats": first,
            "kl_nats": second,
            "bits": (first + second) / math.log(2),
            "latent_numbers": float(z[0].numel()),
        }
        for first, second in zip(nats, divergence, strict=True)
    ]


class _Moments:
    """Running counts, sums and sums of squares of the posterior means, (3, units)."""

    def __init__(self) -> None:
        self.moments = torch.zeros(3, 0).double()

    def add(self, posterior: Posterior) -> None:
        values = posterior.mean.cpu().double().transpose(0, 1).flatten(1)  # (units, values of each)
        own = torch.stack([torch.ones_like(values).sum(1), values.sum(1), values.square().sum(1)])
        more = own.shape[1] - self.moments.shape[1]
        self.moments = functional.pad(self.moments, (0, max(0, more))) + functional.pad(own, (0, max(0, -more)))

    def units(self) -> Units:
        count, sums, squares = self.moments
        return Units(tuple((squares / count - (sums / count).square()).clamp(min=0.0).tolist()))
