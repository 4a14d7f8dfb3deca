"""What a run's folder may hold under which name; it may come from elsewhere."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from asciivae.errors import RunError
from asciivae.files.atomic import UNSAFE
from asciivae.files.inside import Inside
from asciivae.files.json_reader import LARGEST_WHOLE, parse_json, whole
from asciivae.files.opening import NOT_REGULAR, UnsafePathError

STEP = re.compile(r"step-([0-9]{1,16})")
"""The name of a checkpoint's folder."""
LARGEST_STEP = LARGEST_WHOLE
"""Charts use floats."""
_OURS = (
    *("resolved.yaml", "recipe.yaml", "provenance.json", "metrics.jsonl"),
    *("samples", "checkpoints", "checkpoints/latest", "diverged"),
)


def refuse_links(run: Path) -> None:
    """Refuse a run that has a link, a FIFO or a device in place of one of its files or folders.

    Raises:
        RunError: with its path.
    """
    for name in _OURS:
        with suppress(FileNotFoundError, NotADirectoryError):
            mode = os.lstat(run / name).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                what = "it is a symbolic link" if stat.S_ISLNK(mode) else NOT_REGULAR
                raise unsafe(UnsafePathError(what, run / name))


def unsafe(error: OSError) -> RunError:
    """The error for what may not be read."""
    return RunError(f"cannot be read: {error.strerror or error}", place=str(error.filename), hint=UNSAFE)


def is_run(path: Path) -> bool:
    """Whether this is the folder of a run."""
    return Inside(path).is_file("resolved.yaml")


def record_of(line: bytes) -> dict[str, Any] | None:
    """A line of the metrics, if it is a record."""
    try:
        record = parse_json(line)
        if isinstance(record, dict) and isinstance(record.get("kind"), str):
            whole(record.get("step"), "step", high=LARGEST_STEP - 1)
            return record
    except ValueError:
        pass
    return None


def step_of(folder: Path) -> int:
    """The step in the name of a checkpoint's folder; -1 if there is none."""
    found = STEP.fullmatch(folder.name)
    return int(found[1]) if found else -1
