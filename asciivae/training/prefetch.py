"""Batches made ahead of the training loop by worker processes.

PyTorch's DataLoader raises the death of a worker from a signal handler, which may interrupt the optimiser in the middle
of a step; an executor raises it where the batch is needed.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from asciivae.errors import RunError

AHEAD = 4
"""Batches that each worker makes ahead."""

Maker = Callable[[int], Any]
"""Makes the batch of a step."""
_maker: list[Maker] = []
"""In a worker: the maker, which is inherited rather than pickled, since it holds the corpus."""


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
    # Forked, to share the corpus; the workers never touch a GPU.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), _start_worker, (batches,))
    try:
        ahead: deque[Future[bytes]] = deque()
        for step in range(first, last):
            while len(ahead) < workers * AHEAD and step + len(ahead) < last:
                ahead.append(pool.submit(_make, step + len(ahead)))
            yield pickle.loads(ahead.popleft().result())
    except BrokenProcessPool as error:
        raise WorkerError(
            "a process that makes batches was killed; the last step is saved",
            place=f"train.workers = {workers}",
            hint="free some memory, or go on without: --set train.workers=0",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _start_worker(batches: Maker) -> None:
    # Ctrl-C reaches all processes of a terminal; the main process completes its step and then ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    _maker.append(batches)


def _end_with_parent() -> None:
    """End this worker when its parent was killed; it would wait for work forever, and keep its connections open."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _make(step: int) -> bytes:
    sent = io.BytesIO()
    _Pickler(sent, pickle.HIGHEST_PROTOCOL).dump(_maker[0](step))
    return sent.getvalue()


class _Pickler(pickle.Pickler):
    """Sends tensors as arrays: PyTorch's own way keeps a file open for each, and a process may often open only 1024."""

    def reducer_override(self, value: Any) -> Any:
        return (_tensor, (value.numpy(),)) if isinstance(value, Tensor) else NotImplemented


def _tensor(array: NDArray[Any]) -> Tensor:
    return torch.from_numpy(array)
