"""The analytic renderer: the expected picture, Σ_c p_c · glyph_c in every cell; linear and differentiable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from asciivae.render.cells import AtlasRenderer, page


@dataclass(frozen=True)
class AnalyticConfig:
    """The analytic renderer has no options."""


class Analytic(AtlasRenderer):
    """Blends the glyphs by their probabilities.

    The input need not be a distribution: two experiments of the log rendered raw logits.
    """

    Config: ClassVar[type] = AnalyticConfig
    differentiable = True
    linear = True

    def forward(self, probs: Tensor) -> Tensor:
        """Map (B, 95, H, W) to the expected picture (B, 1, H·h, W·w)."""
        return page(torch.einsum("bcyx,chw->byxhw", probs, self.glyphs.to(probs.dtype)))


def glyph_gram(glyphs: Tensor) -> Tensor:
    """The inner products (95, 95) of the glyphs (95, h, w), summed over pixels."""
    flat = glyphs.flatten(1)
    return flat @ flat.T


def squared_error(probs: Tensor, target: Tensor, gram: Tensor) -> Tensor:
    """Σ over pixels of (rendered probs - rendered target)², without rendering.

    With d = p - onehot(y), the squared error of a cell is dᵀ G d, where G is the Gram matrix of the glyphs.

    Args:
        probs: (B, 95, H, W), the input of the analytic renderer.
        target: (B, H, W) int64, the true characters.
        gram: (95, 95) from `glyph_gram`, in the dtype of `probs`.

    Returns:
        (B,); its gradient with respect to `probs` is 2 G d.
    """
    result: Tensor = _SquaredError.apply(probs, target, gram)
    return result


class _SquaredError(torch.autograd.Function):
    # G d is computed twice, a few pieces at a time: kept, it would take as much memory as `probs`.

    @staticmethod
    def forward(ctx: Any, probs: Tensor, target: Tensor, gram: Tensor) -> Tensor:
        ctx.save_for_backward(probs, target, gram)
        value = probs.new_empty(len(probs))
        for pieces, difference in _differences(probs, target):
            value[pieces] = (difference @ gram).mul_(difference).flatten(1).sum(1)
        return value

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        probs, target, gram = ctx.saved_tensors
        # Channels last, as decoders lay them out.
        result = torch.empty_like(probs, memory_format=torch.channels_last)
        cells = result.permute(0, 2, 3, 1)
        for pieces, difference in _differences(probs, target):
            torch.matmul(difference, gram, out=cells[pieces]).mul_((2.0 * grad[pieces])[:, None, None, None])
        return result, None, None


def _differences(probs: Tensor, target: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Slices of the batch with probs - onehot(target), channels last, so that each is one matrix product."""
    some = max(1, _NUMBERS // max(1, probs[:1].numel()))
    for start in range(0, len(probs), some):
        pieces = slice(start, start + some)
        difference = probs[pieces].permute(0, 2, 3, 1).clone(memory_format=torch.contiguous_format)
        here = target[pieces].unsqueeze(3)
        difference.scatter_add_(3, here, difference.new_full((), -1.0).expand(here.shape))
        yield pieces, difference


_NUMBERS = 2**20
"""Numbers of a slice: few enough for the cache, enough for a matrix product."""
