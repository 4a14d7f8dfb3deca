"""Shading: characters chosen for the brightness and the structure of what is under them, through the font's own glyphs.

The tones are stretched locally (adaptive equalisation, half-way), and mapped to the ink that the font can give. A cell
then takes the character whose glyph, softened, is nearest to what the picture shows there, plus what the cells before
it left over of its brightness (error diffusion, Floyd & Steinberg 1976).
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from asciivae.drawing.lines import CELL
from asciivae.render.sheets import atlas_array
from asciivae.text.art import Grid
from asciivae.text.charset import CHARSET, SPACE

SOFTNESS = 1.5
"""Deviation of the blur under which glyph and picture are compared, in pixels; a cell is 6 wide."""

BRIGHTNESS = 6.0
"""How much more than the structure of a cell its mean counts."""

SPREAD = 0.75
"""How much of the error in brightness is handed on."""

TONES = " .`',:;-_~^\"!|/\\()<>+*=ox%#@"
"""What is shaded with: letters, digits and brackets are read instead of looked at."""

EQUALISED = 0.35

Field = NDArray[np.float32]


def shade(grey: Field, cells: tuple[int, int]) -> Grid:
    """Shade a page.

    Args:
        grey: (12·H, 6·W) in [0, 1], paper = 1.
        cells: (H, W).

    Returns:
        (H, W) uint8 class ids.
    """
    glyphs, means, costs = _glyphs()
    darkness = _darkness(grey) * float(means.max())
    rows, columns = cells
    soft = _softened(darkness)
    patches = soft.reshape(rows, CELL[0], columns, CELL[1]).swapaxes(1, 2).reshape(rows, columns, -1)
    tones = darkness.reshape(rows, CELL[0], columns, CELL[1]).mean(axis=(1, 3))
    # |patch - glyph|² = |patch|² - 2 patch · glyph + |glyph|², the first of which no choice changes.
    structure = (-2.0 * patches @ glyphs.T + (glyphs**2).sum(1)) / glyphs.shape[1] + costs
    grid = np.full(cells, SPACE, np.uint8)
    owed = np.zeros((rows + 1, columns + 2), np.float64)
    for row in range(rows):
        for column in range(columns):
            wanted = float(np.clip(tones[row, column] + SPREAD * owed[row, column + 1], 0.0, means.max()))
            if wanted < 0.25 * means[1:].min():
                chosen = SPACE
            else:
                chosen = int((structure[row, column] + BRIGHTNESS * (wanted - means) ** 2).argmin())
            grid[row, column] = chosen
            left = wanted - means[chosen]
            owed[row, column + 2] += left * 7 / 16
            owed[row + 1, column : column + 3] += left * np.array([3.0, 5.0, 1.0]) / 16
    return grid


def with_lines_on_top(shaded: Grid, drawn: Grid) -> Grid:
    """The characters of a line drawing over a shaded page, both (H, W)."""
    return np.where(drawn != SPACE, drawn, shaded)


def _darkness(grey: Field) -> Field:
    """0 for paper, 1 for the darkest, with local contrast; a page of one tone stays as it is."""
    from skimage.exposure import equalize_adapthist

    low, high = (float(value) for value in np.quantile(grey, (0.01, 0.99)))
    if high - low < 0.02:
        return np.asarray(np.clip(1.0 - grey, 0.0, 1.0))
    stretched = np.clip((grey - low) / (high - low), 0.0, 1.0)
    if min(grey.shape) >= 16:
        local = np.asarray(equalize_adapthist(stretched, clip_limit=0.01), np.float32)
        paper = stretched > 0.97
        stretched = np.where(paper, stretched, (1.0 - EQUALISED) * stretched + EQUALISED * local)
    return np.asarray(1.0 - stretched, np.float32)


def _softened(field: Field) -> Field:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(field, SOFTNESS, mode="nearest"), np.float32)


@functools.cache
def _glyphs() -> tuple[Field, Field, Field]:
    """Softened ink (95, 72), its mean (95,) and what each character costs (95,)."""
    from scipy.ndimage import gaussian_filter

    ink = 1.0 - atlas_array(res=CELL)
    padded = np.pad(ink, ((0, 0), (4, 4), (4, 4)))
    soft = gaussian_filter(padded, (0.0, SOFTNESS, SOFTNESS))[:, 4:-4, 4:-4].reshape(len(ink), -1)
    costs = np.array([0.0 if character in TONES else 1e6 for character in CHARSET], np.float32)
    return soft.astype(np.float32), ink.mean(axis=(1, 2)).astype(np.float32), costs
