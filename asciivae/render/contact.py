"""Contact sheets: several pieces of a corpus in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.store import Corpus
from asciivae.render.glyphs import atlas
from asciivae.text.art import Grid
from asciivae.text.charset import encode, label

if TYPE_CHECKING:
    from PIL.Image import Image

CELL = (14, 7)
TILE = 240
GAP = 12
COLUMNS = 6


def contact_sheet(corpus: Corpus, pieces: Sequence[int], *, columns: int = COLUMNS) -> Image:
    """Draw pieces in a grid, each scaled down to fit its tile, with its category below.

    Args:
        corpus: the corpus.
        pieces: the indices of the pieces, at least one.
        columns: tiles in a row.

    Returns:
        A grey picture, (columns · 252 + 12) pixels wide.
    """
    from PIL import Image

    glyphs = (atlas(res=CELL).numpy() * 255).round().astype(np.uint8)
    columns = min(columns, len(pieces))
    rows = -(-len(pieces) // columns)
    below = CELL[0] + GAP // 2
    size = (columns * (TILE + GAP) + GAP, rows * (TILE + below + GAP) + GAP)
    sheet = Image.new("L", size, 255)
    names = corpus.column("category") if "category" in corpus.columns else corpus.column("id")
    for place, piece in enumerate(pieces):
        left = GAP + place % columns * (TILE + GAP)
        top = GAP + place // columns * (TILE + below + GAP)
        drawing = Image.fromarray(_drawn(corpus.grid(piece), glyphs))
        drawing.thumbnail((TILE, TILE), Image.Resampling.LANCZOS)
        sheet.paste(drawing, (left + (TILE - drawing.width) // 2, top + (TILE - drawing.height) // 2))
        name = label(names[piece], TILE // CELL[1])
        if name:
            sheet.paste(Image.fromarray(_drawn(encode(name)[None], glyphs)), (left, top + TILE + GAP // 2))
    return sheet


def _drawn(grid: Grid, glyphs: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture (H·h, W·w) of an (H, W) grid with (95, h, w) glyphs."""
    height, width = grid.shape
    return glyphs[grid].swapaxes(1, 2).reshape(height * glyphs.shape[1], width * glyphs.shape[2])
