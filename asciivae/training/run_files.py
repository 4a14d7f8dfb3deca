"""What a run's folder may hold under which name; it may come from elsewhere."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asciivae.errors import RunError
from asciivae.files.atomic import UNSAFE
from asciivae.files.inside import Inside
from asciivae.files.json_reader import LARGEST_WHOLE, parse_json, whole
from asciivae.files.opening import NOT_REGULAR, UnsafePathError

if TYPE_CHECKING:
    from torch import Tensor

STEP = re.compile(r"step-([0-9]{1,16})")
"""The name of a checkpoint's folder."""
LARGEST_STEP = LARGEST_WHOLE
"""Charts use floats."""
MAX_COPIES, MAX_REST = 8, 1 << 26
"""A file of a checkpoint holds the weights, their average and the optimiser's state, and what has a fixed size."""
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


def saved_tensors(inside: Inside, name: str, largest: int) -> dict[str, Tensor]:
    """The tensors of a checkpoint's file, which may come from elsewhere.

    Args:
        inside: the run's folder.
        name: the file in it.
        largest: the bytes of the model; a file of several times that size is refused before it is read.

    Raises:
        OSError: it cannot be read, or is not a regular file.
        ValueError: it is damaged or too large, or contains NaN or infinity.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = inside.checked(name)
    limit = MAX_COPIES * largest + MAX_REST
    if path.stat().st_size > limit:
        raise ValueError(f"{path.name} is larger than {limit} bytes, the limit for this model")
    try:
        tensors = load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path.name}: {error}") from error
    for key, value in tensors.items():
        if value.is_floating_point() and not bool(value.isfinite().all()):
            raise ValueError(f"{path.name} contains NaN or infinity in {key!r}")
    return tensors


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
