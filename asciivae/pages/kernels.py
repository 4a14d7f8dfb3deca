"""Two operations whose own versions in PyTorch are slow on GPUs for batches of pages."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

_BLOCK = 4096
"""Rows of a long sum that are added by one processor of the GPU."""
_CHUNK = 128 * _BLOCK
"""Ids that are turned into one-hot vectors at once."""


def lookup(table: Tensor, ids: Tensor) -> Tensor:
    """The rows of a small table (rows, channels) that ids (…) name: (…, channels)."""
    if table.is_cuda and torch.is_grad_enabled():
        found: Tensor = Lookup.apply(table, ids)
        return found
    return functional.embedding(ids.long(), table)


class Lookup(torch.autograd.Function):
    """An embedding whose gradient is a product with one-hot vectors.

    PyTorch's own adds the rows of one id one after the other, and most ids are those of blank cells.
    """

    @staticmethod
    def forward(ctx: Any, table: Tensor, ids: Tensor) -> Tensor:
        """See `lookup`."""
        ctx.save_for_backward(ids)
        ctx.rows = len(table)
        return functional.embedding(ids.long(), table)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        """The gradient of the table."""
        (ids,), (grad,) = ctx.saved_tensors, grads
        # On GPUs, products of bfloat16 are summed in float32.
        dtype = torch.bfloat16 if grad.is_cuda else grad.dtype
        total = torch.zeros(ctx.rows, grad.shape[-1], dtype=grad.dtype, device=grad.device)
        numbers = torch.arange(ctx.rows, device=ids.device)
        flat = grad.reshape(-1, grad.shape[-1]).to(dtype)
        for part, of in zip(flat.split(_CHUNK), ids.reshape(-1).long().split(_CHUNK), strict=True):
            total += _product((of[:, None] == numbers).to(dtype), part, grad.dtype)
        return total, None


def convolve(x: Tensor, kernel: Tensor, span: int) -> Tensor:
    """A 3 × 3 filter over (G, H, W, channels) with zeros around: (G, H, W, out).

    Args:
        x: the input.
        kernel: (out, channels, 3, 3).
        span: cells between two taps (the dilation).
    """
    if x.is_cuda:
        if torch.is_autocast_enabled(x.device.type):
            dtype = torch.get_autocast_dtype(x.device.type)
            x, kernel = x.to(dtype), kernel.to(dtype)
        made: Tensor = Filter.apply(x, kernel, span)
        return made
    return functional.conv2d(x.permute(0, 3, 1, 2), kernel, padding=span, dilation=span).permute(0, 2, 3, 1)


class Filter(torch.autograd.Function):
    """`convolve` as one matrix product: cuDNN plans each new shape anew, and nearly every batch has one."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, kernel: Tensor, span: int) -> Tensor:
        """See `convolve`."""
        ctx.save_for_backward(x, kernel)
        ctx.span = span
        return _taps(x, span) @ kernel.permute(2, 3, 1, 0).reshape(-1, len(kernel))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        """The gradients of the input and of the kernel."""
        (x, kernel), grad = ctx.saved_tensors, grads[0].contiguous()
        back = kernel.flip(2, 3).permute(2, 3, 0, 1).reshape(-1, kernel.shape[1])
        matrix = _product(_taps(x, ctx.span).flatten(0, 2), grad.flatten(0, 2), grad.dtype)
        shape = (3, 3, kernel.shape[1], len(kernel))
        return _taps(grad, ctx.span) @ back, matrix.view(shape).permute(3, 2, 0, 1), None


def _product(a: Tensor, b: Tensor, dtype: torch.dtype) -> Tensor:
    """(M, p) and (M, q) → aᵀ b, (p, q), for a large M: in blocks at the same time, then their sum."""
    whole = len(a) // _BLOCK * _BLOCK
    total = (a[whole:].T @ b[whole:]).to(dtype)
    if whole:
        blocks = a[:whole].view(-1, _BLOCK, a.shape[1]).transpose(1, 2) @ b[:whole].view(-1, _BLOCK, b.shape[1])
        total = total + blocks.sum(0, dtype=dtype)
    return total


def _taps(x: Tensor, span: int) -> Tensor:
    """(G, H, W, channels) → (G, H, W, 9 · channels): the cell and its eight neighbours, zeros outside."""
    height, width = x.shape[1:3]
    padded = functional.pad(x, (0, 0, span, span, span, span))
    return torch.cat(
        [padded[:, i : i + height, j : j + width] for i in (0, span, 2 * span) for j in (0, span, 2 * span)], -1
    )
