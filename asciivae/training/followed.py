"""A run's folder in a process that trains together with others and does not lead: it reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import Tensor

from asciivae.training.run_dir import RunDir
from asciivae.training.state import TrainState


class FollowedDir(RunDir):
    """The folder of a run whose leader, another process, locks it and writes into it."""

    def save(self, state: TrainState, metadata: Mapping[str, str], glyphs: Tensor, *, keep: int) -> Path:
        """Leave it to the leader."""
        return self.checkpoints

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Leave it to the leader."""
        yield

    def log(self, record: Mapping[str, Any]) -> None:
        """Leave it to the leader."""

    def describe(self, files: Mapping[str, str]) -> None:
        """Leave it to the leader."""

    def rewind(self, step: int) -> None:
        """Leave it to the leader."""

    def write_sample(self, step: int, text: str) -> Path:
        """Leave it to the leader."""
        return self.path

    def write_divergence(self, report: Mapping[str, Any]) -> Path:
        """Leave it to the leader."""
        return self.path / "diverged"
