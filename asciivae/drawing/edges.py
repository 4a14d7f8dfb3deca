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

Field = NDArray[np.float32]
Mask = NDArray[np.bool_]

FINE, COARSE = 1.0, 2.6
"""Deviations of the two scales, in pixels; a cell is 6 pixels wide."""

RING = (4.0, 9.0)
"""Deviations of the inner and the outer Gaussian of the surround, in pixels."""

BAND = 128
"""Rows of pixels that are worked on at once, for the memory."""

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
    channels = _flattened(_opponent(rgb), weight=0.10 - 0.07 * detail)
    fine, angle = _gradient(channels, FINE)
    coarse, _ = _gradient(channels, COARSE)
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


def _flattened(channels: Field, weight: float) -> Field:
    from skimage.restoration import denoise_tv_chambolle

    flat = np.empty_like(channels)
    height = channels.shape[1]
    for number, channel in enumerate(channels):
        for top in range(0, height, TV_BAND):  # in bands, for the memory; no pixel sees farther than there are rounds
            first = max(0, top - TV_ROUNDS)
            band = channel[first : top + TV_BAND + TV_ROUNDS]
            smooth = denoise_tv_chambolle(band, weight=weight, max_num_iter=TV_ROUNDS)
            flat[number, top : top + TV_BAND] = smooth[top - first : top - first + TV_BAND]
    return flat


def _blurred(field: Field, sigma: float) -> Field:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(field, sigma, mode="nearest", truncate=3.0), np.float32)


def _gradient(channels: Field, sigma: float) -> tuple[Field, Field]:
    """The length of the colour gradient, a step of height 1 answering about 0.4, and its angle in radians."""
    from scipy.ndimage import gaussian_filter

    xx, yy, xy = (np.zeros(channels.shape[1:], np.float32) for _ in range(3))
    for channel in channels:  # one at a time, for the memory
        dy, dx = (
            gaussian_filter(channel, sigma, order=order, mode="nearest", truncate=3.0) for order in ((1, 0), (0, 1))
        )
        xx += dx * dx
        yy += dy * dy
        xy += dx * dy
    root = np.sqrt((xx - yy) ** 2 + 4.0 * xy**2)
    length = np.sqrt(np.maximum(0.5 * (xx + yy + root), 0.0))
    return (sigma * length).astype(np.float32), (0.5 * np.arctan2(2.0 * xy, xx - yy)).astype(np.float32)


def _surround(strength: Field) -> Field:
    """The mean strength on a ring around each pixel."""
    inner, outer = RING
    # The difference of two Gaussian means, without the centre: its weights sum to one.
    share = (inner / outer) ** 2
    ring = (_blurred(strength, outer) - share * _blurred(strength, inner)) / (1.0 - share)
    return np.maximum(ring, 0.0)


def _non_maximum(strength: Field, angle: Field) -> Field:
    """Keep what is at least as strong as both neighbours across the edge; those lie between pixels."""
    from scipy.ndimage import map_coordinates

    kept = np.zeros_like(strength)
    x = np.arange(strength.shape[1], dtype=np.float32)
    for top in range(0, len(strength), BAND):
        rows = slice(top, top + BAND)
        here, turned = strength[rows], angle[rows]
        dy, dx = np.sin(turned), np.cos(turned)
        y = np.arange(top, top + len(here), dtype=np.float32)[:, None]
        ahead = map_coordinates(strength, [y + dy, x + dx], order=1, mode="nearest")
        behind = map_coordinates(strength, [y - dy, x - dx], order=1, mode="nearest")
        kept[rows] = np.where((here > 0.0) & (here >= ahead) & (here > behind), here, 0.0)
    return kept


def _chosen(ridge: Field, suppressed: Field, cell: tuple[int, int], detail: float) -> Field:
    """Hysteresis, then the segments that are worth their ink."""
    from skimage.filters import apply_hysteresis_threshold
    from skimage.measure import label
    from skimage.morphology import skeletonize

    on_ridges = ridge[ridge > NOISE_FLOOR]
    if not on_ridges.size:
        return np.zeros(ridge.shape, np.float32)
    reference = float(np.quantile(on_ridges, 0.97))
    high = max(NOISE_FLOOR, (0.36 - 0.28 * detail) * reference)
    low = max(NOISE_FLOOR, 0.4 * high)
    mask = np.asarray(skeletonize(apply_hysteresis_threshold(ridge, low, high)))
    labels, count = label(segments(mask), connectivity=2, return_num=True)
    if not count:
        return np.zeros(ridge.shape, np.float32)
    lengths = np.bincount(labels.ravel(), minlength=count + 1).astype(np.float64)
    sums = np.bincount(labels.ravel(), weights=suppressed.ravel(), minlength=count + 1)
    means = np.minimum(sums / np.maximum(lengths, 1.0) / reference, 1.0)
    # A contour as a whole is worth more than its pieces: each segment is judged by its component, too.
    whole = np.asarray(label(mask, connectivity=2))
    whole_lengths = np.bincount(whole.ravel()).astype(np.float64)
    component = np.zeros(count + 1, np.int64)
    component[labels.ravel()] = whole.ravel()
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
    from skimage.morphology import dilation

    lines |= mask & (labels == 0) & dilation(lines, np.ones((3, 3)))
    return np.where(lines, np.clip(0.35 + 0.65 * means[labels], 0.0, 1.0), 0.0).astype(np.float32)


def segments(mask: Mask) -> Mask:
    """Lines of one pixel without their junctions, so that connected components are the pieces between them."""
    from scipy.ndimage import uniform_filter

    neighbours = np.rint(uniform_filter(mask.astype(np.float32), 3, mode="constant") * 9.0) - mask
    return np.asarray(mask & (neighbours <= 2))
