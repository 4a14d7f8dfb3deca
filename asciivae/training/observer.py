"""Callbacks of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asciivae.errors import DivergedError
    from asciivae.training.loop import Step


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
