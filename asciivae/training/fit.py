"""A whole run: the training loop with logging, validation, samples and checkpoints.

Nothing here changes the weights: what happens between steps reads the state in evaluation mode, with separate random
streams.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from asciivae.blame import Pressed, said
from asciivae.contract import RunFacts
from asciivae.errors import AsciivaeError, DivergedError, Interrupted, PluginError
from asciivae.losses.objective import PYTHON
from asciivae.settings.convert import plain
from asciivae.training.experiment import Experiment
from asciivae.training.loop import BrokenStepError, Step, train
from asciivae.training.observer import Observer, PluginObservers
from asciivae.training.prefetch import WorkerError
from asciivae.training.ranks import Ranks, RanksError
from asciivae.training.run_dir import RunDir

MOST_ROLLBACKS = 8
_NAMES: dict[int, str] = {
    getattr(signal, name): said
    for name, said in {"SIGINT": "Ctrl-C", "SIGTERM": "SIGTERM", "SIGHUP": "SIGHUP"}.items()
    if hasattr(signal, name)
}
"""The signals that ask a run to stop, and what they are called."""


def fit(experiment: Experiment, folder: RunDir, observer: Observer) -> Iterator[Step]:
    """Train from the state's step to the end of the task; yield each step once it is logged, sampled and saved.

    A caller that stops early (`close`, or `break` in a loop) leaves a checkpoint of the last step.

    Raises:
        Interrupted: Ctrl-C, SIGTERM or SIGHUP; the current step was completed and saved. After a second Ctrl-C, the
            last checkpoint is what is kept.
        DivergedError: a term or the gradient was not finite; see the folder's `diverged/`.
        WorkerError: a process that makes batches was killed; the last completed step was saved.
        RanksError: another process of the training ended; the last completed step was saved.
        PluginError: a plugin failed; the last completed step was saved.
        RunError: a file cannot be written.
    """
    state = experiment.state
    told = PluginObservers(experiment.observers)
    rollback = experiment.recipe.train.on_divergence == "rollback"
    with _interruptible(experiment.task.ranks) as wanted, _followed(experiment, folder, told):
        rollbacks = 0
        if rollback and not folder.has_checkpoint():
            _save(experiment, folder)  # a rollback target for the first steps, which diverge most often
        while True:
            try:
                yield from _to_the_end(experiment, folder, observer, told, wanted)
                return
            except GeneratorExit:
                _save(experiment, folder)
                raise
            except KeyboardInterrupt:
                if not wanted:
                    raise
                raise Interrupted(
                    f"stopped at once in step {state.step + 1}; {_kept(folder)}",
                    place=str(folder.path),
                    hint=f"asciivae train --resume {folder.path}",
                ) from None
            except PluginError as error:
                if isinstance(error, BrokenStepError):
                    raise
                _save(experiment, folder)
                again = f"asciivae train --resume {folder.path}"
                if any(term.origin == PYTHON for term in experiment.task.terms):
                    again = f"asciivae.resume({str(folder.path)!r}, losses=…)"
                error.hint = f"{error.hint}; step {state.step} is saved; fix the plugin and resume: {again}"
                raise
            except WorkerError:
                _save(experiment, folder)
                raise
            except RanksError as error:
                _save(experiment, folder)
                raise RanksError(
                    f"a process of this training ended in step {state.step + 1}, and so do the others; {_kept(folder)}",
                    place=str(folder.path),
                    hint=f"asciivae train --resume {folder.path}",
                ) from error
            except DivergedError as error:
                where = folder.write_divergence(error.report)
                alone = "" if rollback else "; to roll back automatically: --set train.on_divergence=rollback"
                error.hint = f"{error.hint}{alone}; the full report is in {where}"
                if not rollback or rollbacks == MOST_ROLLBACKS:
                    raise
                rollbacks += 1
                scale = state.rate_scale / 2
                if not folder.load(state):
                    raise
                state.rate_scale = scale
                folder.rewind(state.step)
                observer.rolled_back(error, state.step, scale)


@contextmanager
def _followed(experiment: Experiment, folder: RunDir, told: PluginObservers) -> Iterator[None]:
    """Tell the recipe's observers how the run starts and how it ends."""
    state, total = experiment.state, experiment.task.total_steps
    recipe: dict[str, Any] = plain(experiment.recipe)
    told.started(RunFacts(name=experiment.name, folder=folder.path, recipe=recipe, step=state.step, total_steps=total))
    try:
        yield
    except GeneratorExit:
        told.finished(state.step, "stopped by the caller")
        raise
    except BaseException as error:
        told.finished(state.step, error.headline if isinstance(error, AsciivaeError) else said(error))
        raise
    told.finished(state.step, "")


