"""A whole run: the loop, and beside it what is logged, measured, shown and saved, and when.

Nothing here can change a weight: everything that is done between steps is given the state to look at, in evaluation
mode, with noise of its own.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Protocol

from torch import Tensor

from asciivae.errors import DivergedError, Interrupted, PluginError
from asciivae.train.loop import Step, Task, train
from asciivae.train.run_dir import RunFolder
from asciivae.train.state import TrainState

MOST_ROLLBACKS = 8


@dataclass(frozen=True)
class Cadence:
    """How often things happen, in steps; `keep` is how many checkpoints stay."""

    log: int
    evaluate: int
    checkpoint: int
    sample: int
    keep: int


class Observer(Protocol):
    """Somebody who watches a run. What an observer does cannot reach the weights."""

    def stepped(self, step: Step) -> None:
        """A step was taken."""
        ...

    def logged(self, record: Mapping[str, Any]) -> None:
        """A record went into the metrics."""
        ...

    def sampled(self, step: int, text: str) -> None:
        """The model was asked for a few reconstructions."""
        ...

    def rolled_back(self, error: DivergedError, step: int, rate_scale: float) -> None:
        """The run diverged and went back to a checkpoint."""
        ...


@dataclass(frozen=True)
class Run:
    """What a run consists of.

    Attributes:
        task: what is trained.
        state: the moving parts; where they stand is where the run begins.
        folder: where everything is written.
        cadence: how often.
        validate: measures the state.
        sample: shows what the model makes of a few pieces, as text.
        metadata: for the weights file's header.
        glyphs: (95, h, w), for the weights file.
        rollback: on divergence, go back to the last checkpoint with half the learning rate, instead of stopping.
    """

    task: Task
    state: TrainState
    folder: RunFolder
    cadence: Cadence
    validate: Callable[[TrainState], dict[str, float]]
    sample: Callable[[TrainState], str]
    metadata: Mapping[str, str]
    glyphs: Tensor
    rollback: bool = False


def fit(run: Run, observer: Observer) -> None:
    """Train to the end of the task.

    Raises:
        Interrupted: the user pressed Ctrl-C; the step was finished and everything saved.
        DivergedError: something was not finite; see the folder's `diverged/`.
        PluginError: a plugin failed; everything up to the last whole step was saved.
        RunError: something cannot be written.
    """
    with _interruptible() as wanted:
        rollbacks = 0
        if run.rollback and not run.folder.has_checkpoint():
            _save(run)  # early steps diverge most often, and need something to go back to
        while True:
            try:
                _to_the_end(run, observer, wanted)
                break
            except PluginError as error:
                _save(run)
                error.hint = (
                    f"{error.hint}; step {run.state.step} is saved, and with the plugin mended the run goes on: "
                    f"asciivae train --resume {run.folder.path}"
                )
                raise
            except DivergedError as error:
                where = run.folder.write_divergence(error.report)
                alone = "" if run.rollback else "; with --set train.on_divergence=rollback a run goes back by itself"
                error.hint = f"{error.hint}{alone}; the full report is in {where}"
                if not run.rollback or rollbacks == MOST_ROLLBACKS:
                    raise
                rollbacks += 1
                scale = run.state.rate_scale / 2
                if not run.folder.load(run.state):
                    raise
                run.state.rate_scale = scale
                run.folder.rewind(run.state.step)
                observer.rolled_back(error, run.state.step, scale)


def _to_the_end(run: Run, observer: Observer, wanted: list[int]) -> None:
    cadence, clock = run.cadence, _Clock()
    for step in train(run.task, run.state):
        last = step.number == run.task.total_steps
        clock.pieces += step.pieces
        observer.stepped(step)
        if last or step.number % cadence.log == 0:
            _log(run, observer, _training_record(step, clock.rate()))
        with clock.stopped():
            if last or step.number % cadence.evaluate == 0:
                record = {"kind": "validation", "step": step.number, **run.validate(run.state)}
                _log(run, observer, record)
            if last or step.number % cadence.sample == 0:
                text = run.sample(run.state)
                run.folder.write_sample(step.number, text)
                observer.sampled(step.number, text)
            if last or wanted or step.number % cadence.checkpoint == 0:
                _save(run)
        if wanted and not last:
            raise Interrupted(
                f"stopped by Ctrl-C after step {step.number} of {run.task.total_steps}, and saved",
                place=str(run.folder.path),
                hint=f"asciivae train --resume {run.folder.path}",
            )
    _save(run)


class _Clock:
    """Counts pieces and the time spent training on them, without what is done between steps."""

    def __init__(self) -> None:
        self.pieces = 0
        self._since = time.perf_counter()

    def rate(self) -> float:
        """Pieces per second since the last time this was asked."""
        now = time.perf_counter()
        rate = self.pieces / max(now - self._since, 1e-9)
        self.pieces, self._since = 0, now
        return rate

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The time in this block does not count."""
        begun = time.perf_counter()
        yield
        self._since += time.perf_counter() - begun


def _save(run: Run) -> None:
    run.folder.save(run.state, run.metadata, run.glyphs, keep=run.cadence.keep)


def _training_record(step: Step, pieces_per_second: float) -> dict[str, Any]:
    return {
        "kind": "train",
        "step": step.number,
        "epoch": step.epoch,
        "total": step.total,
        **step.terms,
        "gradient": step.gradient,
        "rate": step.rate,
        "pieces_per_second": round(pieces_per_second, 2),
    }


def _log(run: Run, observer: Observer, record: dict[str, Any]) -> None:
    run.folder.log(record)
    observer.logged(record)


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """Collect the first Ctrl-C in a list; the second one interrupts at once, as usual."""
    wanted: list[int] = []

    def first(number: int, frame: FrameType | None) -> None:
        wanted.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    try:
        before = signal.signal(signal.SIGINT, first)
    except ValueError:  # not in the main thread: whoever owns the process handles its signals
        yield wanted
        return
    try:
        yield wanted
    finally:
        signal.signal(signal.SIGINT, before)
