"""Rasterising the 95 characters of a font to two sheets of 64 × 64 glyphs, as they appear in a terminal.

A sheet is a (95, 64, 64) uint8 array in charset order, paper = 255, ink = 0:

- *tight*: the terminal cell (advance × line height) stretched over the whole square, so that strokes that touch in a
  terminal touch here;
- *logged*: the layout of the research log's glyph pictures, with all ink in rows 14-55 and columns 19-43 and margins
  around it, so that the log's `font_zoom` has the same effect.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from asciivae.errors import AsciivaeError
from asciivae.text.charset import CHARSET

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 64
LOGGED_TOP, LOGGED_LEFT, LOGGED_HEIGHT, LOGGED_WIDTH = 14, 19, 42, 25
OVERSAMPLING = 16
LARGEST = 4
"""The longest side of a cell and reach of a glyph, in em."""


def rasterise(font: Path) -> dict[str, NDArray[np.uint8]]:
    """Draw a TrueType or OpenType font.

    Args:
        font: the font file. The characters of a proportional font are centred in cells as wide as the widest one.

    Returns:
        The sheets `tight` and `logged`, each (95, 64, 64) uint8.

    Raises:
        AsciivaeError: the file is missing, is not a font, is damaged or exceeds the limits, or has glyphs for none of
            the characters.
    """
    try:
        cells = _drawn(font)
    except AsciivaeError:
        raise
    except Exception as error:  # FreeType and Pillow report damaged glyphs by many classes
        raise AsciivaeError(
            f"cannot be read as a font ({error})", place=str(font), hint="give a .ttf or .otf file"
        ) from error
    if not any((cell < 128).any() for cell in cells):
        raise AsciivaeError(
            "has no glyphs for printable ASCII characters",
            place=str(font),
            hint="give a text font, not a symbol font",
        )
    return {
        "tight": np.stack([_average(cell, SIDE, SIDE) for cell in cells]),
        "logged": _in_logged_layout(np.stack(cells)),
    }


def _drawn(font: Path) -> list[NDArray[np.uint8]]:
    """The terminal cell of each character, (height, width) uint8."""
    from PIL import Image, ImageDraw, ImageFont

    # At 16 × 64 pixels of height, the error of area averaging is negligible.
    size = SIDE * OVERSAMPLING
    face = ImageFont.truetype(str(font), size)
    ascent, descent = face.getmetrics()
    advances = [face.getlength(character) for character in CHARSET]
    cell_height, cell_width = ascent + descent, round(max(advances))
    # Checked before memory is taken for any picture.
    boxes = [face.getbbox(character) for character in CHARSET]
    reach = max(abs(side) for box in boxes for side in box)
    sides = (cell_height, cell_width)
    if min(*sides, *advances) < 0 or min(sides) == 0 or max(*sides, reach) > LARGEST * size:
        raise AsciivaeError(
            f"has cells of {cell_height / size:.3g} × {cell_width / size:.3g} em and glyphs that reach "
            f"{reach / size:.3g} em; the limit is {LARGEST} em",
            place=str(font),
            hint="give another font; this one is damaged, or states a wrong number of units per em",
        )
    cells = []
    for character, advance in zip(CHARSET, advances, strict=True):
        image = Image.new("L", (cell_width, cell_height), 255)
        ImageDraw.Draw(image).text(((cell_width - advance) / 2, 0), character, fill=0, font=face)
        cells.append(np.asarray(image))
    return cells


def _in_logged_layout(cells: NDArray[np.uint8]) -> NDArray[np.uint8]:
    inked_rows = np.flatnonzero((cells < 128).any(axis=(0, 2)))
    inked = cells[:, inked_rows[0] : inked_rows[-1] + 1]
    sheet = np.full((len(cells), SIDE, SIDE), 255, np.uint8)
    window = np.stack([_average(cell, LOGGED_HEIGHT, LOGGED_WIDTH) for cell in inked])
    rows = slice(LOGGED_TOP, LOGGED_TOP + LOGGED_HEIGHT)
    sheet[:, rows, LOGGED_LEFT : LOGGED_LEFT + LOGGED_WIDTH] = window
    return sheet


def _average(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    from PIL import Image

    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BOX))
