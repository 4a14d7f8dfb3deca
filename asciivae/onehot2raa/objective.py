"""The training task of the learned renderer, on pages such as decoders emit.

The outputs of a partially trained decoder cannot be synthesised. So a small VAE is trained alongside, by cross-entropy,
and its logits are part of the renderer's inputs. No gradient flows between the two.
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
"""The submodule of `RendererWithDecoder` that is the result of a run."""

LARGEST_LOGIT = 1e4
"""Logits are clamped to this, so that division by a low temperature does not overflow."""


class RendererWithDecoder(nn.Module):
    """A renderer, and the VAE whose decoder provides some of its inputs.

    Args:
        renderer: the network.
        model: a VAE of pages.
    """

    def __init__(self, renderer: Network, model: VAE) -> None:
        super().__init__()
        self.renderer = renderer
        self.model = model


class RendererObjective(nn.Module):
    """The objective of a renderer and of the decoder trained alongside.

    Its terms: `picture`, the squared error, mean over the pixels; `noise`, the cross-entropy of the gate (one-hots with
    noise against soft distributions), in nats, mean over the cells; `decoder`, that of the decoder's characters,
    likewise.

    Args:
        glyphs: (95, h, w), the glyphs to draw.
        pages: generates the inputs of the renderer.
        weights: weights of the terms.
    """

    def __init__(self, glyphs: Tensor, pages: SoftPages, weights: Weights) -> None:
        super().__init__()
        self.expected = Analytic(AnalyticConfig(), glyphs)
        self.pages = pages
        self.weights = asdict(weights)

    def forward(self, renderer: Network, output: VAEOutput, target: Tensor, mask: Tensor, step: int) -> LossValues:
        """Evaluate the renderer on soft pages generated from a batch, and the decoder on the batch itself.

        Args:
            renderer: the network, or its weight average.
            output: the model's output; its logits are part of the renderer's inputs.
            target: (B, H, W) int64, the pages.
            mask: (B, H, W) bool, the cells of the decoder's term.
            step: counted from 0.
        """
        # The renderer would refuse non-finite values; a diverged decoder is reported by the finite check of its term.
        logits = output.logits.detach().nan_to_num().clamp(-LARGEST_LOGIT, LARGEST_LOGIT)
        soft = self.pages(target, logits, step)
        picture, odds = renderer.forward_with_gate(soft.probs)
        noisy = soft.noisy[:, None, None].expand_as(odds).to(odds.dtype)
        decoder = functional.cross_entropy(output.logits, target, reduction="none") * mask
        pieces = {
            "picture": (picture - self.expected(soft.truth)).square().flatten(1).mean(1),
            "noise": functional.binary_cross_entropy_with_logits(odds, noisy, reduction="none").flatten(1).mean(1),
            "decoder": decoder.flatten(1).sum(1) / mask.flatten(1).sum(1),
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
    """Train a renderer and its decoder.

    Attributes:
        module: both networks.
        objective: the losses.
    """

    module: RendererWithDecoder
    objective: RendererObjective

    def indivisible(self) -> str:
        """See `Task.indivisible`."""
        return "a renderer's pages are drawn from the cells of the whole batch"

    def measure(self, module: RendererWithDecoder, batch: Batch, step: int) -> LossValues:
        """See `Task.measure`."""
        with self.autocast():
            output = module.model(batch.seen, torch_stream(self.seed, "latent", step, device=self.device))
        losses: LossValues = self.objective(module.renderer, output, batch.ids, batch.mask, step)
        return losses
