"""What a run tells those who watch it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asciivae.errors import DivergedError
    from asciivae.training.loop import Step


class Observer:
    """Watches a run; override what is of interest. Nothing that an observer does reaches the weights."""

    def stepped(self, step: Step) -> None:
        """A step was taken."""

    def logged(self, record: Mapping[str, Any]) -> None:
        """A record went into the metrics."""

    def sampled(self, step: int, text: str) -> None:
        """A few pieces were reconstructed."""

    def rolled_back(self, error: DivergedError, step: int, rate_scale: float) -> None:
        """The run diverged and went back to a checkpoint."""
