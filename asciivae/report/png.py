"""Pictures of drawings, as PNG files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from asciivae.errors import AsciivaeError
from asciivae.files.atomic import write_output
from asciivae.render.sheets import drawn
from asciivae.text.charset import encode, label

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image
    from torch import Tensor

    from asciivae.text.art import Grid

Item = TypeVar("Item")
GAP = 2
"""Blank cells between two drawings, and around all of them."""
TITLE = 3
"""The cells of a title above a drawing, with blank ones around it."""
PER_ROW = 4
LARGEST_PIXELS = 100_000_000


def in_rows(items: Sequence[Item]) -> list[Sequence[Item]]:
    """Split drawings, or their titles, into rows of `PER_ROW` for `save_drawings`."""
    return [items[first : first + PER_ROW] for first in range(0, len(items), PER_ROW)]


def save_drawings(
    path: Path,
    rows: Sequence[Sequence[Grid]],
    glyphs: Tensor | NDArray[np.float32],
    titles: Sequence[Sequence[str]] = (),
) -> None:
    """Draw rows of pieces, side by side in each row, into one greyscale PNG file. With titles, rules divide the rows.

    Args:
        path: the file to write.
        rows: grids (h, w) of characters.
        glyphs: (95, gh, gw) in [0, 1], paper = 1.
        titles: the names of the pieces, which are written above them as far as there is room.

    Raises:
        AsciivaeError: the picture would be larger than 100 million pixels, or cannot be written.
    """
    from PIL.Image import fromarray

    heights = [max(grid.shape[0] for grid in row) for row in rows]
    columns = max(len(row) for row in rows)
    widths = [max(row[i].shape[1] for row in rows if i < len(row)) for i in range(columns)]
    above = TITLE if titles else 0
    height, width = sum(heights) + (GAP + above) * len(rows) + GAP, sum(widths) + GAP * (columns + 1)
    if height * width * glyphs[0].shape[0] * glyphs[0].shape[1] > LARGEST_PIXELS:
        raise AsciivaeError(
            f"{len(rows)} drawings make a picture of more than {LARGEST_PIXELS // 10**6} million pixels",
            place=str(path),
            hint="draw fewer at a time",
        )
    page = np.zeros((height, width), np.uint8)
    top = GAP
    for number, (row, row_height) in enumerate(zip(rows, heights, strict=True)):
        if above and number:
            page[top - 1, GAP:-GAP] = encode("-")
        top += above
        left = GAP
        for i, (grid, column_width) in enumerate(zip(row, widths, strict=False)):
            if above:
                title = encode(label(titles[number][i], column_width + GAP - 1))
                page[top - above + 1, left : left + title.size] = title
            page[top : top + grid.shape[0], left : left + grid.shape[1]] = grid
            left += column_width + GAP
        top += row_height + GAP
    write_output(path, png_bytes(fromarray(grey_picture(page, glyphs))), hint="name another --png file")


def png_bytes(image: Image) -> bytes:
    """Encode a picture as PNG."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def grey_picture(grid: Grid, glyphs: Tensor | NDArray[np.float32]) -> NDArray[np.uint8]:
    """Draw a page (H, W) of characters with glyphs (95, h, w) in [0, 1] as an 8-bit greyscale picture (H·h, W·w)."""
    atlas = (np.asarray(glyphs) * 255).round().astype(np.uint8)
    return drawn(grid, atlas)
