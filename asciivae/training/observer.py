"""Callbacks of a run."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from asciivae.blame import blamed
from asciivae.contract import RunFacts
from asciivae.errors import PluginError

if TYPE_CHECKING:
    from asciivae.errors import DivergedError
    from asciivae.training.loop import Step

_log = logging.getLogger(__name__)


class Observer:
    """Callbacks of a run, which do nothing by default. An observer cannot affect the weights."""

    def stepped(self, step: Step) -> None:
        """A step was taken."""

    def logged(self, record: Mapping[str, Any]) -> None:
        """A record was appended to the metrics."""

    def sampled(self, step: int, text: str) -> None:
        """A few pieces were reconstructed."""

    def rolled_back(self, error: DivergedError, step: int, rate_scale: float) -> None:
        """The run diverged and went back to a checkpoint."""


class PluginObservers:
    """The observers that a recipe names; one that fails is reported with a warning, and not called again.

    Args:
        observers: each observer (see `contract.RunObserver`) with its description.
    """

    def __init__(self, observers: Sequence[tuple[str, Any]]) -> None:
        self._observers = list(observers)

    def started(self, run: RunFacts) -> None:
        """The run starts, or is resumed."""
        self._tell("started", run)

    def stepped(self, step: Step) -> None:
        """A step was taken."""
        if self._observers:
            own = {"total": step.total, "grad_norm": step.grad_norm, "lr": step.lr, "epoch": float(step.epoch)}
            self._tell("stepped", step.number, {**step.terms, **own})

    def validated(self, step: int, values: Mapping[str, float]) -> None:
        """The run was validated."""
        self._tell("validated", step, dict(values))

    def sampled(self, step: int, text: str) -> None:
        """A few pieces were reconstructed."""
        self._tell("sampled", step, text)

    def finished(self, step: int, error: str) -> None:
        """The run ended; completely if `error` is empty."""
        self._tell("finished", step, error)

    def _tell(self, event: str, *arguments: Any) -> None:
        import torch  # not at the top: the command line imports this module

        for described, observer in list(self._observers):
            method = getattr(observer, event, None)
            if method is None:
                continue
            try:
                # The generator of PyTorch is kept, so that a run with an observer equals one without.
                with torch.random.fork_rng(devices=[]), torch.no_grad(), blamed(described, "leave it out"):
                    method(*arguments)
            except PluginError as failed:
                self._observers.remove((described, observer))
                _log.warning("%s; it is not called again in this run, which goes on", failed.headline)
