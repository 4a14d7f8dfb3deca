"""From the lines of a drawing to lines such as a picture gives: moved, broken, doubled, faint, with clutter around.

A tracer must meet in training what it meets at use. Everything works on a batch of pages (B, 12·H, 6·W) at once, and
every random number comes from one generator.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from asciivae.models.tracer import CELL
from asciivae.tracer.pairs import Mask, thinned
from asciivae.tracer.settings import Disturb


class Disturbed(NamedTuple):
    """Lines as a tracer sees them.

    Attributes:
        lines: (B, 1, 12·H, 6·W) float32 in [0, 1].
        clean: (B,) float32, 1 for the pages whose lines were left as they are.
    """

    lines: Tensor
    clean: Tensor


def disturbed(masks: Mask, config: Disturb, draw: np.random.Generator) -> Disturbed:
    """Disturb the joined lines (B, 12·H, 6·W) of pages."""
    batch = len(masks)
    clean = draw.random(batch) < config.clean
    fat = clean & (draw.random(batch) < config.fat)
    lines = np.zeros(masks.shape, np.float32)
    lines[clean] = np.where(fat[clean, None, None], masks[clean], thinned(masks[clean]))
    if not clean.all():
        lines[~clean] = _Disturbance(masks[~clean], config, draw)()
    return Disturbed(torch.from_numpy(lines)[:, None], torch.from_numpy(clean.astype(np.float32)))


class _Disturbance:
    """Disturbs the pages of one batch, all of which are not clean."""

    def __init__(self, masks: Mask, config: Disturb, draw: np.random.Generator) -> None:
        self.masks, self.config, self.draw = masks, config, draw
        self.shape = masks.shape

    def __call__(self) -> NDArray[np.float32]:
        config, draw = self.config, self.draw
        fat = self._warped()
        doubled = self._chosen(config.doubled)
        region = self._smooth(24.0) > draw.uniform(-0.5, 1.0, (len(fat), 1, 1))
        border = _dilated(fat, 3) & ~_dilated(fat, 1)
        fat = np.where(doubled & region, border, fat)
        thin = thinned(fat)
        thin = self._without_some(thin)
        holes = self._smooth(2.5) > draw.uniform(1.3, 2.4, (len(thin), 1, 1))
        thin &= ~(holes & self._chosen(config.gaps))
        strength = np.where(
            self._chosen(config.faint),
            np.clip(draw.uniform(0.4, 1.0, (len(thin), 1, 1)) + 0.15 * self._smooth(16.0), 0.2, 1.0),
            1.0,
        ).astype(np.float32)
        # Other lines are drawn where no line is, and next to none, and fainter than lines more often than not.
        near = _dilated(thin, 2)
        for extra in (self._texture(), self._strangers(thin)):
            level = np.clip(draw.uniform(0.15, 0.8, (len(thin), 1, 1)) + 0.1 * self._smooth(16.0), 0.1, 1.0)
            strength = np.where(extra & ~near, level.astype(np.float32), strength * (thin | near))
            thin = thin | (extra & ~near)
        wide = self._chosen(config.weight)
        lines = np.where(thin, strength, 0.0).astype(np.float32)
        return np.where(wide, _spread(lines, int(draw.integers(2, 4))), lines)

    def _chosen(self, probability: float) -> Mask:
        """(B, 1, 1): the pages that get a disturbance."""
        return self.draw.random((len(self.masks), 1, 1)) < probability

    def _smooth(self, scale: float) -> NDArray[np.float32]:
        """Smooth noise (B, 12·H, 6·W) of about unit deviation that changes over about `scale` pixels."""
        batch, height, width = self.shape
        coarse = (batch, 1, max(3, round(height / scale) + 3), max(3, round(width / scale) + 3))
        noise = torch.from_numpy(self.draw.standard_normal(coarse, np.float32))
        smooth = functional.interpolate(noise, (height, width), mode="bicubic", align_corners=False)
        return np.asarray(1.3 * smooth[:, 0].numpy())

    def _warped(self) -> Mask:
        """The masks, smoothly warped and shifted; still fat."""
        batch, height, width = self.shape
        # Small warps are more frequent than large ones.
        size = self.draw.uniform(0.0, 1.0, (batch, 1, 1, 1)) ** 1.5 * np.array(self.config.warp)
        move = self.draw.uniform(-self.config.shift, self.config.shift, (batch, 1, 1, 2))
        scale = float(self.draw.uniform(1.5, 5.0)) * CELL[0]
        flow = np.stack([self._smooth(scale), self._smooth(scale)], axis=-1) * size + move
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        # grid_sample takes (x, y) in [-1, 1] from edge to edge.
        where = np.stack(
            [2.0 * (x + 0.5 + flow[..., 1]) / width - 1.0, 2.0 * (y + 0.5 + flow[..., 0]) / height - 1.0], axis=-1
        ).astype(np.float32)
        source = torch.from_numpy(self.masks.astype(np.float32))[:, None]
        moved = functional.grid_sample(source, torch.from_numpy(where), align_corners=False)
        return np.asarray(moved[:, 0].numpy() > 0.5)

    def _without_some(self, thin: Mask) -> Mask:
        """Drop segments between junctions, at most a fifth of a page's."""
        from skimage.measure import label

        batch = len(thin)
        neighbours = _neighbours(thin)
        labels = np.asarray(label((thin & (neighbours <= 2)).reshape(-1, thin.shape[2]), connectivity=2))
        dropped = self.draw.random(int(labels.max()) + 1)
        share = self.draw.uniform(0.0, 0.2, (batch, 1, 1)) * self._chosen(self.config.missing)
        gone = (labels.reshape(thin.shape) > 0) & (dropped[labels].reshape(thin.shape) < share)
        return np.asarray(thin & ~gone)

    def _texture(self) -> Mask:
        """Contours of noise in a part of the page, in crumbs: what a texture leaves in an edge detector."""
        level = self._smooth(float(self.draw.uniform(4.0, 12.0))) > self.draw.uniform(
            -0.5, 1.5, (len(self.masks), 1, 1)
        )
        contour = level & ~_eroded(level)
        region = self._smooth(float(self.draw.uniform(16.0, 48.0))) > self.draw.uniform(0.3, 1.5, (len(level), 1, 1))
        crumbs = self._smooth(4.0) < self.draw.uniform(-0.5, 2.5, (len(level), 1, 1))
        return np.asarray(contour & region & crumbs & self._chosen(self.config.texture))

    def _strangers(self, thin: Mask) -> Mask:
        """A part of the lines of another page, moved."""
        other = np.roll(thin, 1, axis=0)
        other = np.roll(other, tuple(self.draw.integers(-40, 41, 2)), axis=(1, 2))
        region = self._smooth(32.0) > self.draw.uniform(0.3, 1.5, (len(thin), 1, 1))
        return np.asarray(other & region & self._chosen(self.config.strangers))


