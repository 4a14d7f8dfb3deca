"""The discrete renderer: the most probable character of every cell. Not differentiable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from asciivae.render.cells import AtlasRenderer, page


@dataclass(frozen=True)
class DiscreteConfig:
    """The discrete renderer has no options."""


class Discrete(AtlasRenderer):
    """Draws the glyph of the largest channel."""

    Config: ClassVar[type] = DiscreteConfig
    differentiable = False
    linear = False

    @torch.no_grad()
    def forward(self, probs: Tensor) -> Tensor:
        """Map (B, 95, H, W) to the picture (B, 1, H·h, W·w) in [0, 1] of the most probable characters."""
        return page(self.glyphs[probs.argmax(dim=1)])
