"""What whole processes take: processor time and memory."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NamedTuple


class Cost(NamedTuple):
    seconds: float
    megabytes: float


def cost(arguments: list[str]) -> Cost:
    """Of one process of Python with one thread: its processor time, user and system, and its peak memory."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    nothing = subprocess.DEVNULL
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, env=environment, stdout=nothing, stderr=nothing) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} ended with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
