"""The checks of an observer."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asciivae.contract import RunFacts
from asciivae.settings.component import Component
from asciivae.testing.checks import Violation, check, options_survive, random_state_kept, states_the_contract

EVENTS = ("started", "stepped", "validated", "sampled", "finished")
MOST_SECONDS = 0.05
"""The longest that a step may take on average."""


@dataclass(frozen=True)
class ObserverSubject:
    """An observer class with one set of options."""

    plugin: type[Any]
    config: Any

    def made(self) -> Any:
        """A new observer."""
        return self.plugin(self.config)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _told(observer: Any, event: str, *arguments: Any) -> None:
    method = getattr(observer, event, None)
    if method is not None:
        method(*arguments)


def _run(observer: Any, folder: Path, *, first: int = 0, last: int = 20, error: str = "") -> None:
    """Tell an observer of a run."""
    facts = RunFacts(name="a run", folder=folder, recipe={"seed": 0}, step=first, total_steps=20)
    _told(observer, "started", facts)
    for step in range(first + 1, last + 1):
        values = {"ce": 1.0 / step, "soft.far": math.nan if step == 3 else 0.0, "total": 2.0}
        _told(observer, "stepped", step, {**values, "grad_norm": math.inf, "lr": 1e-3, "epoch": 0.0})
        if step % 10 == 0:
            _told(observer, "validated", step, {"ce": 0.5, "char_f1": 0.25})
            _told(observer, "sampled", step, "/\\_/\\  /\\_/\\\n")
    _told(observer, "finished", last, error)


@check(fundamental=True)
def declaration(subject: ObserverSubject) -> None:
    """It declares the contract's number and a frozen Config, and has methods of an observer."""
    states_the_contract(subject.plugin)
    if not any(callable(getattr(subject.made(), event, None)) for event in EVENTS):
        raise Violation(f"it has none of the methods {', '.join(EVENTS)}")


@check()
def options(subject: ObserverSubject) -> None:
    """Its options survive being written to a recipe and read back."""
    options_survive(subject.config, reserved=Component.own_keys())


@check(fundamental=True)
def a_run(subject: ObserverSubject) -> None:
    """It follows a run, with values that are not finite."""
    with _folder() as folder:
        _run(subject.made(), folder)


@check()
def a_resumed_run(subject: ObserverSubject) -> None:
    """It follows a run that fails, and one that goes on in the same folder."""
    with _folder() as folder:
        _run(subject.made(), folder, last=10, error="term 'ce' became nan")
        _run(subject.made(), folder, first=10)


@check()
def unstarted(subject: ObserverSubject) -> None:
    """It can be made without a run, and leaves nothing behind."""
    with _folder() as folder:
        subject.made()
        if any(folder.iterdir()):
            raise Violation("it writes files before a run starts")


@check()
def random_state(subject: ObserverSubject) -> None:
    """It does not draw from the global generators of PyTorch, NumPy and Python."""
    with _folder() as folder, random_state_kept():
        _run(subject.made(), folder)


@check()
def duration(subject: ObserverSubject) -> None:
    """It takes little time per step."""
    with _folder() as folder:
        observer = subject.made()
        began = time.process_time()
        _run(observer, folder)
        taken = (time.process_time() - began) / 20
    if taken > MOST_SECONDS:
        raise Violation(f"it takes {taken:.2g} s per step; at most {MOST_SECONDS} s")


CHECKS = (declaration, options, a_run, a_resumed_run, unstarted, random_state, duration)
"""Every check of an observer."""
