"""The edges of a photo that a drawing needs: those that persist over scales, stand out, and are long.

1. The picture is flattened by total variation (Rudin, Osher & Fatemi 1992): weak texture goes, strong edges stay.
2. The strength of an edge is the geometric mean of the colour gradient (Di Zenzo 1986) at a fine and at a coarse scale,
   each scaled so that a step between areas answers alike. What a texture makes is strong at the fine scale only.
3. What is strong all around is texture: the mean strength of a ring is subtracted (surround suppression, Grigorescu,
   Petkov & Westenberg 2003).
4. Non-maximum suppression and hysteresis (Canny 1986) leave lines of one pixel, which are cut at junctions; the
   segments are kept by their length and strength as long as the page has room for ink.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asciivae.drawing.raster import (
    Field,
    Mask,
    between_pixels,
    components,
    flattened,
    neighbours,
    smoothed,
    thinned,
    widened,
)

FINE, COARSE = 1.0, 2.6
"""Deviations of the two scales, in pixels; a cell is 6 pixels wide."""

RING = (4.0, 9.0)
"""Deviations of the inner and the outer Gaussian of the surround, in pixels."""

TV_ROUNDS, TV_BAND = 25, 360

NOISE_FLOOR = 0.012
"""Below this strength nothing is an edge, whatever the picture: rounding, and the blocks of a JPEG."""


def picture_edges(rgb: NDArray[np.uint8], cell: tuple[int, int], detail: float) -> Field:
    """Find the edges that matter.

    Args:
        rgb: (h, w, 3) uint8, at the resolution of the page.
        cell: (h, w), pixels per character, the unit of length.
        detail: from 0, the main contours only, to 1, nearly everything.

    Returns:
        The strength (h, w) in [0, 1] of lines of one pixel; 0 where there is none.
    """
    channels = _opponent(rgb)
    _flatten(channels, weight=0.10 - 0.07 * detail)
    fine, angle = _gradient(channels, FINE)
    coarse, _ = _gradient(channels, COARSE)
    del channels
    strength = np.sqrt(fine * coarse)
    suppressed = np.maximum(strength - (1.3 - 0.9 * detail) * _surround(strength), 0.0)
    ridge = _non_maximum(suppressed, angle)
    return _chosen(ridge, suppressed, cell, detail)


def _opponent(rgb: NDArray[np.uint8]) -> Field:
    """(3, h, w): luma, and blue and red against it, which count half: eyes see less detail in colour."""
    opponent = np.empty((3, *rgb.shape[:2]), np.float32)
    luma = np.asarray(rgb @ np.array([0.299, 0.587, 0.114], np.float32) / np.float32(255.0), np.float32)
    opponent[0] = luma
    opponent[1] = np.float32(0.35) * (rgb[..., 2] / np.float32(255.0) - luma)
    opponent[2] = np.float32(0.45) * (rgb[..., 0] / np.float32(255.0) - luma)
    return opponent


def _flatten(channels: Field, weight: float) -> None:
    """Flatten (3, h, w) in place, in bands, for the memory; no pixel sees farther than there are rounds."""
    height = channels.shape[1]
    for channel in channels:
        bands = [
            (top, max(0, top - TV_ROUNDS), channel[max(0, top - TV_ROUNDS) : top + TV_BAND + TV_ROUNDS])
            for top in range(0, height, TV_BAND)
        ]
        smooth = [flattened(band, weight, TV_ROUNDS)[top - first :][:TV_BAND] for top, first, band in bands]
        np.concatenate(smooth, out=channel)


def _gradient(channels: Field, sigma: float) -> tuple[Field, Field]:
    """The length of the colour gradient, a step of height 1 answering about 0.4, and its angle in radians."""
    xx, yy, xy = (np.zeros(channels.shape[1:], np.float32) for _ in range(3))
    for channel in channels:  # one at a time, for the memory
        dy, dx = (smoothed(channel, sigma, order=order) for order in ((1, 0), (0, 1)))
        xy += dx * dy
        xx += np.square(dx, out=dx)
        yy += np.square(dy, out=dy)
    apart = xx - yy
    xx += yy
    xx += np.sqrt(apart**2 + 4.0 * xy**2)
    length = np.sqrt(np.maximum(0.5 * xx, 0.0, out=yy), out=yy)
    return sigma * length, 0.5 * np.arctan2(2.0 * xy, apart)


def _surround(strength: Field) -> Field:
    """The mean strength on a ring around each pixel."""
    inner, outer = RING
    # The difference of two Gaussian means, without the centre: its weights sum to one.
    share = (inner / outer) ** 2
    ring = (smoothed(strength, outer) - share * smoothed(strength, inner)) / (1.0 - share)
    return np.maximum(ring, 0.0)


def _non_maximum(strength: Field, angle: Field) -> Field:
    """Keep what is at least as strong as both neighbours across the edge; those lie between pixels."""
    kept = np.zeros_like(strength)
    y, x = np.nonzero(strength > NOISE_FLOOR)
    here, turned = strength[y, x], angle[y, x]
    dy, dx = np.sin(turned), np.cos(turned)
    ahead, behind = (between_pixels(strength, y + way * dy, x + way * dx).astype(np.float32) for way in (1, -1))
    kept[y, x] = np.where((here >= ahead) & (here > behind), here, 0.0)
    return kept


def _chosen(ridge: Field, suppressed: Field, cell: tuple[int, int], detail: float) -> Field:
    """Hysteresis, then the segments that are worth their ink."""
    found = np.zeros(ridge.shape, np.float32)
    on_ridges = ridge[ridge > NOISE_FLOOR]
    if not on_ridges.size:
        return found
    reference = float(np.quantile(on_ridges, 0.97))
    high = max(NOISE_FLOOR, (0.36 - 0.28 * detail) * reference)
    low = max(NOISE_FLOOR, 0.4 * high)
    mask = thinned(_hysteresis(ridge, low, high))
    pieces = segments(mask)
    labels, count = components(pieces)
    if not count:
        return found
    piece = labels[pieces]
    lengths = np.bincount(piece, minlength=count + 1).astype(np.float64)
    sums = np.bincount(piece, weights=suppressed[pieces], minlength=count + 1)
    means = np.minimum(sums / np.maximum(lengths, 1.0) / reference, 1.0)
    # A contour as a whole is worth more than its pieces: each segment is judged by its component, too.
    whole = components(mask).labels
    whole_lengths = np.bincount(whole[mask]).astype(np.float64)
    component = np.zeros(count + 1, np.int64)
    component[piece] = whole[pieces]
    height, width = cell
    reach = np.minimum(whole_lengths[component], 12.0 * height) / height
    worth = means * np.sqrt(np.minimum(lengths, 4.0 * height) / height) * np.sqrt(reach)
    worth[0] = 0.0
    keep = whole_lengths[component] >= (1.6 - 1.2 * detail) * height
    keep &= lengths >= (0.5 - 0.4 * detail) * width
    keep[0] = False
    order = np.argsort(-worth, kind="stable")
    order = order[keep[order]]
    budget = (0.10 + 0.28 * detail) * ridge.size / (height * width) * 8.0  # pixels: a cell's line has about 8
    used = np.cumsum(lengths[order])
    chosen = np.zeros(count + 1, np.bool_)
    chosen[order[used <= max(budget, lengths[order[:1]].sum())]] = True
    lines = chosen[labels]
    # The junctions between segments that stay.
    lines |= mask & (labels == 0) & widened(lines)
    found[lines] = np.clip(0.35 + 0.65 * means[labels[lines]], 0.0, 1.0)
    return found


def _hysteresis(ridge: Field, low: float, high: float) -> Mask:
    """What is stronger than `low` and connected, over the sides of pixels, to something stronger than `high`."""
    labels, count = components(ridge > low, diagonal=False)
    strong = np.zeros(count + 1, np.bool_)
    strong[labels[ridge > high]] = True
    return np.asarray(strong[labels])


def segments(mask: Mask) -> Mask:
    """Lines of one pixel without their junctions, so that connected components are the pieces between them."""
    return mask & (neighbours(mask) <= 2)
