"""The analytic renderer: the expected picture, Σ_c p_c · glyph_c in every cell; linear and differentiable."""

from __future__ import annotations

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
    # A custom function, because one product G d gives both the value and the gradient.

    @staticmethod
    def forward(ctx: Any, probs: Tensor, target: Tensor, gram: Tensor) -> Tensor:
        # Channels last, so that the batch is one matrix product over all cells.
        difference = probs.permute(0, 2, 3, 1).clone(memory_format=torch.contiguous_format)
        difference.scatter_add_(3, target.unsqueeze(3), difference.new_full((), -1.0).expand(*target.shape, 1))
        projected = difference @ gram
        value = difference.mul_(projected).flatten(1).sum(1)
        ctx.save_for_backward(projected)
        return value

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (projected,) = ctx.saved_tensors
        return (projected * (2.0 * grad)[:, None, None, None]).permute(0, 3, 1, 2), None, None
