"""Stroke completion with gradients: `joining`, which has the formula, for pictures in PyTorch."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from asciivae.filters.joining import BETA, DIRECTIONS, GAP, STEEPNESS, WEDGE, kernels, support_of_gap


def join(
    strokes: Tensor, cell: tuple[int, int], *, gap: float = GAP, directions: int = DIRECTIONS, wedge: float = WEDGE
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
    of_wedges = torch.from_numpy(kernels(cell, gap, directions, wedge)).unsqueeze(1)
    sums: Tensor = _DirectConvolution.apply(torch.expm1(BETA * ink), of_wedges.to(ink))
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