def _to_the_end(
    experiment: Experiment, folder: RunDir, observer: Observer, told: PluginObservers, wanted: list[int]
) -> Iterator[Step]:
    task, state, every, clock = experiment.task, experiment.state, experiment.recipe.every, _Clock()
    for step in train(task, state):
        last = step.number == task.total_steps
        clock.pieces += step.pieces
        observer.stepped(step)
        told.stepped(step)
        if last or step.number % every.log == 0:
            _log(folder, observer, _training_record(step, clock.rate()))
        with clock.stopped():
            if last or step.number % every.evaluate == 0:
                values = experiment.validate(state)
                _log(folder, observer, {"kind": "validation", "step": step.number, **values})
                told.validated(step.number, values)
            if last or step.number % every.sample == 0:
                text = experiment.sample(state, folder)
                folder.write_sample(step.number, text)
                observer.sampled(step.number, text)
                told.sampled(step.number, text)
            if last or wanted or step.number % every.checkpoint == 0:
                _save(experiment, folder)
            yield step
        # Each process gets a signal at its own time, and all stop after the same step.
        signalled = task.ranks.most(wanted[0] if wanted else 0)
        if signalled and not last:
            _save(experiment, folder)
            stopped = Interrupted(
                f"stopped by {_NAMES[signalled]} after step {step.number} of {task.total_steps}, and saved",
                place=str(folder.path),
                hint=f"asciivae train --resume {folder.path}",
            )
            stopped.exit_code = 128 + signalled
            raise stopped
    _save(experiment, folder)


class _Clock:
    """Counts pieces and the training time spent on them, excluding the work between steps."""

    def __init__(self) -> None:
        self.pieces = 0
        self._since = time.perf_counter()

    def rate(self) -> float:
        """Pieces per second since the previous call."""
        now = time.perf_counter()
        rate = self.pieces / max(now - self._since, 1e-9)
        self.pieces, self._since = 0, now
        return rate

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Exclude the time spent in this block."""
        begun = time.perf_counter()
        yield
        self._since += time.perf_counter() - begun


def _save(experiment: Experiment, folder: RunDir) -> None:
    folder.save(experiment.state, experiment.metadata, experiment.glyphs, keep=experiment.recipe.every.keep)


def _kept(folder: RunDir) -> str:
    kept = folder.latest_step()
    return "no step is saved" if kept is None else f"step {kept} is the last that is saved"


def _training_record(step: Step, pieces_per_second: float) -> dict[str, Any]:
    return {
        "kind": "train",
        "step": step.number,
        "epoch": step.epoch,
        "total": step.total,
        **step.terms,
        "grad_norm": step.grad_norm,
        "lr": step.lr,
        "pieces_per_second": round(pieces_per_second, 2),
    }


def _log(folder: RunDir, observer: Observer, record: dict[str, Any]) -> None:
    folder.log(record)
    observer.logged(record)


@contextmanager
def _interruptible(ranks: Ranks) -> Iterator[list[int]]:
    """Record the first Ctrl-C, SIGTERM or SIGHUP in a list; a later Ctrl-C raises KeyboardInterrupt as usual.

    SIGHUP that is ignored (`nohup`) stays so. When a process of several is lost, the launcher sends signals to the
    others, which are ending by themselves: these are ignored.
    """
    wanted: list[int] = []

    def first(number: int, frame: FrameType | None) -> None:
        if wanted and number == signal.SIGINT:
            raise Pressed
        wanted.append(number)

    before: dict[int, Any] = {}
    try:
        for number in _NAMES:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, first)
    except ValueError:  # signal handlers can only be set in the main thread
        yield wanted
        return
    try:
        yield wanted
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if ranks.lost else handler)
