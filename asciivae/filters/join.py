"""Stroke completion: a continuous transform that joins a drawing's strokes across the gaps between characters.

A pixel belongs to the drawing if it has ink, or if there is ink both ahead of and behind it in some direction: the
bipole completion of models of human contour vision, a source field times a sink field (Williams and Jacobs 1997).
Lengths are in cell widths; a cell is 1 wide and 2 high. With x the stroke probability, r the distance and n directions,
each a wedge of weights a_j = 1 - (angle off its axis / half its width)⁴:

    A_k(p)  = 1/β ln(1 + Σ_j (a_j/2) e^(-β r_j/ρ) (e^(β x_j) - 1))     the nearest ink in wedge k, decayed;  k < 2n
    C(p)    = 1/β ln(1 + Σ_j (1/6) (e^(β x_j) - 1))                    the strongest ink nearby
    s(p)    = 1/β ln Σ_k<n e^(β (A_k + A_k+n)) - C                     ≈ min(x_a, x_b) - (r_a + r_b)/ρ
    join(p) = max(x, σ(16 (s - s_G)))

over the pixels within 1.1 times the gap, ρ = 2 · gap, with weight 1 (not ½, ⅙) at p itself. r_a + r_b is constant
along a bridge, so a bridge has uniform strength, without a blob in the middle. s_G is measured on two line ends one gap
apart, so that `gap` is the bridged distance at any resolution. Thresholded at ½, the result is the joined drawing.

With β = 40 the soft maximum is close to the maximum: with 24, adjacent pixels add up, and dashes in neighbouring rows
are joined as well.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

BETA = 40.0
STEEPNESS = 16.0
GAP = 1.5


def join(
    strokes: Tensor, cell: tuple[int, int], *, gap: float = GAP, directions: int = 8, wedge: float = 60.0
) -> Tensor:
    """Complete the strokes of a picture across gaps.

    Computed in float32 or wider, even under autocast, because e^40 overflows half precision.

    Args:
        strokes: (B, 1, height, width) in [0, 1], ink = 1; best from a stroke atlas.
        cell: (h, w), pixels per character; sets the unit of length on both axes.
        gap: the widest gap that is bridged, in cell widths.
        directions: the number of orientations; 4 is cheaper than 8 and nearly as good.
        wedge: the full opening angle of a wedge, in degrees; wider wedges join more and make wider strokes.

    Returns:
        The same shape, in [0, 1], at least `strokes`. Equivariant under translation.
    """
    with torch.autocast(strokes.device.type, enabled=False):
        ink = strokes if strokes.dtype == torch.float64 else strokes.float()
        return torch.maximum(ink, _completion(ink, cell, gap, directions, wedge))


def _completion(ink: Tensor, cell: tuple[int, int], gap: float, directions: int, wedge: float) -> Tensor:
    level = support_of_gap(cell, gap, directions, wedge)
    return torch.sigmoid(STEEPNESS * (_support(ink, cell, gap, directions, wedge) - level))


def _support(ink: Tensor, cell: tuple[int, int], gap: float, directions: int, wedge: float) -> Tensor:
    """s(p), (B, 1, height, width)."""
    kernels = _kernels(cell, gap, directions, wedge)
    sums: Tensor = _DirectConvolution.apply(torch.expm1(BETA * ink), kernels.to(ink))
    fields = torch.log1p(sums) / BETA
    ahead, behind, near = fields[:, :directions], fields[:, directions:-1], fields[:, -1:]
    return torch.logsumexp(BETA * (ahead + behind), dim=1, keepdim=True) / BETA - near


class _DirectConvolution(torch.autograd.Function):
    """Convolution without cuDNN, which may choose an FFT and spread rounding errors of e^40 over the page."""

    @staticmethod
    def forward(ctx: Any, picture: Tensor, kernels: Tensor) -> Tensor:
        ctx.save_for_backward(kernels)
        with torch.backends.cudnn.flags(enabled=False):
            return functional.conv2d(picture, kernels, padding=_half(kernels))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (kernels,) = ctx.saved_tensors
        with torch.backends.cudnn.flags(enabled=False):
            return functional.conv_transpose2d(grad, kernels, padding=_half(kernels)), None


def _half(kernels: Tensor) -> tuple[int, int]:
    return kernels.shape[2] // 2, kernels.shape[3] // 2


@functools.lru_cache(maxsize=32)
def _kernels(cell: tuple[int, int], gap: float, directions: int, wedge: float) -> Tensor:
    """(2n + 1, 1, height, width) float64: the wedges in order of angle, then the disc."""
    unit_y, unit_x = cell[0] / 2, float(cell[1])
    reach = 1.1 * gap
    reach_y, reach_x = int(reach * unit_y), int(reach * unit_x)
    y, x = torch.meshgrid(
        torch.arange(-reach_y, reach_y + 1, dtype=torch.float64) / unit_y,
        torch.arange(-reach_x, reach_x + 1, dtype=torch.float64) / unit_x,
        indexing="ij",
    )
    distance = torch.hypot(x, y)
    inside = (distance <= reach).double()
    axes = torch.arange(2 * directions, dtype=torch.float64) * (math.pi / directions)
    off = torch.atan2(y, x) - axes[:, None, None]
    off = torch.atan2(off.sin(), off.cos()).abs()
    # Close to p, a wedge is at least one pixel wide, so that it does not fall between two pixels.
    pixel = 0.5 / min(unit_y, unit_x)
    half = torch.clamp(torch.atan2(torch.full_like(distance, pixel), distance), min=math.radians(wedge) / 2)
    weights = (1.0 - (off / half) ** 4).clamp(min=0.0)
    wedges = 0.5 * weights * torch.exp(-BETA * distance / (2.0 * gap)) * inside
    kernels = torch.cat([wedges, inside[None] / 6.0]).unsqueeze(1)
    kernels[:, 0, reach_y, reach_x] = 1.0
    return kernels


@functools.lru_cache(maxsize=32)
def support_of_gap(cell: tuple[int, int], gap: float, directions: int = 8, wedge: float = 60.0) -> float:
    """s_G of the module: the least support between two line ends one gap apart, averaged over two directions."""
    levels = []
    for across, unit in ((True, float(cell[1])), (False, cell[0] / 2)):
        pixels = gap * unit
        narrow, wide = (
            _least_support(n, across, cell, gap, directions, wedge) for n in (math.floor(pixels), math.ceil(pixels))
        )
        levels.append(narrow + (wide - narrow) * (pixels % 1.0))
    return sum(levels) / len(levels)


def _least_support(
    pixels: int, across: bool, cell: tuple[int, int], gap: float, directions: int, wedge: float
) -> float:
    line, margin = 4 * max(cell), 4 * max(cell)
    picture = torch.zeros(1, 1, 2 * margin + 1, 2 * line + pixels, dtype=torch.float64)
    picture[:, :, margin, :line] = picture[:, :, margin, line + pixels :] = 1.0
    if not across:
        picture = picture.transpose(2, 3)
    support = _support(picture, cell, gap, directions, wedge)
    if not across:
        support = support.transpose(2, 3)
    return float(support[0, 0, margin, line : line + pixels].min())
