"""Models on the meta device: names and shapes of a recipe's parameters, to check a weights file before allocating them.

PyTorch's own initialisation and `to_empty` on the meta device import its compiler, which takes longer than all the rest
of loading a model. Both are avoided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

ModuleT = TypeVar("ModuleT", bound=nn.Module)


def skeleton(make: Callable[[], ModuleT]) -> ModuleT:
    """Build a module on the meta device: names, shapes and dtypes, without values."""
    with torch.device("meta"), _SkipInit():
        return make()


def fill(skeleton: nn.Module, weights: Mapping[str, Tensor], device: torch.device) -> None:
    """Load weights into a skeleton; names and shapes must be the skeleton's, dtypes are converted to its own."""
    filled = {}
    for name, own in skeleton.state_dict().items():
        memory = torch.empty_strided(own.size(), own.stride(), dtype=own.dtype, device=device)
        filled[name] = memory.copy_(weights[name])
    skeleton.load_state_dict(filled, assign=True)


class _SkipInit(TorchFunctionMode):
    """Skips random initialisation."""

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
