"""Convolutional networks that keep less for the backward pass: what is cheap to compute again is not kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional


def run(layers: nn.Sequential, x: Tensor) -> Tensor:
    """Compute `layers(x)`, with the same result and gradients, and less memory in training.

    A convolution keeps its input for the backward pass, which is often the output of a batch norm or of an upsampling.
    These are computed again from *their* input, which is kept anyway, at a few percent of the convolution's time.

    Args:
        layers: the layers, with their hooks.
        x: their input.
    """
    kept, cheap = x, list[Callable[[Tensor], Tensor]]()
    for layer in layers:
        if isinstance(layer, nn.Conv2d) and cheap:
            with saved_tensors_hooks(partial(_pack, _memory(x), kept.detach(), tuple(cheap)), _unpack):
                x = layer(x)
        else:
            x = layer(x)
        if isinstance(layer, nn.BatchNorm2d):
            cheap.append(_normalisation(layer))
        elif isinstance(layer, nn.Upsample):
            cheap.append(layer)
        else:
            kept, cheap = x, []
    return x


def _normalisation(layer: nn.BatchNorm2d) -> Callable[[Tensor], Tensor]:
    """What a batch norm computes now, without another update of its running statistics."""
    weight, bias, training, eps = layer.weight, layer.bias, layer.training, layer.eps
    running = (None, None) if training else (layer.running_mean, layer.running_var)
    return lambda x: functional.batch_norm(x, *running, weight, bias, training, 0.0, eps)


def _memory(x: Tensor) -> tuple[int, torch.Size, torch.dtype]:
    """What identifies a tensor without keeping it: autograd also keeps the function that packs."""
    return x.data_ptr(), x.shape, x.dtype


def _pack(made: Any, kept: Tensor, cheap: Sequence[Callable[[Tensor], Tensor]], saved: Tensor) -> Any:
    # Under autocast, what is saved is a narrower copy, which is kept.
    return partial(_again, kept, cheap) if _memory(saved) == made else saved


def _unpack(packed: Any) -> Tensor:
    tensor: Tensor = packed if isinstance(packed, Tensor) else packed()
    return tensor


@torch.no_grad()
def _again(x: Tensor, cheap: Sequence[Callable[[Tensor], Tensor]]) -> Tensor:
    for layer in cheap:
        x = layer(x)
    return x
