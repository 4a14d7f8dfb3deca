"""Animations of pages as GIF files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from asciivae.errors import AsciivaeError
from asciivae.files.atomic import write_output
from asciivae.report.png import GAP, LARGEST_PIXELS, grey_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from asciivae.text.art import Grid

HELD = 6
"""Factor of the duration of the first and the last page."""


def save_animation(path: Path, pages: Sequence[Grid], glyphs: Tensor | NDArray[np.float32], seconds: float) -> None:
    """Write pages as a looping GIF.

    Args:
        path: the file to write.
        pages: grids (h, w) of characters, all of one size.
        glyphs: (95, gh, gw) in [0, 1], paper = 1.
        seconds: duration of a page in seconds, rounded to 0.01; the first and the last are shown six times as long.

    Raises:
        AsciivaeError: the pages have more than 100 million pixels in all, or the file cannot be written.
    """
    from PIL import Image

    framed = [np.pad(page, GAP) for page in pages]
    if sum(page.size for page in framed) * glyphs[0].shape[0] * glyphs[0].shape[1] > LARGEST_PIXELS:
        raise AsciivaeError(
            f"{len(pages)} pages make more than {LARGEST_PIXELS // 10**6} million pixels",
            place=str(path),
            hint="use fewer steps: --steps 12",
        )
    pictures = [Image.fromarray(grey_picture(page, glyphs)) for page in framed]
    held = {0, len(pages) - 1}
    durations = [round(seconds * 1000) * (HELD if number in held else 1) for number in range(len(pages))]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer, format="GIF", save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=False
    )
    write_output(path, buffer.getvalue(), hint="name another --gif file")
