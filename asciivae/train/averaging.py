"""Stochastic weight averaging (Izmailov et al. 2018), with the schedule that the research log's trainer had.

From the beginning of one epoch on, the learning rate goes over to one of its own and the weights at the beginning of
every epoch are averaged, all alike. The running statistics of batch norms belong to no average: those of the averaged
weights are measured at the end, in one more pass over the training pieces.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn.modules.batchnorm import _BatchNorm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from asciivae.train.state import TrainState


@dataclass(frozen=True)
class WeightAveraging:
    """When and how weights are averaged.

    Attributes:
        start: the epoch, counted from 1, at whose beginning the first weights are taken.
        lr: the learning rate from then on.
        anneal: epochs over which the rate goes over to `lr`, along half a cosine, epoch by epoch.
    """

    start: int
    lr: float
    anneal: int = 10

    def rate(self, usual: float, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0, in which it would usually be `usual`."""
        since = epoch - (self.start - 1)
        if since < 0:
            return usual
        share = min(1.0, since / self.anneal) if self.anneal else 1.0
        return usual + (self.lr - usual) * 0.5 * (1 - math.cos(math.pi * share))

    def takes(self, step: int, steps_per_epoch: int) -> bool:
        """Whether the weights before this step, counted from 0, are taken into the average."""
        epoch, position = divmod(step, steps_per_epoch)
        return position == 0 and epoch >= self.start - 1


@torch.no_grad()
def measure_statistics(state: TrainState, passes: Iterable[Callable[[], object]]) -> None:
    """Give the averaged weights batch-norm statistics of their own: the plain mean over all passes.

    Args:
        state: has averaged weights.
        passes: each runs the model once, on one batch.
    """
    norms = [module for module in state.model.modules() if isinstance(module, _BatchNorm)]
    if not norms:
        return
    with state.averaged(), _cumulative(norms):
        state.model.train()
        for one in passes:
            one()
        state.average_buffers()


@contextmanager
def _cumulative(norms: list[_BatchNorm]) -> Iterator[None]:
    before = [norm.momentum for norm in norms]
    try:
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None
        yield
    finally:
        for norm, momentum in zip(norms, before, strict=True):
            norm.momentum = momentum
