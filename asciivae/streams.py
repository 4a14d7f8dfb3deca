"""Standard output, which is reserved for results.

While a command runs, `sys.stdout` and descriptor 1 are those of stderr, so that nothing that plugins, libraries or
child processes print can get between the results, which go to a kept copy of standard output.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_kept: TextIO | None = None


def results() -> TextIO:
    """The stream of results: the kept standard output, or `sys.stdout` if none is kept."""
    return _kept or sys.stdout


@contextmanager
def reserved() -> Iterator[None]:
    """Keep `sys.stdout` for results; what else prints to it goes to stderr."""
    global _kept
    before, _kept = _kept, results()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        _kept = before


def move_descriptor() -> None:
    """Move standard output to a descriptor that child processes do not inherit; descriptor 1 becomes stderr's."""
    stream = sys.stdout
    if not isinstance(stream, io.TextIOWrapper) or stream.fileno() != 1:
        return
    stream.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
    except OSError:  # stderr is closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    raw = io.BufferedWriter(io.FileIO(kept, "w"))
    kind, errors, by_line = stream.encoding, stream.errors, stream.line_buffering
    sys.stdout = io.TextIOWrapper(raw, encoding=kind, errors=errors, line_buffering=by_line)
