"""The training loop. It yields after every step; an observer cannot change what it does.

batch → model → losses → gradient → finite check → step
"""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from asciivae.errors import DivergedError, PluginError
from asciivae.losses.objective import LossValues, Term
from asciivae.training.averaging import measure_statistics
from asciivae.training.batches import Batch, Batches
from asciivae.training.guard import bad_parameters, first_bad, first_bad_module
from asciivae.training.settings import Precision, WeightAveraging
from asciivae.training.state import TrainState

_AUTOCAST = {"bf16": torch.bfloat16, "fp16": torch.float16}
SMALLEST_SCALE = 1.0
"""A float16 gradient that overflows even when scaled by this is not the scale's fault."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is trained, on what, and against what. Each kind of recipe has its own.

    Attributes:
        module: what is trained, on the device of the run.
        objective: what is minimised.
        batches: the training split.
        seed: all randomness is derived from it.
        total_steps: where the run ends.
        precision: what the network computes in; losses are float32 or wider always.
        averaging: stochastic weight averaging, if wanted.
    """

    module: nn.Module
    objective: nn.Module
    batches: Batches
    seed: int
    total_steps: int
    precision: Precision = "fp32"
    averaging: WeightAveraging | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The losses that plugins may have brought."""
        return ()

    @property
    def device(self) -> torch.device:
        """Where the module is."""
        return next(self.module.parameters()).device

    def autocast(self) -> AbstractContextManager[Any]:
        """The context in which the network runs."""
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=_AUTOCAST[self.precision])

    @abstractmethod
    def measure(self, module: Any, batch: Batch, step: int) -> LossValues:
        """Run a module, the task's own or its average, on a batch as a training step does, and measure the losses."""


@dataclass(frozen=True)
class Step:
    """One step that was taken.

    Attributes:
        number: steps taken so far, this one included.
        epoch: counted from 0.
        total: the objective before the step.
        terms: its unweighted parts.
        weights: what each part was multiplied by.
        grad_norm: the norm of the gradient before clipping.
        lr: the learning rate.
        pieces: pieces in the batch.
    """

    number: int
    epoch: int
    total: float
    terms: dict[str, float]
    weights: dict[str, float]
    grad_norm: float
    lr: float
    pieces: int


def train(task: Task, state: TrainState) -> Iterator[Step]:
    """Train from the state's step to the task's end, yielding after every step.

    Raises:
        DivergedError: a term or the gradient was not finite; the weights are those before the step.
        PluginError: a loss or the renderer failed; the state is that before the step.
    """
    while state.step < task.total_steps:
        step = state.step
        batch = task.batches(step).to(task.device)
        lr = _learning_rate(task, state)
        for group in state.optimiser.param_groups:
            group["lr"] = lr

        task.module.train()
        state.optimiser.zero_grad(set_to_none=True)
        # Only the losses are kept: the pass itself is as large as all the rest, and would live through the backward.
        with _statistics_kept(task.module):
            measured = task.measure(task.module, batch, step)
        state.scaler.scale(measured.total).backward()
        state.scaler.unscale_(state.optimiser)
        limit = state.optim.clip or float("inf")
        norm = torch.nn.utils.clip_grad_norm_(task.module.parameters(), limit)

        numbers = _numbers({**measured.terms, "total": measured.total.detach(), "grad_norm": norm})
        # A float16 gradient may overflow now and then: the scaler skips the step and scales less.
        scaled = state.scaler.is_enabled() and state.scaler.get_scale() > SMALLEST_SCALE
        wrong = first_bad({k: v for k, v in numbers.items() if not (scaled and k == "grad_norm")})
        if wrong is not None:
            raise _diverged(task, batch, step, wrong, numbers)
        # Only now is it sure that the step is taken, and will not be taken again by a run that goes on.
        if task.averaging and task.averaging.takes(step, task.batches.steps_per_epoch):
            state.add_to_average()
        state.scaler.step(state.optimiser)
        state.scaler.update()
        state.step += 1
        state.update_average()
        if state.average is not None and task.averaging and state.step == task.total_steps:
            _measure_statistics(task, state.average.module)
        yield Step(
            number=state.step,
            epoch=step // task.batches.steps_per_epoch,
            total=numbers.pop("total"),
            grad_norm=numbers.pop("grad_norm"),
            terms=numbers,
            weights=measured.weights,
            lr=lr,
            pieces=len(batch.pieces),
        )


def _learning_rate(task: Task, state: TrainState) -> float:
    rate = state.optim.rate(state.step, task.total_steps)
    if task.averaging:
        rate = task.averaging.rate(rate, state.step // task.batches.steps_per_epoch)
    return rate * state.rate_scale


def _measure_statistics(task: Task, averaged: nn.Module) -> None:
    """Measure the averaged weights' batch-norm statistics in the epoch that would come next."""
    epoch = -(-task.total_steps // task.batches.steps_per_epoch)

    def one_pass(step: int) -> None:
        task.measure(averaged, task.batches(step).to(task.device), step)

    first = epoch * task.batches.steps_per_epoch
    steps = range(first, first + task.batches.steps_per_epoch)
    measure_statistics(averaged, (functools.partial(one_pass, step) for step in steps))


@contextmanager
def _statistics_kept(module: nn.Module) -> Iterator[None]:
    """If a plugin fails, undo what the pass did to running statistics: what is saved then is the last whole step."""
    before = [buffer.clone() for buffer in module.buffers()]
    try:
        yield
    except PluginError:
        for buffer, value in zip(module.buffers(), before, strict=True):
            buffer.copy_(value)
        raise


def _numbers(scalars: Mapping[str, torch.Tensor]) -> dict[str, float]:
    # One transfer for all: on an accelerator each would wait for the device.
    values = torch.stack([value.detach().double() for value in scalars.values()]).tolist()
    return dict(zip(scalars, values, strict=True))


def _diverged(task: Task, batch: Batch, step: int, wrong: str, numbers: dict[str, float]) -> DivergedError:
    module = first_bad_module(task.module, lambda: task.measure(task.module, batch, step))
    report = {
        "step": step,
        "wrong": wrong,
        "values": {name: repr(value) for name, value in numbers.items()},
        "pieces": batch.pieces.tolist(),
        "first_module": module,
        "parameters": bad_parameters(task.module),
    }
    what = "the gradient" if wrong == "grad_norm" else f"term {wrong!r}"
    blamed = next((term for term in task.terms if f"{wrong}.".startswith(f"{term.name}.")), None)
    if blamed and blamed.origin.partition(" ")[0] != "asciivae":
        what += f" of {blamed.origin}"
    where = f", first in the output of module {module!r}" if module else ""
    return DivergedError(
        f"{what} became {numbers[wrong]}{where}; no step was taken",
        place=f"step {step}",
        hint="lower optim.lr, set optim.clip, or train in fp32",
        report=report,
    )
