"""How the learned renderer is trained: beside a decoder that learns to write, on pages such as decoders emit.

What a half-trained decoder says cannot be made up, and a stranger has none at hand. So a small VAE learns along, by its
cross-entropy; its logits are some of what the renderer is given. No gradient passes from one to the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.contract import Posterior
from asciivae.losses.objective import Evaluation, Term
from asciivae.onehot2raa.inputs import SoftPages
from asciivae.onehot2raa.network import Network
from asciivae.render.analytic import Analytic, AnalyticConfig

if TYPE_CHECKING:
    from asciivae.models import Model
    from asciivae.models.base import Draw

RENDERER = "renderer"
"""The submodule of `RendererWithDecoder` that a run is for."""

LARGEST_LOGIT = 1e4
"""One that can still be divided by a low temperature; more is a decoder's that diverged."""


class RendererWithDecoder(nn.Module):
    """A renderer that learns, and the model whose decoder it learns from: to the training loop, that model.

    Args:
        renderer: the network.
        model: a VAE of pages.
    """

    def __init__(self, renderer: Network, model: Model) -> None:
        super().__init__()
        assert isinstance(model, nn.Module)
        self.renderer = renderer
        self.model = model

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        """The page on which the model reads a piece of this size."""
        return self._model.canvas(height, width)

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        """The shape of z for one page of this size."""
        return self._model.latent_shape(height, width)

    def encode(self, ids: Tensor) -> Posterior:
        """Map pages (B, H, W) int64 to q(z|x)."""
        return self._model.encode(ids)

    def decode(self, z: Tensor) -> Tensor:
        """Map z to logits (B, 95, H, W)."""
        return self._model.decode(z)

    @property
    def _model(self) -> Model:
        model: Model = self.model
        return model


class RendererObjective(nn.Module):
    """What a renderer learns by, and the decoder beside it.

    Its terms: `picture`, the squared error, mean over the pixels; `noise`, the cross-entropy of telling one-hots with
    noise from beliefs, in nats, mean over the cells; `decoder`, that of the decoder's characters, likewise.

    Args:
        renderer: the network that learns.
        glyphs: (95, h, w), what it learns to draw.
        pages: what it is given.
        weights: of the terms, by name.
    """

    terms: tuple[Term, ...] = ()

    def __init__(self, renderer: Network, glyphs: Tensor, pages: SoftPages, weights: dict[str, float]) -> None:
        super().__init__()
        self.renderer = renderer
        self.expected = Analytic(AnalyticConfig(), glyphs)
        self.pages = pages
        self.weights = weights

    def forward(self, draw: Draw, target: Tensor, mask: Tensor, step: int) -> Evaluation:
        """Measure the renderer on soft pages made of these pages, and the decoder on the pages themselves.

        Args:
            draw: the model's pass; its logits are some of what the renderer is given.
            target: (B, H, W) int64, the pages.
            mask: (B, H, W) bool, the cells by which the decoder learns.
            step: counted from 0.
        """
        # What is no number would be refused; that a decoder diverged is for the guard to say, of its own term.
        logits = draw.logits.detach().nan_to_num().clamp(-LARGEST_LOGIT, LARGEST_LOGIT)
        soft = self.pages(target, logits, step)
        picture, odds = self.renderer.judged(soft.probs)
        noisy = soft.noisy[:, None, None].expand_as(odds).to(odds.dtype)
        said = functional.cross_entropy(draw.logits, target, reduction="none") * mask
        pieces = {
            "picture": (picture - self.expected(soft.truth)).square().flatten(1).mean(1),
            "noise": functional.binary_cross_entropy_with_logits(odds, noisy, reduction="none").flatten(1).mean(1),
            "decoder": said.flatten(1).sum(1) / mask.flatten(1).sum(1),
        }
        means = {name: values.mean() for name, values in pieces.items()}
        total = torch.stack([self.weights[name] * mean for name, mean in means.items()]).sum()
        return Evaluation(
            total,
            {name: mean.detach() for name, mean in means.items()},
            dict(self.weights),
            {name: values.detach() for name, values in pieces.items()},
        )
