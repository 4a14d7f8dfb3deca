"""The discrete renderer: every cell shows its most probable character. No gradient passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from asciivae.contract import CONTRACT
from asciivae.render.glyphs import digest


@dataclass(frozen=True)
class DiscreteConfig:
    """The discrete renderer has no options."""


class Discrete(nn.Module):
    """Look up the glyph of the largest channel.

    Args:
        config: no options.
        glyphs: (95, h, w) in [0, 1], paper = 1.
    """

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = DiscreteConfig
    differentiable = False
    linear = False
    glyphs: Tensor

    def __init__(self, config: DiscreteConfig, glyphs: Tensor) -> None:
        super().__init__()
        self.register_buffer("glyphs", glyphs, persistent=False)
        self.cell = (glyphs.shape[1], glyphs.shape[2])
        self.digest = digest(glyphs)

    @torch.no_grad()
    def forward(self, probs: Tensor) -> Tensor:
        """Map (B, 95, H, W) to the picture (B, 1, H·h, W·w) in [0, 1] of each cell's largest channel."""
        return page(self.glyphs[probs.argmax(dim=1)])


def page(cells: Tensor) -> Tensor:
    """Lay pictures of cells (B, H, W, h, w) side by side: (B, 1, H·h, W·w)."""
    batch, rows, columns, height, width = cells.shape
    return cells.transpose(2, 3).reshape(batch, 1, rows * height, columns * width)
