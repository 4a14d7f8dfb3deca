"""The checks of an optimiser."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from asciivae.testing.checks import Violation, check, options_survive, random_state_kept, states_the_contract

LR = 0.01


@dataclass(frozen=True)
class OptimiserSubject:
    """An optimiser class with one set of options."""

    plugin: type[Any]
    config: Any

    def made(self, module: nn.Module, lr: float = LR) -> Any:
        """A new optimiser of the parameters of a module."""
        return self.plugin(self.config)(list(module.parameters()), lr=lr, weight_decay=0.0)


def network() -> nn.Sequential:
    """A small network with a kernel, matrices, vectors, a scalar, and a parameter that gets no gradient."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        made = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.SiLU(), nn.Conv2d(4, 2, 1))
    made.register_parameter("scale", nn.Parameter(torch.ones(())))
    made.register_parameter("unused", nn.Parameter(torch.ones(3)))
    return made


def _loss(module: nn.Sequential, step: int) -> Tensor:
    x = torch.randn(4, 2, 5, 5, generator=torch.Generator().manual_seed(step))
    y = module(x) * module.scale
    loss: Tensor = (y - x.roll(1, 3)).square().mean()
    return loss


def _train(module: nn.Sequential, optimiser: Any, steps: range, lr: float = LR) -> list[float]:
    """Train as the engine does; return the losses."""
    losses = []
    for step in steps:
        for group in optimiser.param_groups:
            group["lr"] = lr
        optimiser.zero_grad(set_to_none=True)
        loss = _loss(module, step)
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    return losses


@check(fundamental=True)
def declaration(subject: OptimiserSubject) -> None:
    """It declares the contract's number and a frozen Config, and makes a torch.optim.Optimizer of all parameters."""
    states_the_contract(subject.plugin)
    module = network()
    made = subject.made(module)
    if not isinstance(made, torch.optim.Optimizer):
        raise Violation(f"it makes a {type(made).__name__}, not a torch.optim.Optimizer")
    given = [parameter for group in made.param_groups for parameter in group["params"]]
    if sorted(map(id, given)) != sorted(map(id, module.parameters())):
        raise Violation("its parameter groups are not all parameters, each once")


@check()
def options(subject: OptimiserSubject) -> None:
    """Its options survive being written to a recipe and read back."""
    options_survive(subject.config)


@check(fundamental=True)
def learning(subject: OptimiserSubject) -> None:
    """In 200 steps it lowers the loss of a small network; parameters without a gradient stay as they are."""
    module = network()
    losses = _train(module, subject.made(module), range(200))
    if not sum(losses[-20:]) < 0.9 * sum(losses[:20]):
        raise Violation(f"the loss goes from {sum(losses[:20]) / 20:.3g} to {sum(losses[-20:]) / 20:.3g} in 200 steps")
    if bool((dict(module.named_parameters())["unused"] != 1).any()):
        raise Violation("it changes a parameter that has no gradient")


@check()
def learning_rate(subject: OptimiserSubject) -> None:
    """The learning rate of its parameter groups is followed: with 0 nothing changes."""
    module = network()
    before = copy.deepcopy(module.state_dict())
    _train(module, subject.made(module), range(3), lr=0.0)
    for name, value in module.state_dict().items():
        if not torch.equal(value, before[name]):
            raise Violation(f"with a learning rate of 0 it changes {name}")


@check()
def saved_state(subject: OptimiserSubject) -> None:
    """Its state is tensors for each parameter; restored, it goes on the same, bit for bit."""
    module, other = network(), network()
    optimiser = subject.made(module)
    _train(module, optimiser, range(5))
    again = subject.made(other)
    other.load_state_dict(module.state_dict())
    for mine, its in zip(module.parameters(), other.parameters(), strict=True):
        for key, value in optimiser.state[mine].items():
            if not isinstance(value, Tensor):
                raise Violation(f"its state {key!r} is {type(value).__name__}, not a tensor")
            again.state[its][key] = value.clone()
    if _train(module, optimiser, range(5, 10)) != _train(other, again, range(5, 10)):
        raise Violation("an optimiser with the same state goes on differently; some of its state is elsewhere")


@check()
def random_state(subject: OptimiserSubject) -> None:
    """It does not draw from the global generators of PyTorch, NumPy and Python."""
    with random_state_kept():
        module = network()
        _train(module, subject.made(module), range(3))


CHECKS = (declaration, options, learning, learning_rate, saved_state, random_state)
"""Every check of an optimiser."""
