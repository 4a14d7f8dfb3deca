"""The sections of a recipe that say how long a run is, what it averages, and how often it reports."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from asciivae.settings.types import Count, Positive, Share, Whole

Precision = Literal["fp32", "bf16", "fp16"]


@dataclass(frozen=True)
class WeightAveraging:
    """Stochastic weight averaging (Izmailov et al. 2018), with the schedule of the research log's trainer: from one
    epoch on, the weights at the beginning of every epoch are averaged.

    Attributes:
        start: the epoch, counted from 1, at whose beginning it starts.
        lr: the learning rate from then on.
        anneal: epochs over which the learning rate goes over to it, along half a cosine.
    """

    start: Count
    lr: Positive
    anneal: Whole = 10

    def rate(self, usual: float, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0, in which it would usually be `usual`."""
        since = epoch - (self.start - 1)
        if since < 0:
            return usual
        fraction = min(1.0, since / self.anneal) if self.anneal else 1.0
        return usual + (self.lr - usual) * 0.5 * (1 - math.cos(math.pi * fraction))

    def takes(self, step: int, steps_per_epoch: int) -> bool:
        """Whether the weights before this step, counted from 0, are taken into the average."""
        epoch, position = divmod(step, steps_per_epoch)
        return position == 0 and epoch >= self.start - 1


@dataclass(frozen=True, kw_only=True)
class Train:
    """How long, how many at once, how precisely.

    Attributes:
        steps: optimiser steps; exactly one of steps and epochs is given. `--set` of one removes the other.
        epochs: passes over the training pieces.
        batch: pieces in a batch.
        precision: the dtype of the forward pass; losses are always fp32.
        ema: the decay of a running mean of the weights, which is then what is evaluated; null for none.
        swa: stochastic weight averaging, whose average is then what is evaluated; null for none.
        on_divergence: what happens when a term is not finite: stop, or go back to the last checkpoint with a lower
            learning rate.
    """

    steps: Count | None = None
    epochs: Count | None = None
    batch: Count
    precision: Precision = "fp32"
    ema: Share | None = None
    swa: WeightAveraging | None = None
    on_divergence: Literal["stop", "rollback"] = "stop"

    def __post_init__(self) -> None:
        """Refuse a run without a length, and two averages."""
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("exactly one of steps and epochs is needed")
        if self.ema is not None and self.swa is not None:
            raise ValueError("only one of ema and swa can average the weights")

    def total_steps(self, steps_per_epoch: int) -> int:
        """The length of the run in steps."""
        return self.steps or (self.epochs or 0) * steps_per_epoch


@dataclass(frozen=True)
class Every:
    """How often the run reports and saves, in steps.

    Attributes:
        log: steps between lines of the metrics.
        evaluate: steps between validations.
        checkpoint: steps between checkpoints.
        sample: steps between samples.
        keep: how many checkpoints are kept.
    """

    log: Count = 10
    evaluate: Count = 200
    checkpoint: Count = 500
    sample: Count = 200
    keep: Count = 2
