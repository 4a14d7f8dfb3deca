"""What the campaigns share: how many cases, the command line in another process, and what no command may do."""

import os
import sys
from pathlib import Path
from typing import Any

TIMES = int(os.environ.get("ASCIIVAE_CAMPAIGN", "1"))
SEED = int(os.environ.get("ASCIIVAE_SEED", "0"))
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def command(*words: str | Path) -> list[str]:
    """The words of a command line."""
    return [sys.executable, "-m", "asciivae", *map(str, words)]


def assert_no_fault(done: Any, what: object) -> None:
    """Whatever happens is said in one message, with an exit code of ours."""
    assert done.exit_code in (0, 1, 2, 3), f"{what}: {done.exit_code} {done.stderr}"
    assert "Traceback" not in done.stderr
    if done.exit_code:
        assert done.stderr.strip(), what
        assert "\x1b[2J" not in done.stderr
