"""Batches made ahead of the training loop by worker processes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from asciivae.errors import RunError

AHEAD = 4
"""Batches that each worker makes ahead."""


class WorkerError(RunError):
    """A worker process was killed."""


def batches_ahead(batches: Callable[[int], Any], first: int, last: int, workers: int) -> Iterator[Any]:
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
    loader = DataLoader(
        _Steps(batches, last),
        batch_size=None,
        sampler=range(first, last),
        num_workers=workers,
        prefetch_factor=AHEAD,
        collate_fn=_as_it_is,
        multiprocessing_context="fork",  # shares the corpus; the workers never touch a GPU
        worker_init_fn=_start_worker,
    )
    try:
        yield from loader
    except RuntimeError as error:
        if "DataLoader worker" not in str(error):
            raise
        raise WorkerError(
            "a process that makes batches was killed; the last step is saved",
            place=f"train.workers = {workers}",
            hint="free some memory, or go on without: --set train.workers=0",
        ) from error


class _Steps(Dataset[Any]):
    def __init__(self, batches: Callable[[int], Any], steps: int) -> None:
        self._batches, self._steps = batches, steps

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int) -> Any:
        return self._batches(step)


def _as_it_is(batch: Any) -> Any:
    return batch


def _start_worker(worker: int) -> None:
    # Ctrl-C reaches all processes of a terminal; the main process completes its step and then ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
