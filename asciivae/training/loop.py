"""The training loop, a generator that yields after every step.

batch → model → losses → gradient → finite check → step
"""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import nn

from asciivae.blame import contained, said
from asciivae.errors import DivergedError, PluginError
from asciivae.losses.objective import LossValues, Term
from asciivae.training.averaging import measure_statistics
from asciivae.training.batches import Batch, Batches
from asciivae.training.guard import bad_parameters, first_bad, first_bad_module
from asciivae.training.prefetch import batches_ahead
from asciivae.training.ranks import Measure, Ranks, RanksError
from asciivae.training.settings import Precision, WeightAveraging
from asciivae.training.state import TrainState

_AUTOCAST = {"bf16": torch.bfloat16, "fp16": torch.float16}
SMALLEST_SCALE = 1.0
"""The gradient scale below which a float16 overflow counts as divergence."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """The module to train, its objective and its data; each kind of recipe has a subclass.

    Attributes:
        module: the module to train, on the device of the run.
        objective: the losses.
        batches: the batches of the training split.
        seed: all randomness is derived from it.
        total_steps: the number of steps of the run.
        precision: of the network; losses are always float32 or wider.
        averaging: stochastic weight averaging; None for none.
        workers: processes that make batches ahead.
        ranks: the processes that train together, of which `batches` makes the part of this one.
    """

    module: nn.Module
    objective: nn.Module
    batches: Batches
    seed: int
    total_steps: int
    precision: Precision = "fp32"
    averaging: WeightAveraging | None = None
    workers: int = 0
    ranks: Ranks = Ranks()

    @property
    def terms(self) -> tuple[Term, ...]:
        """The losses that may come from plugins."""
        return ()

    @property
    def device(self) -> torch.device:
        """The device of the module."""
        return next(self.module.parameters()).device

    def autocast(self) -> AbstractContextManager[Any]:
        """The autocast context of the run's precision."""
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=_AUTOCAST[self.precision])

    def indivisible(self) -> str:
        """Why several processes cannot divide its batches; empty if they can."""
        return ""

    def shared(self, ranks: Ranks) -> Self:
        """The task of one of several processes, which has its part of every batch."""
        return replace(self, ranks=ranks, batches=self.batches.shared(ranks))

    def losses_kept(self) -> AbstractContextManager[None]:
        """A context that undoes what the losses change in their state."""
        return nullcontext()

    def explain_backward(self, error: BaseException, batch: Batch, step: int) -> BaseException:
        """The error to raise for an exception in the backward pass: a `PluginError` if a plugin caused it."""
        return error

    def explain_divergence(self, batch: Batch, step: int) -> BaseException | None:
        """The error to raise for a non-finite value if a plugin made it of finite ones; else None."""
        return None

    @abstractmethod
    def measure(self, module: Any, batch: Batch, step: int) -> LossValues:
        """Compute the losses of a module (the task's own or its weight average) on a batch, as a training step does.

        Of a part of a batch, what it contributes: the sum over all processes is that of the whole batch.
        """


@dataclass(frozen=True)
class Step:
    """A completed training step.

    Attributes:
        number: steps taken so far, including this one.
        epoch: counted from 0.
        total: the objective before the step.
        terms: its unweighted terms.
        weights: the weight of each term.
        grad_norm: the norm of the gradient before clipping.
        lr: the learning rate.
        pieces: pieces in the batch, those of all processes together.
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
        RanksError: another process of the training ended; the state is that before the step.
    """
    measure = task.ranks.together(task.module, task.measure)
    made = batches_ahead(task.batches, state.step, task.total_steps, task.workers)
    with closing(made):
        for batch in made:
            yield _step(task, state, measure, batch.to(task.device))


