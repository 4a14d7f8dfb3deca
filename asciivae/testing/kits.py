"""The checks of each kind of plugin, and how a subject of theirs is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from asciivae.testing import losses, metrics, models, observers, optimisers, renderers, sources, steps
from asciivae.testing.checks import Check, Subject
from asciivae.testing.loss_subject import LossSubject


class Kit(NamedTuple):
    """The checks of a kind of plugin; `subject` takes a class and its options."""

    checks: Sequence[Check[Any]]
    subject: Callable[..., Subject]


KITS = {
    "loss": Kit(losses.CHECKS, LossSubject),
    "model": Kit(models.CHECKS, models.ModelSubject),
    "renderer": Kit(renderers.CHECKS, renderers.RendererSubject),
    "metric": Kit(metrics.CHECKS, metrics.MetricSubject),
    "observer": Kit(observers.CHECKS, observers.ObserverSubject),
    "optimiser": Kit(optimisers.CHECKS, optimisers.OptimiserSubject),
    "step": Kit(steps.CHECKS, steps.StepSubject),
    "source": Kit(sources.CHECKS, sources.SourceSubject),
}
