"""Shared code of renderers with an atlas: the base class, and assembling a page from cells."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor, nn

from asciivae.contract import CONTRACT
from asciivae.render.glyphs import digest


class AtlasRenderer(nn.Module):
    """Base class of renderers that draw with a given atlas.

    Args:
        config: the options.
        glyphs: (95, h, w) in [0, 1], paper = 1.
    """

    contract: ClassVar[int] = CONTRACT
    glyphs: Tensor

    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__()
        self.register_buffer("glyphs", glyphs, persistent=False)
        self.cell = (glyphs.shape[1], glyphs.shape[2])
        self.digest = digest(glyphs)


def page(cells: Tensor) -> Tensor:
    """Assemble pictures of cells (B, H, W, h, w) to pages (B, 1, H·h, W·w)."""
    batch, rows, columns, height, width = cells.shape
    return cells.transpose(2, 3).reshape(batch, 1, rows * height, columns * width)
