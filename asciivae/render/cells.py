"""What the renderers with an atlas share: the atlas, and cells laid side by side on a page."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor, nn

from asciivae.contract import CONTRACT
from asciivae.render.glyphs import digest


class AtlasRenderer(nn.Module):
    """A renderer that draws with the atlas it is given.

    Args:
        config: its options.
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
    """Lay pictures of cells (B, H, W, h, w) side by side: (B, 1, H·h, W·w)."""
    batch, rows, columns, height, width = cells.shape
    return cells.transpose(2, 3).reshape(batch, 1, rows * height, columns * width)
