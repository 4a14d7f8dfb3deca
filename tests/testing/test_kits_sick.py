"""Metrics, observers, optimisers and cleaning steps that break one promise each: the kit names it.

Sick losses, renderers, models and sources are in `test_losses.py`, `test_renderers.py`, `test_models.py` and
`test_sources.py`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn

from asciivae.contract import Facts, LossInputs, RawArt, Refusal, RunFacts
from asciivae.testing import (
    Violation,
    check_metric,
    check_observer,
    check_optimiser,
    check_step,
    examine,
    metric_checks,
    observer_checks,
    optimiser_checks,
    step_checks,
)
from asciivae.testing.kits import KITS


@dataclass(frozen=True)
class Options:
    pass


class Part:
    contract: ClassVar[int] = 2
    Config: ClassVar[type] = Options

    def __init__(self, config: Options) -> None:
        pass


# ── metrics ─────────────────────────────────────────────────────────────────────────────────────────────────


class Right(nn.Module):
    """The fraction of cells that are right: sound."""

    contract: ClassVar[int] = 2
    Config: ClassVar[type] = Options
    needs: frozenset[str] = frozenset()
    higher_is_better: Any = True

    def __init__(self, config: Options, facts: Facts) -> None:
        super().__init__()

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        right = inputs.mask & (inputs.logits.argmax(1) == inputs.target)
        return {"": right.flatten(1).sum(1) / inputs.mask.flatten(1).sum(1)}


class Undecided(Right):
    higher_is_better = "yes"


class Upside(Right):
    higher_is_better = False


class PerInk(Right):
    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        inked = (inputs.mask & (inputs.target != 0)).flatten(1).sum(1)
        return {"": (inputs.mask.flatten(1).sum(1) + super().forward(inputs)[""]) / inked}


class MeanOfTheBatch(Right):
    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        return {"": super().forward(inputs)[""].mean().expand(len(inputs.target))}


# ── observers ───────────────────────────────────────────────────────────────────────────────────────────────


class Counter(Part):
    """Sound."""

    def started(self, run: RunFacts) -> None:
        self.file = run.folder / "steps.txt"

    def stepped(self, step: int, values: Mapping[str, float]) -> None:
        self.file.write_text(str(step))


class Silent(Part):
    pass


class Rounding(Counter):
    def stepped(self, step: int, values: Mapping[str, float]) -> None:
        round(values["soft.far"])


class OnlyOnce(Counter):
    def started(self, run: RunFacts) -> None:
        super().started(run)
        (run.folder / "own").mkdir()


class Sluggish(Counter):
    def stepped(self, step: int, values: Mapping[str, float]) -> None:
        until = time.process_time() + 0.06
        while time.process_time() < until:
            pass


class Shuffling(Counter):
    def stepped(self, step: int, values: Mapping[str, float]) -> None:
        random.shuffle(list(values))


# ── optimisers ──────────────────────────────────────────────────────────────────────────────────────────────


class Momentum(Part):
    """Sound."""

    def __call__(self, parameters: Iterable[Any], lr: float, weight_decay: float) -> Any:
        return torch.optim.SGD(parameters, lr=lr, momentum=0.9)


class FirstOnly(Momentum):
    def __call__(self, parameters: Iterable[Any], lr: float, weight_decay: float) -> Any:
        return torch.optim.SGD(list(parameters)[:1], lr=lr)


class NoOptimiser(Momentum):
    def __call__(self, parameters: Iterable[Any], lr: float, weight_decay: float) -> Any:
        return list(parameters)


class Uphill(Momentum):
    def __call__(self, parameters: Iterable[Any], lr: float, weight_decay: float) -> Any:
        return torch.optim.SGD(parameters, lr=lr, maximize=True)


class _OwnRate(torch.optim.SGD):
    def step(self, closure: Any = None) -> Any:
        for group in self.param_groups:
            group["lr"] = 0.01
        return super().step(closure)


class OwnRate(Momentum):
    def __call__(self, parameters: Iterable[Any], lr: float, weight_decay: float) -> Any:
        return _OwnRate(parameters, lr=lr)


class _Counting(torch.optim.SGD):
    calls = 0

    def step(self, closure: Any = None) -> Any:
        self.calls += 1
        for group in self.param_groups:
            group["lr"] *= 1 + 0.1 * (self.calls % 3)
        return super().step(closure)


class Counting(Momentum):
    def __call__(self, parameters: Iterable[Any], lr: float, weight_decay: float) -> Any:
        return _Counting(parameters, lr=lr)


class _Noting(torch.optim.SGD):
    def step(self, closure: Any = None) -> Any:
        for group in self.param_groups:
            for parameter in group["params"]:
                self.state[parameter]["calls"] = self.state[parameter].get("calls", 0) + 1
        return super().step(closure)


class Noting(Momentum):
    def __call__(self, parameters: Iterable[Any], lr: float, weight_decay: float) -> Any:
        return _Noting(parameters, lr=lr)


# ── steps ───────────────────────────────────────────────────────────────────────────────────────────────────


class Stripped(Part):
    """Sound."""

    def __call__(self, art: RawArt) -> Any:
        text = "\n".join(line.rstrip() for line in art.text.split("\n")).strip("\n")
        return text if text else Refusal("blank")


class Shortened(Stripped):
    def __call__(self, art: RawArt) -> Any:
        return art.text[1:]


class Nothing(Stripped):
    def __call__(self, art: RawArt) -> Any:
        return None


class Unicode(Stripped):
    def __call__(self, art: RawArt) -> Any:
        return art.text.replace("\\", "╲")


class Personal(Stripped):
    def __call__(self, art: RawArt) -> Any:
        return Refusal(f"not {art.text[:8]}")


class Slow(Stripped):
    def __call__(self, art: RawArt) -> Any:
        text = art.text
        for i in range(min(len(text), 30_000)):
            text.count("\n", 0, i * 4)
            text[:i].rstrip()
            "".join(reversed(text))
        return art.text


class Reading(Stripped):
    def __call__(self, art: RawArt) -> Any:
        Path("/etc/hostname").exists()
        with open("/dev/null"):
            return super().__call__(art)


SICK: list[tuple[str, type[Any], str, str]] = [
    ("metric", Undecided, "declaration", "`higher_is_better` is neither True, False nor None"),
    ("metric", Upside, "perfection", "`higher_is_better` is False, and '' of a perfect reconstruction is worse"),
    ("metric", PerInk, "no-infinity", "'' is infinite on a blank or small page"),
    ("metric", MeanOfTheBatch, "batch-independence", "depends on the other pieces of the batch"),
    ("observer", Silent, "declaration", "it has none of the methods started, stepped"),
    ("observer", Rounding, "a-run", "ValueError: cannot convert float NaN to integer"),
    ("observer", OnlyOnce, "a-resumed-run", "FileExistsError"),
    ("observer", Sluggish, "duration", "s per step; at most 0.05 s"),
    ("observer", Shuffling, "random-state", "it draws from the global generator of Python"),
    ("optimiser", FirstOnly, "declaration", "its parameter groups are not all parameters, each once"),
    ("optimiser", NoOptimiser, "declaration", "it makes a list, not a torch.optim.Optimizer"),
    ("optimiser", Uphill, "learning", "the loss goes from"),
    ("optimiser", OwnRate, "learning-rate", "with a learning rate of 0 it changes"),
    ("optimiser", Counting, "saved-state", "some of its state is elsewhere"),
    ("optimiser", Noting, "saved-state", "its state 'calls' is int, not a tensor"),
    ("step", Shortened, "idempotence", "applied to what it returned"),
    ("step", Nothing, "outcomes", "it returns NoneType, neither text nor texts nor a Refusal"),
    ("step", Unicode, "characters", "it returns the character '╲'"),
    ("step", Personal, "reasons", "reasons for"),
    ("step", Slow, "long-texts", "it takes more than 2 s"),
    ("step", Reading, "no-access", "it caused open"),
]
SOUND = {"metric": Right, "observer": Counter, "optimiser": Momentum, "step": Stripped}


@pytest.mark.parametrize(
    ("kind", "plugin", "check", "reason"), SICK, ids=lambda value: getattr(value, "__name__", None)
)
def test_a_broken_promise_is_named(kind: str, plugin: type[Any], check: str, reason: str) -> None:
    broken = {found.check: found.reason for found in examine(kind, plugin, Options()) if found.state == "broken"}
    assert check in broken
    assert reason in broken[check]


@pytest.mark.parametrize("kind", SOUND)
def test_a_sound_one_keeps_every_promise(kind: str) -> None:
    assert {found.state for found in examine(kind, SOUND[kind], Options())} == {"kept"}


def test_as_plain_functions() -> None:
    check_metric(Right)
    check_observer(Counter)
    check_optimiser(Momentum)
    check_step(Stripped)
    with pytest.raises(Violation, match="characters"):
        check_step(Unicode)


@pytest.mark.parametrize(
    ("checks", "plugin"),
    [(metric_checks, Right), (observer_checks, Counter), (optimiser_checks, Momentum), (step_checks, Stripped)],
)
def test_as_a_parametrisation(checks: Any, plugin: type[Any]) -> None:
    (_, cases) = checks(plugin).args
    for case in cases:
        case.values[0]()


def test_every_kind_has_a_kit() -> None:
    assert set(KITS) == {"loss", "model", "renderer", "metric", "observer", "optimiser", "step", "source"}
