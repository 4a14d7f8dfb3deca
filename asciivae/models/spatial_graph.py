"""The `spatial` model as one network of tensors alone, for engines other than PyTorch.

    ids (P, 8h, 8w), numbers (1,) ─► mean, logvar (P, C, h, w)
    z (Q, C, u, v), numbers (1,) ──► logits (Q, 95, 8u, 8v)

C is the maximum of latent numbers per block. A page with fewer, `numbers`, has the first of them; z is 0 beyond.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.models.latent import bounded_logvar
from asciivae.models.spatial import FINE, DensityBias, SpatialVAE


class SpatialGraph(nn.Module):
    """Shares the parameters of a model, under their names.

    Args:
        model: in evaluation mode.
    """

    def __init__(self, model: SpatialVAE) -> None:
        super().__init__()
        for name, child in model.named_children():
            self.add_module(name, child)
        self.channels = model.channels
        self.model = [model]  # in a list, so that it is not a child

    def forward(self, ids: Tensor, z: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Both directions at once: mean, logvar and logits; an engine computes what it is asked for."""
        (model,) = self.model
        power = torch.log2(numbers)
        blocks = model.reader(model.embedding(ids).permute(0, 3, 1, 2)) + _bias(model.encoder_density, power)
        mean, raw = model.posterior(model.encoder(blocks)).chunk(2, dim=1)
        scaled = z * torch.sqrt(self.channels / numbers)
        blocks = functional.conv2d(scaled, model.from_latent.weight, model.from_latent.bias, padding=1)
        features = model.decoder(blocks + _bias(model.decoder_density, power))
        # Not `Head.forward`, which rearranges the weights: the exporter would store them in the graph.
        logits = functional.pixel_shuffle(functional.conv2d(features, model.head.weight, model.head.bias), FINE)
        if model.tail is not None:
            logits = logits + model.tail(features)
        return mean, bounded_logvar(raw), logits


def _bias(density: DensityBias, power: Tensor) -> Tensor:
    """The bias (1, C, 1, 1) for a number of latent numbers, of which `power` (1,) is the binary logarithm."""
    below = torch.floor(power)
    last = density.values.shape[0] - 1
    lower, upper = (
        functional.embedding(row.long().clamp(0, last), density.values) for row in (below, torch.ceil(power))
    )
    return (lower + (power - below)[:, None] * (upper - lower))[:, :, None, None]
