"""A renderer with the glyphs of any TrueType or OpenType font, in cells with the proportions of a terminal.

A cell is as high as the font's line and as wide as its widest character; characters of a proportional font are centred
in their cells.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor, nn

CHARACTERS = "".join(map(chr, range(32, 127)))
OVERSAMPLING = 16


@dataclass(frozen=True, kw_only=True)
class TrueTypeConfig:
    """Options of `truetype`.

    Attributes:
        font: the path of a .ttf or .otf file; empty for Pillow's default font.
        height: the height of a cell, in pixels; the width follows from the font.
    """

    font: str = ""
    height: int = 18

    def __post_init__(self) -> None:
        """Validate the options."""
        if self.font and not Path(self.font).is_file():
            raise ValueError(f"there is no font file {self.font!r}")
        if not 4 <= self.height <= 256:
            raise ValueError("height must be from 4 to 256 pixels")


class TrueType(nn.Module):
    """The characters of a font, blended by their probabilities; the glyphs of the recipe are not used."""

    contract = 1
    Config = TrueTypeConfig
    differentiable = True
    linear = True
    glyphs: Tensor

    def __init__(self, config: TrueTypeConfig, glyphs: Tensor) -> None:
        super().__init__()
        drawn = draw(config.font, config.height)
        self.register_buffer("glyphs", drawn, persistent=False)
        self.cell = (drawn.shape[1], drawn.shape[2])
        levels = (drawn * 255).round().byte().numpy().tobytes()
        self.digest = hashlib.sha256(f"{self.cell}".encode() + levels).hexdigest()[:16]

    def forward(self, probs: Tensor) -> Tensor:
        """Map (B, 95, H, W) to the picture (B, 1, H·h, W·w), in [0, 1]: paper is 1, ink is 0."""
        batch, _, rows, columns = probs.shape
        height, width = self.cell
        cells = torch.einsum("bcyx,chw->byhxw", probs, self.glyphs.to(probs.dtype))
        return cells.reshape(batch, 1, rows * height, columns * width)


def draw(font: str, height: int) -> Tensor:
    """Draw the 95 printable characters: (95, height, width) float32 in [0, 1].

    Raises:
        ValueError: the file is not a font.
    """
    size = height * OVERSAMPLING
    try:
        face = ImageFont.truetype(font, size) if font else ImageFont.load_default(size)
    except OSError as error:
        raise ValueError(f"{font!r} cannot be read as a font ({error})") from error
    assert isinstance(face, ImageFont.FreeTypeFont)
    ascent, descent = face.getmetrics()
    advances = [face.getlength(character) for character in CHARACTERS]
    line, widest = ascent + descent, max(advances)
    width = max(1, round(height * widest / line))
    cells = []
    for character, advance in zip(CHARACTERS, advances, strict=True):
        image = Image.new("L", (round(widest), line), 255)
        ImageDraw.Draw(image).text(((widest - advance) / 2, 0), character, fill=0, font=face)
        cells.append(np.asarray(image.resize((width, height), Image.Resampling.BOX)))
    return torch.from_numpy(np.stack(cells)).float() / 255.0
