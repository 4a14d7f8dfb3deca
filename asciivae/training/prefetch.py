"""Batches made ahead of the training loop by worker processes.

PyTorch's DataLoader raises the death of a worker from a signal handler, which may interrupt the optimiser in the middle
of a step; an executor raises it where the batch is needed.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Generator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import partial
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from asciivae.corpus.processes import made_ahead
from asciivae.errors import RunError

AHEAD = 4
"""Batches that each worker makes ahead."""

Maker = Callable[[int], Any]
"""Makes the batch of a step."""


class WorkerError(RunError):
    """A worker process was killed."""


def batches_ahead(batches: Maker, first: int, last: int, workers: int) -> Generator[Any, None, None]:
    """Yield the batches of the steps from `first` to `last` - 1, in order.

    A batch is a function of its step, so the batches are those of a run without workers. The workers end with the
    iterator.

    Args:
        batches: makes the batch of a step.
        first: the first step.
        last: the step after the last.
        workers: processes that make batches ahead; 0 to make each when it is needed.

    Raises:
        WorkerError: a worker was killed.
    """
    if workers == 0:
        yield from map(batches, range(first, last))
        return
    made = made_ahead(partial(_packed, batches), range(first, last), workers, AHEAD, partial(torch.set_num_threads, 1))
    try:
        with closing(made):
            yield from map(pickle.loads, made)
    except BrokenProcessPool as error:
        raise WorkerError(
            "a process that makes batches was killed; the last step is saved",
            place=f"train.workers = {workers}",
            hint="free some memory, or go on without: --set train.workers=0",
        ) from error


def _packed(batches: Maker, step: int) -> bytes:
    sent = io.BytesIO()
    _Pickler(sent, pickle.HIGHEST_PROTOCOL).dump(batches(step))
    return sent.getvalue()


class _Pickler(pickle.Pickler):
    """Sends tensors as arrays: PyTorch's own way keeps a file open for each, and a process may often open only 1024."""

    def reducer_override(self, value: Any) -> Any:
        return (_tensor, (value.numpy(),)) if isinstance(value, Tensor) else NotImplemented


def _tensor(array: NDArray[Any]) -> Tensor:
    return torch.from_numpy(array)
