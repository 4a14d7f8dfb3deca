"""Files and folders that are complete or not there: written beside their place, flushed to disk, then renamed.

What is written beside has a random name and is created exclusively, so that no link put there before can lead it
elsewhere.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asciivae.errors import AsciivaeError, RunError

if TYPE_CHECKING:
    from torch import Tensor

PARTIAL, BEFORE = "partial", "before"  # the endings of what is not complete yet, and of a folder being replaced
LONGEST_LABEL = 150  # bytes of a file's name that the name beside it repeats; file systems allow 255


@contextmanager
def replaced_file(path: Path, *, flush: bool = True) -> Iterator[Path]:
    """Fill a file that appears at `path`, complete, when the block ends; one that is there is replaced in one step.

    A link at `path` is replaced too, not followed. The folder must exist.

    Args:
        path: the file.
        flush: wait until the disk has it, so that it survives a loss of power.

    Raises:
        OSError: the disk is full, or the place cannot be written; `path` is as it was.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    aside = _beside(path, PARTIAL)
    try:
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        yield aside
        if flush:
            _flush(aside)
        aside.replace(path)
        if flush:
            _flush(path.parent)
    except BaseException as error:
        _remove(aside)
        _name_in(error, path, aside)
        raise


@contextmanager
def replaced_folder(path: Path, *, flush: bool = True, replace: bool = True) -> Iterator[Path]:
    """Fill a folder that appears at `path`, complete, when the block ends; parents are made if need be.

    One that is there is moved away first, so that at no moment both are gone.

    Args:
        path: the folder.
        flush: wait until the disk has it and the files directly in it.
        replace: take the place of a folder that holds something; else that is an error.

    Raises:
        OSError: the disk is full, or the place cannot be written; `path` is as it was.
    """
    aside, before = _beside(path, PARTIAL), _beside(path, BEFORE)
    try:
        aside.mkdir(parents=True)
        yield aside
        for file in (*aside.iterdir(), aside) if flush else ():
            _flush(file)
        if replace and path.exists():
            path.rename(before)
        aside.rename(path)
        if flush:
            _flush(path.parent)
        _remove(before)
    except BaseException as error:
        if before.exists() and not path.exists():
            before.rename(path)
        _remove(aside)
        _name_in(error, path, aside)
        raise


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """As `replaced_file`, for files that one process writes: what it left when it was killed is removed.

    Raises:
        RunError: the disk is full, or the place cannot be written.
    """
    try:
        _remove_left(path, PARTIAL)
        with replaced_file(path) as aside:
            yield aside
    except OSError as error:
        raise cannot_write(path, error) from error


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """As `replaced_folder`, for folders that one process writes: what it left when it was killed is removed.

    Raises:
        RunError: the disk is full, or the place cannot be written.
    """
    try:
        _remove_left(path, PARTIAL)
        with replaced_folder(path) as aside:
            yield aside
        _remove_left(path, BEFORE)
    except OSError as error:
        raise cannot_write(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Replace a text file in one step.

    Raises:
        RunError: the disk is full, or the place cannot be written.
    """
    with new_file(path) as aside:
        aside.write_text(text, encoding="utf-8")


def write_output(path: Path, data: bytes, *, hint: str = "", kind: type[AsciivaeError] = AsciivaeError) -> None:
    """Write a file that the user asked for.

    A regular file is replaced in one step and keeps its permissions; a link is followed; a pipe or a device
    (`/dev/stdout`) is written to.

    Args:
        path: the file, as the user named it.
        data: all of it.
        hint: what to do if it cannot be written.
        kind: the class of that error.

    Raises:
        AsciivaeError: it cannot be written.
    """
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            path.write_bytes(data)
            return
        target = Path(os.path.realpath(path))
        mode = stat.S_IMODE(target.stat().st_mode) if target.is_file() else None
        if mode is not None and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        _remove_left(target, PARTIAL)
        with replaced_file(target) as aside:
            aside.write_bytes(data)
            if mode is not None:
                aside.chmod(mode)
    except OSError as error:
        raise cannot_write(path, error, hint, kind) from error


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


def cannot_write(path: Path, error: OSError, hint: str = "", kind: type[AsciivaeError] = RunError) -> AsciivaeError:
    """The error that says why a place cannot be written, and what to do."""
    forbidden = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
    remedy = "choose a folder that you may write to" if forbidden else "free some space or choose another folder"
    return kind(
        f"cannot be written: {error.strerror or error}",
        place=str(path),
        hint=hint or f"{remedy}; what was saved before is intact",
    )


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{_label(path)}{secrets.token_hex(8)}.{ending}")


def _label(path: Path) -> str:
    return f".{os.fsdecode(os.fsencode(path.name)[:LONGEST_LABEL])}."


def _remove_left(path: Path, ending: str) -> None:
    """Remove what killed processes left beside `path`."""
    ours = re.compile(re.escape(_label(path)) + rf"[0-9a-f]{{16}}\.{ending}")
    with suppress(OSError):
        for name in os.listdir(path.parent):
            if ours.fullmatch(name):
                _remove(path.with_name(name))


def _remove(path: Path) -> None:
    """Remove a file, a folder or a link, if that is possible."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _name_in(error: BaseException, path: Path, aside: Path) -> None:
    """Let an error name the file that was asked for."""
    if isinstance(error, OSError) and error.filename is not None and str(error.filename) == str(aside):
        error.filename, error.filename2 = str(path), None


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
