"""The check for non-finite values: finds the term, module and parameters for the report of a diverged run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn


def first_bad(values: Mapping[str, float]) -> str | None:
    """The name of the first value that is not finite."""
    return next((name for name, value in values.items() if not math.isfinite(value)), None)


def first_bad_module(model: nn.Module, forward: Callable[[], Any]) -> str | None:
    """Run `forward` once more and name the first module of the model whose output is not finite."""
    found: list[str] = []

    def watch(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, inputs: Any, output: Any) -> None:
            if not found and isinstance(output, Tensor) and not bool(torch.isfinite(output).all()):
                found.append(name)

        return hook

    leaves = [(name, module) for name, module in model.named_modules() if not list(module.children())]
    handles = [module.register_forward_hook(watch(name)) for name, module in leaves]
    try:
        with torch.no_grad():
            forward()
    finally:
        for handle in handles:
            handle.remove()
    return found[0] if found else None


def bad_parameters(model: nn.Module) -> list[str]:
    """The parameters, and gradients (`name (gradient)`), that are not finite."""
    bad = []
    for name, parameter in model.named_parameters():
        if not bool(torch.isfinite(parameter).all()):
            bad.append(name)
        if parameter.grad is not None and not bool(torch.isfinite(parameter.grad).all()):
            bad.append(f"{name} (gradient)")
    return bad
