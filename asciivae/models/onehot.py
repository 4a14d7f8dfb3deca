"""The convolution of a one-hot page, computed without the one-hot tensor.

Most cells of a page are spaces, so the convolution is computed as that of a blank page plus the difference made by each
other character. Result and parameters are those of `nn.Conv2d` on the one-hot page; the cost is proportional to the
number of inked cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional
from torch.nn.grad import conv2d_weight

from asciivae.text.charset import SIZE, SPACE


class OneHotConv2d(nn.Conv2d):
    """`nn.Conv2d(95, out_channels, ...)` that takes characters (B, H, W) int64 instead of their one-hot page."""

    def __init__(self, out_channels: int, kernel_size: int, *, stride: int = 1, padding: int = 0) -> None:
        super().__init__(SIZE, out_channels, kernel_size, stride=stride, padding=padding)

    def forward(self, ids: Tensor) -> Tensor:
        """Map (B, H, W) to (B, out, H', W') in channels_last layout."""
        with torch.autocast(ids.device.type, enabled=False):
            page: Tensor = _OneHotConv.apply(ids, self.weight, self.bias, self.stride[0], int(self.padding[0]))
            return page


class _OneHotConv(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, ids: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
        ctx.save_for_backward(ids)
        ctx.weight_shape, ctx.stride, ctx.padding = weight.shape, stride, padding
        empty = functional.conv2d(_empty_page(ids, weight.dtype), weight[:, SPACE : SPACE + 1], bias, stride, padding)
        ctx.page_shape = (len(ids), *empty.shape[2:])
        page = empty.permute(0, 2, 3, 1).expand(len(ids), -1, -1, -1).contiguous()
        cells = page.view(-1, page.shape[3])
        difference = weight - weight[:, SPACE : SPACE + 1]
        for row, column, where, characters in _ink(ids, weight.shape[2], stride, padding, ctx.page_shape):
            cells.index_add_(0, where, difference[:, :, row, column].T.contiguous()[characters])
        return page.permute(0, 3, 1, 2)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[None, Tensor, Tensor, None, None]:
        (ids,) = ctx.saved_tensors
        out_channels, _, side, _ = ctx.weight_shape
        by_cell = grad.permute(0, 2, 3, 1).contiguous().view(-1, out_channels)
        gathered = grad.new_zeros(side, side, SIZE, out_channels)
        for row, column, where, characters in _ink(ids, side, ctx.stride, ctx.padding, ctx.page_shape):
            gathered[row, column].index_add_(0, characters, by_cell[where])
        weight_grad = gathered.permute(3, 2, 0, 1).contiguous()
        everywhere = conv2d_weight(
            _empty_page(ids, grad.dtype),
            (out_channels, 1, side, side),
            grad.sum(dim=0, keepdim=True).contiguous(),
            stride=ctx.stride,
            padding=ctx.padding,
        )
        weight_grad[:, SPACE] = everywhere[:, 0] - weight_grad.sum(dim=1)
        return None, weight_grad, by_cell.sum(dim=0), None, None


def _empty_page(ids: Tensor, dtype: torch.dtype) -> Tensor:
    return torch.ones(1, 1, *ids.shape[1:], dtype=dtype, device=ids.device)


def _ink(
    ids: Tensor, side: int, stride: int, padding: int, page_shape: tuple[int, int, int]
) -> Iterator[tuple[int, int, Tensor, Tensor]]:
    """For each kernel position: the flat indices of output cells that see ink there, and the characters they see."""
    _, height, width = page_shape
    piece, y, x = ids.ne(SPACE).nonzero(as_tuple=True)
    character = ids[piece, y, x]
    for row in range(side):
        for column in range(side):
            down, across = y + padding - row, x + padding - column
            out_y, out_x = down // stride, across // stride
            seen = (down >= 0) & (across >= 0) & (out_y < height) & (out_x < width)
            if stride > 1:
                seen &= (down % stride == 0) & (across % stride == 0)
            where = ((piece * height + out_y) * width + out_x)[seen]
            yield row, column, where, character[seen]
