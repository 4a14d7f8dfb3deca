"""How the learned renderer is trained: beside a decoder that learns to write, on pages such as decoders emit.

What a half-trained decoder says cannot be made up, and a stranger has none at hand. So a small VAE learns along, by its
cross-entropy; its logits are some of what the renderer is given. No gradient passes from one to the other.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.losses.objective import LossValues
from asciivae.models.base import VAE, VAEOutput
from asciivae.onehot2raa.inputs import SoftPages
from asciivae.onehot2raa.network import Network
from asciivae.onehot2raa.settings import Weights
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.rng import torch_stream
from asciivae.training.batches import Batch
from asciivae.training.loop import Task

RENDERER = "renderer"
"""The submodule of `RendererWithDecoder` that a run is for."""

LARGEST_LOGIT = 1e4
"""One that can still be divided by a low temperature; more is a decoder's that diverged."""


class RendererWithDecoder(nn.Module):
    """A renderer that learns, and beside it the VAE whose decoder it learns from.

    Args:
        renderer: the network.
        model: a VAE of pages.
    """

    def __init__(self, renderer: Network, model: VAE) -> None:
        super().__init__()
        self.renderer = renderer
        self.model = model


class RendererObjective(nn.Module):
    """What a renderer learns by, and the decoder beside it.

    Its terms: `picture`, the squared error, mean over the pixels; `noise`, the cross-entropy of telling one-hots with
    noise from beliefs, in nats, mean over the cells; `decoder`, that of the decoder's characters, likewise.

    Args:
        glyphs: (95, h, w), what it learns to draw.
        pages: what it is given.
        weights: of the terms.
    """

    def __init__(self, glyphs: Tensor, pages: SoftPages, weights: Weights) -> None:
        super().__init__()
        self.expected = Analytic(AnalyticConfig(), glyphs)
        self.pages = pages
        self.weights = asdict(weights)

    def forward(self, renderer: Network, output: VAEOutput, target: Tensor, mask: Tensor, step: int) -> LossValues:
        """Measure the renderer on soft pages made of these pages, and the decoder on the pages themselves.

        Args:
            renderer: the network, or its average.
            output: the model's pass; its logits are some of what the renderer is given.
            target: (B, H, W) int64, the pages.
            mask: (B, H, W) bool, the cells by which the decoder learns.
            step: counted from 0.
        """
        # What is no number would be refused; that a decoder diverged is for the guard to say, of its own term.
        logits = output.logits.detach().nan_to_num().clamp(-LARGEST_LOGIT, LARGEST_LOGIT)
        soft = self.pages(target, logits, step)
        picture, odds = renderer.judged(soft.probs)
        noisy = soft.noisy[:, None, None].expand_as(odds).to(odds.dtype)
        said = functional.cross_entropy(output.logits, target, reduction="none") * mask
        pieces = {
            "picture": (picture - self.expected(soft.truth)).square().flatten(1).mean(1),
            "noise": functional.binary_cross_entropy_with_logits(odds, noisy, reduction="none").flatten(1).mean(1),
            "decoder": said.flatten(1).sum(1) / mask.flatten(1).sum(1),
        }
        means = {name: values.mean() for name, values in pieces.items()}
        total = torch.stack([self.weights[name] * mean for name, mean in means.items()]).sum()
        return LossValues(
            total,
            {name: mean.detach() for name, mean in means.items()},
            dict(self.weights),
            {name: values.detach() for name, values in pieces.items()},
        )


@dataclass(frozen=True, kw_only=True)
class RendererTask(Task):
    """A renderer and its decoder, and what they learn by.

    Attributes:
        module: both networks.
        objective: the losses.
    """

    module: RendererWithDecoder
    objective: RendererObjective

    def measure(self, module: RendererWithDecoder, batch: Batch, step: int) -> LossValues:
        """See `Task.measure`."""
        with self.autocast():
            output = module.model(batch.seen, torch_stream(self.seed, "latent", step, device=self.device))
        losses: LossValues = self.objective(module.renderer, output, batch.ids, batch.mask, step)
        return losses
