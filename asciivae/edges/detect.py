"""Edge detectors on a page of characters: Laplacian of Gaussian, Sobel, Canny, closing, and stroke completion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from asciivae.filters.joining import GAP, joined
from asciivae.filters.windows import SOBEL, convolved, disc_window, log_window
from asciivae.render.sheets import BUNDLED, atlas_array, drawn, stroke_array

Method = Literal["joined", "log", "sobel", "canny", "closing"]
METHODS: tuple[Method, ...] = get_args(Method)

PICTURE_THRESHOLD = 0.15
"""The threshold of `log` and `sobel`, as a fraction of the largest response of a page."""

INK = 0.25
"""The threshold on ink of `closing`."""


@dataclass(frozen=True, kw_only=True)
class EdgeSettings:
    """Settings of edge detection.

    Attributes:
        method: `joined`, strokes completed across gaps; `log`, the Laplacian of Gaussian; `sobel`; `canny`;
            `closing`, a dilation followed by an erosion with a disc.
        res: (h, w), pixels per character.
        font: a bundled name, or the path of a font file.
        gap: with `joined`: the widest gap that is bridged, in cell widths.
        size: with `log`: the side of the kernel in pixels, odd.
        sigma: with `log` and `canny`: the standard deviation of the Gaussian, in pixels.
        radius: with `closing`: the radius of the disc, in cell widths.
        fill: how shaded regions are drawn: by their `outline`, or by their `skeleton`.
    """

    method: Method = "joined"
    res: tuple[int, int] = (14, 7)
    font: str = BUNDLED[0]
    gap: float = GAP
    size: int = 11
    sigma: float = 0.9
    radius: float = 0.75
    fill: Literal["outline", "skeleton"] = "outline"

    def __post_init__(self) -> None:
        """Validate the parameters of the filters."""
        if self.size < 1 or self.size % 2 == 0:
            raise ValueError("size must be odd")
        if min(self.gap, self.sigma, self.radius, *self.res) <= 0:
            raise ValueError("gap, sigma, radius and res must be positive")

    @property
    def unit(self) -> tuple[float, float]:
        """Pixels per cell width, (in y, in x); a cell is 1 wide and 2 high at any resolution."""
        return self.res[0] / 2, float(self.res[1])


def response(grid: NDArray[np.uint8], settings: EdgeSettings) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Detect the edges of a page.

    Args:
        grid: (h, w) class ids.
        settings: the detector.

    Returns:
        The edge strength at each pixel of the page, in [0, 1], and the edge mask.
    """
    if settings.method in ("joined", "closing"):
        strokes = drawn(grid, stroke_array(settings.font, res=settings.res))
        if settings.method == "joined":
            strength = joined(strokes, settings.res, gap=settings.gap).astype(np.float32)
            return strength, strength > 0.5
        closed = _closing(strokes > INK, settings)
        return closed.astype(np.float32), closed
    picture = drawn(grid, atlas_array(settings.font, res=settings.res))
    if settings.method == "canny":
        from skimage.feature import canny

        edges = canny(picture, sigma=settings.sigma, mode="constant", cval=1.0)
        return edges.astype(np.float32), edges
    # Of the ink, whose border is zero: windows that do not sum to 0 answer to paper too.
    if settings.method == "log":
        window = log_window(settings.size, settings.sigma)
        strength = (convolved(picture - 1.0, window[None])[0] + np.float32(window.sum())).clip(min=0.0)
    else:
        strength = np.sqrt((convolved(picture - 1.0, np.stack([SOBEL, SOBEL.T])) ** 2).sum(0) + 1e-12)
    # The response of a blank page is rounding noise, which must not be scaled up.
    strength = (strength / max(float(strength.max(initial=0.0)), 1e-3)).astype(np.float32)
    return strength, strength > PICTURE_THRESHOLD


def _closing(ink: NDArray[np.bool_], settings: EdgeSettings) -> NDArray[np.bool_]:
    from skimage.morphology import closing

    return np.asarray(closing(ink, disc_window(settings.radius, settings.unit).astype(np.uint8)))
