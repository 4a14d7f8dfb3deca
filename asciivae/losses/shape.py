"""The shape distance between two pages (`shape`): tolerant of a shift by one cell, sensitive to broken contours.

Pixel losses and cross-entropy prefer the blank page as soon as a decoder is uncertain of the position of a drawing by
one cell; this measure does not. Lengths are in cell widths, a cell is 1 wide and 2 high. For pages P and Q:

1. x = Σ_c p_c · strokes_c, the probability of a stroke at each pixel of small cells;
2. f = min(1, 1/12 ln(1 + K * (e^(12 x) - 1))), a soft dilation: K is ½ on a disc of radius 0.6 and 1 at its centre.
   Dilated strokes overlap even if slightly misplaced, and bridge the gaps between characters;
3. the features, at every `stride`-th pixel: b, f blurred by a Gaussian of σ = 0.35; and for four directions
   o_k = 2 max(0, z_k - 1.15 · mean_k z), z_k being f under an elongated Gaussian (σ 0.35 along, 0.25 across):
   the direction of the strokes, as separate channels;
4. for b and for the four o together, with values a of P and q of Q

       d = Σ (a + q) t² / Σ (a + q),    t = (a - q)² / (a² + q² + 0.03²)

   is the fraction of ink that disagrees, and D₀ = (d_b + d_o) / 2;
5. D = min over shifts of Q by whole cells, at most one in each axis, of D₀ + 0.04 · (cells shifted, Euclidean).

D is in [0, 1], symmetric, 0 for equal pages (two blank pages included), and largest, about 0.6, against a blank page.
The gradient flows through the best shift only. It vanishes where the softmax saturates: add a little `ce`, which also
decides between similar glyphs.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.contract import CONTRACT, Facts, LossInputs
from asciivae.filters.kernels import convolve
from asciivae.losses.shape_tables import BETA, CONTRAST, MOVES, NOISE, ShapeConfig, shape_tables
from asciivae.render.cells import page


class Comparison(NamedTuple):
    """The distance of pages, (B,) in [0, 1], and the output's displacement in cells (down, right), (B, 2) int64."""

    distance: Tensor
    displacement: Tensor


class ShapeMeasure(nn.Module):
    """Computes the shape distance; see the module.

    Args:
        config: the options of `shape`.
    """

    strokes: Tensor
    dilation: Tensor
    filters: Tensor
    prices: Tensor

    def __init__(self, config: ShapeConfig) -> None:
        super().__init__()
        height, width = config.res
        self.stride = config.stride
        self.cell = (height // config.stride, width // config.stride)
        tables = shape_tables(config)
        self.register_buffer("strokes", torch.from_numpy(tables.strokes), persistent=False)
        self.register_buffer("dilation", torch.from_numpy(tables.dilation)[None], persistent=False)
        self.register_buffer("filters", torch.from_numpy(tables.filters), persistent=False)
        self.register_buffer("prices", torch.from_numpy(tables.prices), persistent=False)

    def of_characters(self, ids: Tensor) -> Tensor:
        """The features of pages (B, H, W) int64."""
        return self.features(page(self.strokes[ids]))

    def of_probabilities(self, probs: Tensor, mask: Tensor) -> Tensor:
        """The features of pages (B, 95, H, W) of probabilities, blank outside of a mask (B, H, W)."""
        cells = torch.einsum("bcyx,chw->byxhw", probs, self.strokes.to(probs))
        return self.features(page(cells * mask[..., None, None]))

    def features(self, strokes: Tensor) -> Tensor:
        """The blur and the four directions, (B, 5, h', w'), of stroke probabilities (B, 1, H·h, W·w).

        The page is padded with blank paper by the reach of the filters, two cells horizontally and one vertically, so
        that a drawing has the same features on any canvas.
        """
        height, width = (side * self.stride for side in self.cell)
        strokes = functional.pad(strokes, (2 * width, 2 * width, height, height))
        dilation, filters = self.dilation.to(strokes), self.filters.to(strokes)
        fat = torch.log1p(convolve(torch.expm1(BETA * strokes), dilation, padding=_half(dilation))) / BETA
        blurred = convolve(fat.clamp(max=1.0), filters, stride=self.stride, padding=_half(filters))
        directions = blurred[:, 1:]
        contrast = 2.0 * (directions - CONTRAST * directions.mean(dim=1, keepdim=True)).relu()
        return torch.cat([blurred[:, :1], contrast], dim=1)

    def compare(self, target: Tensor, output: Tensor) -> Comparison:
        """Compare features of originals with those of outputs; only the latter get a gradient.

        Both are padded by one blank cell, so that shifts lose nothing. The original is shifted, in the opposite
        direction, since it needs no gradient.
        """
        height, width = self.cell
        margin = (width, width, height, height)
        output = functional.pad(output, margin)
        with torch.no_grad():
            target = functional.pad(target, margin)
            ink = target.sum((2, 3)) + output.sum((2, 3))
            around = functional.pad(target, margin)
            tried = torch.stack([self._distance(self._moved(around, move), output, ink) for move in MOVES], dim=1)
            best = (tried + self.prices.to(tried)).argmin(dim=1)
            chosen = torch.stack([self._moved(around[i : i + 1], MOVES[int(m)])[0] for i, m in enumerate(best)])
        distance = self._distance(chosen, output, ink=target.sum((2, 3)) + output.sum((2, 3)))
        moves = torch.tensor(MOVES, device=best.device)
        return Comparison(distance + self.prices.to(distance)[best], moves[best])

    def _moved(self, around: Tensor, move: tuple[int, int]) -> Tensor:
        """Shift a page by `move`, by cropping it from a copy with another cell of margin."""
        height, width = self.cell
        top, left = (1 - move[0]) * height, (1 - move[1]) * width
        return around[:, :, top : top + around.shape[2] - 2 * height, left : left + around.shape[3] - 2 * width]

    @staticmethod
    def _distance(target: Tensor, output: Tensor, ink: Tensor) -> Tensor:
        """D₀; `ink` (B, 5) is the sum of both over the pixels, which does not depend on the shift."""
        difference = (target - output).square() / (target.square() + output.square() + NOISE**2)
        differing = ((target + output) * difference.square()).sum((2, 3))
        blur, directions = (
            differing[:, 0] / _positive(ink[:, 0]),
            differing[:, 1:].sum(1) / _positive(ink[:, 1:].sum(1)),
        )
        return 0.5 * (blur + directions)


def _half(kernels: Tensor) -> tuple[int, int]:
    return kernels.shape[1] // 2, kernels.shape[2] // 2


def _positive(ink: Tensor) -> Tensor:
    """Clamp a denominator, which is 0 for blank pages."""
    return ink.clamp(min=1e-6)


class Shape(nn.Module):
    """The shape distance between the decoder's page and the original (`shape`), per piece in [0, 1].

    It compares the relaxed sample, treats cells outside of the mask as blank, and computes in float32 or wider at any
    precision of the run.
    """

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = ShapeConfig
    needs: frozenset[str] = frozenset()

    def __init__(self, config: ShapeConfig, facts: Facts) -> None:
        super().__init__()
        self.measure = ShapeMeasure(config)

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the distance per piece, (B,)."""
        with torch.autocast(inputs.probs.device.type, enabled=False):
            probs = inputs.probs if inputs.probs.dtype == torch.float64 else inputs.probs.float()
            with torch.no_grad():
                target = self.measure.of_characters(inputs.target * inputs.mask).to(probs.dtype)
            output = self.measure.of_probabilities(probs, inputs.mask)
            return {"": self.measure.compare(target, output).distance}