def _step(task: Task, state: TrainState, measure: Measure, batch: Batch) -> Step:
    step = state.step
    lr = _learning_rate(task, state)
    for group in state.optimiser.param_groups:
        group["lr"] = lr

    task.module.train()
    state.optimiser.zero_grad(set_to_none=True)
    # Keep only the losses: the model's output would otherwise stay in memory during the backward pass.
    with _restored_on_error(task.module, state):
        measured = measure(batch, step)
        _backward(task, state, measured, batch, step)
        state.scaler.unscale_(state.optimiser)
        gradients = [one.grad for one in task.module.parameters() if one.grad is not None]
        norm = _norm(gradients)

        numbers = _numbers(task.ranks, {**measured.terms, "total": measured.total}, {"grad_norm": norm})
        # An occasional float16 overflow is expected: the scaler skips the step and reduces the scale.
        scaled = state.scaler.is_enabled() and state.scaler.get_scale() > SMALLEST_SCALE
        wrong = first_bad({k: v for k, v in numbers.items() if not (scaled and k == "grad_norm")})
        if wrong is not None:
            raise task.explain_divergence(batch, step) or _diverged(task, batch, step, wrong, numbers)
    # PyTorch's own clipping also multiplies gradients that are short enough, to wait for nothing; here it is known.
    if state.optim.clip and numbers["grad_norm"] > state.optim.clip:
        torch._foreach_mul_(gradients, state.optim.clip / (norm + 1e-6))
    # Only now is it certain that the step is taken; a failed one is repeated when the run is resumed.
    if task.averaging and task.averaging.takes(step, task.batches.steps_per_epoch):
        state.add_to_average()
    _take_step(state)
    state.scaler.update()
    state.step += 1
    state.update_average()
    if state.average is not None and task.averaging and state.step == task.total_steps:
        _measure_statistics(task, state.average.module)
    return Step(
        number=state.step,
        epoch=step // task.batches.steps_per_epoch,
        total=numbers.pop("total"),
        grad_norm=numbers.pop("grad_norm"),
        terms=numbers,
        weights=measured.weights,
        lr=lr,
        pieces=batch.whole,
    )


def _norm(gradients: list[torch.Tensor]) -> torch.Tensor:
    """The norm of all gradients as one vector; 0 without any."""
    if not gradients:
        return torch.zeros(())
    norm: torch.Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
    return norm


def _backward(task: Task, state: TrainState, measured: LossValues, batch: Batch, step: int) -> None:
    with contained(lambda error: task.ranks.lost or task.explain_backward(error, batch, step)):
        state.scaler.scale(measured.total).backward()


class BrokenStepError(PluginError):
    """An optimiser failed while it changed the weights, so that the state is that of no step."""


def _take_step(state: TrainState) -> None:
    if state.optim.plugin is None:
        state.scaler.step(state.optimiser)
        return
    place = f"optimiser {state.optim.use!r}, step {state.step}"
    hint = "the last checkpoint is kept; correct the optimiser and resume, or train with another"
    with contained(lambda error: BrokenStepError(f"failed with {said(error)}", place=place, hint=hint)):
        state.scaler.step(state.optimiser)
    for parameter in state.model.parameters():
        for key, value in state.optimiser.state[parameter].items():
            if not isinstance(value, torch.Tensor):
                what = f"its state {key!r} is {type(value).__name__}, not a tensor, and cannot be saved"
                raise BrokenStepError(what, place=place, hint="see asciivae.contract.Optimiser")


def _learning_rate(task: Task, state: TrainState) -> float:
    rate = state.optim.rate(state.step, task.total_steps)
    if task.averaging:
        rate = task.averaging.rate(rate, state.step // task.batches.steps_per_epoch)
    return rate * state.rate_scale


def _measure_statistics(task: Task, averaged: nn.Module) -> None:
    """Measure the batch-norm statistics of the averaged weights on the batches of the next epoch."""
    epoch = -(-task.total_steps // task.batches.steps_per_epoch)

    def one_pass(step: int) -> None:
        with task.losses_kept():
            task.measure(averaged, task.batches(step).to(task.device), step)

    first = epoch * task.batches.steps_per_epoch
    steps = range(first, first + task.batches.steps_per_epoch)
    measure_statistics(averaged, (functools.partial(one_pass, step) for step in steps))


@contextmanager
def _restored_on_error(module: nn.Module, state: TrainState) -> Iterator[None]:
    """Restore running statistics and the state of losses if a plugin fails, to those of the last completed step."""

    def tensors() -> list[torch.Tensor]:
        return [*module.buffers(), *state.of_losses().values()]

    before = [tensor.clone() for tensor in tensors()]
    try:
        yield
    except (PluginError, RanksError):
        with torch.no_grad():
            for tensor, value in zip(tensors(), before, strict=True):
                tensor.copy_(value)
        raise


def _numbers(
    ranks: Ranks, contributions: Mapping[str, torch.Tensor], shared: Mapping[str, torch.Tensor]
) -> dict[str, float]:
    """The sums of what all processes contribute, and the numbers that they share."""
    summed = ranks.sum(torch.stack([value.detach().double() for value in contributions.values()]))
    # A single transfer, since each one synchronises with the device.
    values = torch.cat([summed, torch.stack([value.detach().double() for value in shared.values()])]).tolist()
    return dict(zip([*contributions, *shared], values, strict=True))


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
