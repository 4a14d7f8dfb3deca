"""Models without memory: what a recipe's model would look like, before anything is believed of its weights.

PyTorch can draw and empty tensors on the meta device, but imports its compiler for it, which takes longer than all the
rest of loading a model. Neither is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

Made = TypeVar("Made", bound=nn.Module)


def skeleton(make: Callable[[], Made]) -> Made:
    """Build a module on the meta device: names, shapes and types, and no values."""
    with torch.device("meta"), _Undrawn():
        return make()


def fill(skeleton: nn.Module, weights: Mapping[str, Tensor], device: torch.device) -> None:
    """Give a skeleton its numbers: tensors by the names, and of the shapes, of its own; they take its types."""
    filled = {}
    for name, own in skeleton.state_dict().items():
        memory = torch.empty_strided(own.size(), own.stride(), dtype=own.dtype, device=device)
        filled[name] = memory.copy_(weights[name])
    skeleton.load_state_dict(filled, assign=True)


class _Undrawn(TorchFunctionMode):
    """Draws no parameters."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        values = kwargs or {}
        if func.__name__ in ("normal_", "uniform_", "kaiming_normal_", "kaiming_uniform_"):
            return args[0] if args else values["tensor"]
        return func(*args, **values)
