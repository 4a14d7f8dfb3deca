"""Work on many items by several processes, in order and with a bounded number of results in memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import Any, TypeVar

from asciivae.errors import CorpusError

AHEAD = 3
"""Groups of items that each worker has to do."""

FEW = 8
"""Groups that are not worth starting processes."""

T = TypeVar("T")
R = TypeVar("R")
_function: list[Callable[[Any], Any]] = []
"""In a worker: the function, which is inherited rather than pickled, since it may hold anything."""


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def groups(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Items in lists of `size`; the last may be shorter."""
    source = iter(items)
    while group := list(islice(source, size)):
        yield group


def mapped(function: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """The results of a function of each item, in order.

    Args:
        function: takes an item, such as a group of texts. What it changes is lost if there are workers.
        items: read in this process.
        workers: the number of processes; with less than 2, and for the first few items, this one does the work.

    Raises:
        CorpusError: a worker was killed.
    """
    source = iter(items)
    few = list(islice(source, FEW))
    if workers < 2 or len(few) < FEW:
        yield from map(function, chain(few, source))
        return
    try:
        yield from made_ahead(function, chain(few, source), workers, AHEAD)
    except BrokenProcessPool as error:
        raise CorpusError(
            "a process that reads pieces was killed",
            place=f"{workers} workers",
            hint="free some memory, or go on without: --workers 1",
        ) from error


def made_ahead(
    function: Callable[[T], R],
    items: Iterable[T],
    workers: int,
    each: int,
    begin: Callable[[], object] = lambda: None,
) -> Generator[R, None, None]:
    """The results of a function of each item, in order, made ahead by worker processes.

    The workers are forked and end with the iterator, or with this process.

    Args:
        function: inherited by the workers rather than pickled, since it may hold anything. What it changes is lost.
        items: read in this process.
        workers: the number of processes.
        each: the most items that each worker has to do, or has done.
        begin: called first in each worker.

    Raises:
        BrokenProcessPool: a worker was killed.
    """
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), _start, (function, begin))
    try:
        ahead: deque[Future[R]] = deque()
        for item in items:
            ahead.append(pool.submit(_work, item))
            if len(ahead) == workers * each:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _start(function: Callable[[Any], Any], begin: Callable[[], object]) -> None:
    # Ctrl-C reaches all processes of a terminal; the main process ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    begin()
    _function.append(function)


def _end_with_parent() -> None:
    """End this worker when its parent was killed; it would wait for work forever, and keep its connections open."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _work(item: Any) -> Any:
    return _function[0](item)
