"""A loss that is checked, and how its gradients are computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from asciivae.contract import LossInputs, Posterior
from asciivae.testing.inputs import Case, facts


@dataclass(frozen=True)
class LossSubject:
    """A loss class with one set of options."""

    plugin: type[Any]
    config: Any

    def made(self) -> Any:
        """A new loss."""
        return self.plugin(self.config, facts())

    def values(self, case: Case) -> Mapping[str, Tensor]:
        """The terms of a new loss for a case."""
        loss = self.made()
        values: Mapping[str, Tensor] = loss(case.inputs(loss.needs))
        return values

    def couples(self) -> bool:
        """Whether it states that it couples the pieces of a batch."""
        return bool(getattr(self.made(), "couples_pieces", False))

    def keeps_state(self) -> bool:
        """Whether it has persistent buffers, which are saved with a run."""
        loss = self.made()
        if not isinstance(loss, nn.Module) or self.plugin.contract < 2:
            return False
        return bool(loss.state_dict().keys() - dict(loss.named_parameters()).keys())

    def trains(self) -> bool:
        """Whether it has a gradient; it has unless it states that it is only logged."""
        return bool(getattr(self.made(), "differentiable", True))


def leaves_of(inputs: LossInputs) -> LossInputs:
    """The same inputs, in which floating-point tensors are leaves that require gradients."""
    return replace(
        inputs,
        z=leaf(inputs.z),
        logits=leaf(inputs.logits),
        probs=leaf(inputs.probs),
        posterior=Posterior(leaf(inputs.posterior.mean), leaf(inputs.posterior.logvar)),
        recon_image=None if inputs.recon_image is None else leaf(inputs.recon_image),
        squared_error=None if inputs.squared_error is None else leaf(inputs.squared_error),
    )


def leaf(value: Tensor) -> Tensor:
    """A detached copy that requires a gradient."""
    return value.detach().clone().requires_grad_()


def total_of(values: Mapping[str, Tensor]) -> Tensor:
    """A scalar in which every term of every piece has a different weight."""
    return torch.stack(
        [(value * torch.arange(1, len(value) + 1)).sum() * (i + 1) for i, value in enumerate(values.values())]
    ).sum()


def run_backward(values: Mapping[str, Tensor]) -> None:
    """Run the backward pass of all terms, if they have a graph."""
    total = total_of(values)
    if total.requires_grad:
        total.backward()
