"""The constants of the shape distance, as arrays; see `shape`, and `asciivae.drawing.likeness`, for what they mean."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from asciivae.filters.windows import disc_window, gaussian_window
from asciivae.render.sheets import BUNDLED, stroke_array

BETA = 12.0
"""The sharpness of the soft dilation. Its exponentials (e^12) overflow half precision."""

REACH = 0.6
BLUR = 0.35
ACROSS = 0.25
CONTRAST = 1.15
NOISE = 0.03
DIRECTIONS = (0.0, 45.0, 90.0, 135.0)
MOVES = tuple(itertools.product((-1, 0, 1), (-1, 0, 1)))


@dataclass(frozen=True, kw_only=True)
class ShapeConfig:
    """Options of `shape`.

    Attributes:
        res: (h, w), pixels per character.
        stride: pixels between features; divides h and w.
        move_price: cost of shifting the whole page by one cell.
        font: font of the strokes: a bundled name, or the path of a font file.
    """

    res: tuple[int, int] = (6, 3)
    stride: int = 3
    move_price: float = 0.04
    font: str = BUNDLED[0]

    def __post_init__(self) -> None:
        """Reject a stride that does not divide the cell, and a negative price."""
        if self.stride < 1 or any(side % self.stride for side in self.res):
            raise ValueError("stride must divide both sides of res")
        if self.move_price < 0:
            raise ValueError("move_price must not be negative")


class ShapeTables(NamedTuple):
    """What the shape distance computes with.

    Attributes:
        strokes: (95, h, w) float32, the stroke atlas.
        dilation: (kh, kw) float64, K.
        filters: (5, kh, kw) float64: the Gaussian of the blur, and one for each direction.
        prices: (9,) float64, of the moves.
    """

    strokes: NDArray[np.float32]
    dilation: NDArray[np.float64]
    filters: NDArray[np.float64]
    prices: NDArray[np.float64]


def shape_tables(config: ShapeConfig = ShapeConfig()) -> ShapeTables:
    """Compute the tables for the options of `shape`."""
    height, width = config.res
    unit = (height / 2, float(width))
    dilation = 0.5 * disc_window(REACH, unit)
    dilation[dilation.shape[0] // 2, dilation.shape[1] // 2] = 1.0
    elongated = [gaussian_window(BLUR, ACROSS, degrees, unit) for degrees in DIRECTIONS]
    return ShapeTables(
        stroke_array(config.font, res=config.res),
        dilation,
        np.stack([gaussian_window(BLUR, BLUR, 0.0, unit), *elongated]),
        np.array([config.move_price * math.hypot(*move) for move in MOVES]),
    )
