"""The sections `train` and `every` of a recipe: length, weight averaging, intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from asciivae.settings.types import Count, Positive, Share, Whole

Precision = Literal["fp32", "bf16", "fp16"]


@dataclass(frozen=True)
class WeightAveraging:
    """Stochastic weight averaging (Izmailov et al. 2018), on the schedule of the research log's trainer.

    From epoch `start` on, the weights at the beginning of every epoch are averaged.

    Attributes:
        start: the first epoch of averaging, counted from 1.
        lr: the learning rate from then on.
        anneal: epochs over which the learning rate moves to `lr`, along half a cosine.
    """

    start: Count
    lr: Positive
    anneal: Whole = 10

    def rate(self, usual: float, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0, given its rate `usual` without averaging."""
        since = epoch - (self.start - 1)
        if since < 0:
            return usual
        fraction = min(1.0, since / self.anneal) if self.anneal else 1.0
        return usual + (self.lr - usual) * 0.5 * (1 - math.cos(math.pi * fraction))

    def takes(self, step: int, steps_per_epoch: int) -> bool:
        """Whether the weights before this step, counted from 0, are added to the average."""
        epoch, position = divmod(step, steps_per_epoch)
        return position == 0 and epoch >= self.start - 1


@dataclass(frozen=True, kw_only=True)
class Train:
    """Length, batch size, precision and weight averaging of a run.

    Attributes:
        steps: optimiser steps; exactly one of steps and epochs is required. `--set` of one removes the other.
        epochs: passes over the training pieces.
        batch: pieces in a batch.
        precision: the dtype of the forward pass; losses are always fp32.
        ema: the decay of an exponential moving average of the weights, which is evaluated instead; null for none.
        swa: stochastic weight averaging, whose average is evaluated instead; null for none.
        workers: processes that make batches ahead of the training loop; 0 for none. The batches do not depend on it.
        on_divergence: what to do when a term is not finite: stop, or roll back to the last checkpoint with half the
            learning rate.
    """

    steps: Count | None = None
    epochs: Count | None = None
    batch: Count
    precision: Precision = "fp32"
    ema: Share | None = None
    swa: WeightAveraging | None = None
    workers: Annotated[int, Field(ge=0, le=256)] = 0
    on_divergence: Literal["stop", "rollback"] = "stop"

    def __post_init__(self) -> None:
        """Reject a missing or ambiguous length, and two kinds of averaging."""
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("exactly one of steps and epochs is required")
        if self.ema is not None and self.swa is not None:
            raise ValueError("ema and swa cannot be combined")

    def total_steps(self, steps_per_epoch: int) -> int:
        """The number of steps of the run."""
        return self.steps or (self.epochs or 0) * steps_per_epoch

    def of_task(self, steps_per_epoch: int) -> dict[str, Any]:
        """The arguments of a `Task` that are settings of this section."""
        return {
            "total_steps": self.total_steps(steps_per_epoch),
            "precision": self.precision,
            "averaging": self.swa,
            "workers": self.workers,
        }

    def of_state(self) -> dict[str, Any]:
        """The arguments of a `TrainState` that are settings of this section."""
        return {"ema": self.ema, "scaled": self.precision == "fp16"}


@dataclass(frozen=True)
class Every:
    """Intervals of logging, validation and checkpoints, in steps.

    Attributes:
        log: steps between metrics records.
        evaluate: steps between validations.
        checkpoint: steps between checkpoints.
        sample: steps between samples.
        keep: number of checkpoints to keep.
    """

    log: Count = 10
    evaluate: Count = 200
    checkpoint: Count = 500
    sample: Count = 200
    keep: Count = 2
