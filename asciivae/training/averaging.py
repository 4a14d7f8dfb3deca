"""Batch-norm statistics of averaged weights.

Running statistics are not averaged with the weights; they are measured at the end, in one more pass over the training
pieces. PyTorch's `swa_utils.update_bn` does this for a model that takes only a batch; here a pass also draws noise, as
a training step does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@torch.no_grad()
def measure_statistics(module: nn.Module, passes: Iterable[Callable[[], object]]) -> None:
    """Set the running statistics of a module's batch norms to the cumulative mean over all passes.

    Args:
        module: the module with averaged weights.
        passes: each runs the module once, on one batch.
    """
    norms = [part for part in module.modules() if isinstance(part, _BatchNorm)]
    if not norms:
        return
    with _cumulative(norms):
        module.train()
        for one in passes:
            one()


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