def _dilated(mask: Mask, radius: int) -> Mask:
    """A mask grown by `radius` pixels in all directions, as squares."""
    return np.asarray(_spread(mask.astype(np.float32), 2 * radius + 1) > 0.5)


def _eroded(mask: Mask) -> Mask:
    """A mask without its pixels that touch paper above, below, left or right."""
    padded = np.pad(mask, ((0, 0), (1, 1), (1, 1)), mode="edge")
    return np.asarray(mask & padded[:, 2:, 1:-1] & padded[:, :-2, 1:-1] & padded[:, 1:-1, 2:] & padded[:, 1:-1, :-2])


def _spread(lines: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """The maximum over squares of `width` pixels; an even one lies half a pixel up and left."""
    above = width // 2
    below = width - 1 - above
    padded = functional.pad(torch.from_numpy(lines)[:, None], (above, below, above, below))
    return np.asarray(functional.max_pool2d(padded, width, stride=1)[:, 0].numpy())


def _neighbours(thin: Mask) -> NDArray[np.float32]:
    """How many of its eight neighbours are lines, for each pixel of a line."""
    counted = functional.avg_pool2d(torch.from_numpy(thin.astype(np.float32))[:, None], 3, stride=1, padding=1)
    return np.asarray((9.0 * counted[:, 0]).round().numpy()) - thin
