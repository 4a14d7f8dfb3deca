"""The stroke atlas: where a glyph has a stroke of any thickness; ink = 1, paper = 0.

Area averaging makes thin strokes faint, and in a square cell horizontal ones fainter than vertical ones. Edge detection
needs to know whether a pixel contains a stroke. So each pixel is split 8 × 8, and its value is the larger of the
fractions of its rows and of its columns that contain ink: a line that crosses the pixel counts 1 whatever its
thickness. Below 15 % coverage the value fades linearly, so that a stroke slightly wider than a pixel does not spill
over into both neighbours.

The page Σ_c p_c · strokes_c is then the probability of a stroke at each pixel. Odd widths keep a vertical bar in one
column of pixels.
"""

from __future__ import annotations

import torch

from asciivae.render.sheets import BUNDLED, stroke_array


def stroke_atlas(font: str = BUNDLED[0], res: tuple[int, int] = (14, 7)) -> torch.Tensor:
    """Build the stroke atlas of a font, from its whole terminal cells.

    Args:
        font: a bundled name, or the path of a .ttf or .otf file.
        res: (h, w), pixels per character.

    Returns:
        (95, h, w) float32 in [0, 1], ink = 1.
    """
    return torch.from_numpy(stroke_array(font, res=res))
