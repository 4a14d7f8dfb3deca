"""The glyph atlas: a (95, h, w) float32 tensor in [0, 1], paper = 1, ink = 0, in charset order.

An atlas is cut from a sheet of 64 × 64 glyphs (see `rasterise`) in one of two ways:

- `tight`: the whole terminal cell, area-averaged; strokes of adjacent cells touch;
- `logged`: as in the research log. `zoom` rows are cut at the top and as many columns at the left, none at the bottom
  or right, and the rest is resized bilinearly, in the log without antialiasing, and rounded to 8 bits.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import torch

from asciivae.render.sheets import BUNDLED, Cell, cut_array, load_sheet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def atlas(
    font: str = BUNDLED[0],
    *,
    cell: Cell = "tight",
    res: tuple[int, int] = (18, 9),
    zoom: int = 0,
    antialias: bool = True,
) -> torch.Tensor:
    """Build the atlas of a font.

    Args:
        font: a bundled name, or the path of a .ttf or .otf file.
        cell: how the cell is cut from the sheet (see the module).
        res: (h, w), pixels per character.
        zoom: rows and columns cut at the top and left; only with the logged cell.
        antialias: with the logged cell, whether to antialias when shrinking; the log did not.

    Returns:
        (95, h, w) float32 in [0, 1].
    """
    return cut(load_sheet(font, cell), cell=cell, res=res, zoom=zoom, antialias=antialias)


def cut(
    sheet: NDArray[np.uint8],
    *,
    cell: Cell,
    res: tuple[int, int],
    zoom: int = 0,
    antialias: bool = True,
) -> torch.Tensor:
    """Cut an atlas (95, h, w) from a sheet (95, 64, 64) uint8; the arguments are those of `atlas`."""
    return torch.from_numpy(cut_array(sheet, cell=cell, res=res, zoom=zoom, antialias=antialias))


def digest(glyphs: torch.Tensor) -> str:
    """A hash of an atlas at 8 bits per pixel: 16 hexadecimal digits."""
    shape = "x".join(map(str, glyphs.shape))
    # Many area averages are halfway between two levels; in float32 they round the same in every precision.
    pixels = (glyphs.detach().cpu().float() * 255).round().to(torch.uint8).numpy().tobytes()
    return hashlib.sha256(shape.encode() + b":" + pixels).hexdigest()[:16]
