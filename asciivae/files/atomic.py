"""Files that are whole or not there: written aside, flushed to the disk, then renamed."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from torch import Tensor

from asciivae.errors import RunError


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Fill a folder that appears at `path`, complete, when the block ends.

    One that is there already is replaced: it is moved away first, so that at no moment both are gone.

    Raises:
        RunError: the disk is full, or the place cannot be written.
    """
    aside = path.with_name(f".{path.name}.partial")
    before = path.with_name(f".{path.name}.before")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        yield aside
        for file in aside.iterdir():
            _flush(file)
        _flush(aside)
        shutil.rmtree(before, ignore_errors=True)
        if path.exists():
            path.rename(before)
        aside.rename(path)
        _flush(path.parent)
        shutil.rmtree(before, ignore_errors=True)
    except BaseException as error:
        if before.exists() and not path.exists():
            before.rename(path)
        shutil.rmtree(aside, ignore_errors=True)
        if isinstance(error, OSError):
            raise cannot_write(path, error) from error
        raise


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Fill a file that appears at `path`, complete, when the block ends; one that is there is replaced in one step.

    Raises:
        RunError: the disk is full, or the place cannot be written.
    """
    aside = path.with_name(f".{path.name}.partial")
    try:
        yield aside
        _flush(aside)
        aside.replace(path)
        _flush(path.parent)
    except BaseException as error:
        with suppress(OSError):
            aside.unlink()
        if isinstance(error, OSError):
            raise cannot_write(path, error) from error
        raise


def write_text(path: Path, text: str) -> None:
    """Replace a text file in one step.

    Raises:
        RunError: the disk is full, or the place cannot be written.
    """
    with new_file(path) as aside:
        aside.write_text(text, encoding="utf-8")


def json_text(value: Any) -> str:
    """A value as the text of a JSON file; floats are written so that they read back bit for bit."""
    return json.dumps(value, indent=2, allow_nan=True) + "\n"


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> None:
    """Write a safetensors file in place (inside `new_folder` or `new_file`), with the permissions of any new file.

    Raises:
        OSError: the disk is full, or the place cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    path.touch()
    mode = stat.S_IMODE(path.stat().st_mode)  # by the umask; safetensors puts a file in its place that is only ours
    try:
        # Without tensors, and with metadata that is empty, safetensors writes what it cannot read.
        save_file(plain, path, metadata=dict(metadata) if metadata else None)
        path.chmod(mode)
    except SafetensorError as error:
        raise OSError(str(error)) from error


def cannot_write(path: Path, error: OSError) -> RunError:
    """What to say when the operating system refuses."""
    forbidden = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
    remedy = "choose a folder that you may write to" if forbidden else "free some space or choose another folder"
    return RunError(
        f"cannot be written: {error.strerror or error}",
        place=str(path),
        hint=f"{remedy}; what was saved before is intact",
    )


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
