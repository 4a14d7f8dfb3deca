"""The tracer: lines to the characters that an artist would draw them with.

    lines (B,1,12H,6W) ─ 72 pixels a cell ┐
    known (B,H,W) ─ embed ────────────────┼─ conv 3×3 ─ 1×1 ─ blocks ─ norm ─► logits (B,95,H,W)
    clean (B,) ───────────────────────────┘

Fully convolutional over cells. Some cells may be known already: decoding reveals the surest first and asks again
(as MaskGIT does, Chang et al. 2022), which makes neighbours agree. `clean` tells whether the lines are exactly those of
a page of characters, or come from a picture: a network that knows it need not hedge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from asciivae.models.initial import initialise
from asciivae.models.layout import channels_last
from asciivae.models.spatial import ChannelNorm
from asciivae.settings.types import Many
from asciivae.text.charset import SIZE, SPACE

CELL = (12, 6)
"""(h, w), pixels per character of the lines."""

MASKED = SIZE
"""In `known`: a cell whose character is not known."""

PIXELS = CELL[0] * CELL[1]
SPACE_LOGIT = 3.0
Width = Annotated[int, Field(ge=1, le=1024)]


@dataclass(frozen=True)
class Config:
    """The size of the network.

    Attributes:
        channels: width of the residual blocks.
        stem: width of the first convolution.
        embedding: numbers per known character.
        dilations: of the 3 × 3 convolution of each residual block, in cells.
    """

    channels: Width = 144
    stem: Width = 256
    embedding: Width = 24
    dilations: Annotated[Many[Annotated[int, Field(ge=1, le=16)]], Field(max_length=64)] = (1, 2, 1, 4, 1, 2, 1, 1)


class Tracer(nn.Module):
    """The network; see the module.

    Args:
        config: its sizes. The initial parameters are drawn from PyTorch's global generator.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(SIZE + 1, config.embedding)
        self.stem = nn.Conv2d(PIXELS + config.embedding + 1, config.stem, 3, padding=1)
        self.narrow = nn.Conv2d(config.stem, config.channels, 1)
        self.blocks = nn.Sequential(*(DilatedBlock(config.channels, dilation) for dilation in config.dilations))
        self.norm = ChannelNorm(config.channels)
        self.head = nn.Conv2d(config.channels, SIZE, 1)
        self._initialise()
        channels_last(self)

    def forward(self, lines: Tensor, known: Tensor, clean: Tensor) -> Tensor:
        """Predict the character of every cell.

        Args:
            lines: (B, 1, 12·H, 6·W) in [0, 1], the strength of the line at each pixel, paper = 0.
            known: (B, H, W) int64 in [0, 95], the characters that are known; 95 (`MASKED`) where not.
            clean: (B,) in [0, 1], 1 where the lines are exactly those of characters.

        Returns:
            Logits (B, 95, H, W), float32 or wider.
        """
        cells = by_cells(lines).to(self.embedding.weight.dtype)
        told = clean.to(cells)[:, None, None, None].expand(-1, 1, *cells.shape[2:])
        # Known characters arrive at about the scale of the pixels, of which one in ten is ink.
        inputs = torch.cat([2.0 * cells, self.embedding(known).permute(0, 3, 1, 2), told], dim=1)
        features = self.narrow(functional.gelu(self.stem(inputs), approximate="tanh"))
        features = self.norm(self.blocks(features))
        # In float32 even under autocast: logits have no bound.
        with torch.autocast(features.device.type, enabled=False):
            logits: Tensor = self.head(features.to(self.head.weight.dtype))
        return logits

    @property
    def reach(self) -> int:
        """How far a cell sees, in cells."""
        return 1 + sum(self.config.dilations)

    def read(self, lines: NDArray[np.float32], known: NDArray[np.int64], clean: float) -> NDArray[np.float32]:
        """Predict the characters of one page, (12·H, 6·W) and (H, W) to logits (95, H, W), without a gradient."""
        device = self.head.weight.device
        with torch.inference_mode():
            logits = self(
                torch.from_numpy(lines)[None, None].to(device),
                torch.from_numpy(known)[None].to(device),
                torch.tensor([clean], device=device),
            )
            return np.asarray(logits[0].cpu().numpy())

    def _initialise(self) -> None:
        initialise(self, embedding=0.5)
        for module in self.modules():
            if isinstance(module, DilatedBlock):
                nn.init.zeros_(module.mix.weight)
        with torch.no_grad():
            self.head.weight.mul_(0.3)
            if self.head.bias is not None:
                self.head.bias[SPACE] = SPACE_LOGIT


class DilatedBlock(nn.Module):
    """x + 1×1(gelu(3×3(norm(x)))), (B, C, H, W) to the same; starts as the identity.

    Args:
        channels: C.
        dilation: of the 3 × 3 convolution, in cells.
    """

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(channels)
        self.look = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Add what the neighbourhood says."""
        out: Tensor = x + self.mix(functional.gelu(self.look(self.norm(x)), approximate="tanh"))
        return out


def by_cells(lines: Tensor) -> Tensor:
    """The pixels of each cell as channels: (B, 1, 12·H, 6·W) to (B, 72, H, W), row by row."""
    height, width = CELL
    batch, _, rows, columns = lines.shape
    cells = lines.reshape(batch, rows // height, height, columns // width, width)
    return cells.permute(0, 2, 4, 1, 3).reshape(batch, PIXELS, rows // height, columns // width)
