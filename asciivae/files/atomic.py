"""Atomic writing of files and folders: written under a temporary name in the same folder, flushed, then renamed.

Temporary names are random and created exclusively, so that an existing link cannot redirect them.
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
from typing import TYPE_CHECKING, Any, BinaryIO

from asciivae.errors import AsciivaeError, RunError, UsageError
from asciivae.files.opening import UnsafePathError
from asciivae.streams import results

if TYPE_CHECKING:
    from torch import Tensor

STDOUT = "-"
PARTIAL, BEFORE = "partial", "before"  # suffixes of incomplete files, and of a folder being replaced
UNSAFE = "put a regular file or folder in its place if you trust what it holds, or use another folder"
_STREAMS = {STDOUT: 1, "/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(r"-|/dev/std(?:out|err)|/dev/fd/([0-9]{1,9})|/proc/self/fd/([0-9]{1,9})")
MAX_LABEL = 150  # bytes of the file's name in a temporary name; file systems allow 255


@contextmanager
def replaced_file(path: Path, *, flush: bool = True) -> Iterator[Path]:
    """Write a file atomically: yields a temporary path that is renamed to `path` at the end of the block.

    A link at `path` is replaced, not followed. The folder must exist.

    Args:
        path: the file.
        flush: fsync it, so that it survives a power loss.

    Raises:
        OSError: the disk is full, or the path cannot be written; `path` is unchanged.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    partial = _sibling(path, PARTIAL)
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        yield partial
        if flush:
            _flush(partial)
        partial.replace(path)
        if flush:
            _flush(path.parent)
    except BaseException as error:
        _remove(partial)
        _rename_error(error, path, partial)
        raise


@contextmanager
def replaced_folder(path: Path, *, flush: bool = True, replace: bool = True) -> Iterator[Path]:
    """Write a folder atomically: yields a temporary path that is renamed to `path` at the end of the block.

    Parents are created if needed. An existing folder is renamed first and removed last, so that one always exists.

    Args:
        path: the folder.
        flush: fsync it and the files directly in it.
        replace: replace a non-empty folder; else that is an error.

    Raises:
        OSError: the disk is full, or the path cannot be written; `path` is unchanged.
    """
    partial, before = _sibling(path, PARTIAL), _sibling(path, BEFORE)
    try:
        partial.mkdir(parents=True)
        yield partial
        for file in (*partial.iterdir(), partial) if flush else ():
            _flush(file)
        if replace and path.exists():
            path.rename(before)
        partial.rename(path)
        if flush:
            _flush(path.parent)
        _remove(before)
    except BaseException as error:
        if before.exists() and not path.exists():
            before.rename(path)
        _remove(partial)
        _rename_error(error, path, partial)
        raise


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """As `replaced_file`, for files with a single writer: also removes temporary files of killed processes.

    Raises:
        RunError: the disk is full, or the path cannot be written.
    """
    try:
        _remove_stale(path, PARTIAL)
        with replaced_file(path) as partial:
            yield partial
    except OSError as error:
        raise cannot_write(path, error) from error


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """As `replaced_folder`, for folders with a single writer: also removes temporary folders of killed processes.

    Raises:
        RunError: the disk is full, or the path cannot be written.
    """
    try:
        _remove_stale(path, PARTIAL)
        with replaced_folder(path) as partial:
            yield partial
        _remove_stale(path, BEFORE)
    except OSError as error:
        raise cannot_write(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically.

    Raises:
        RunError: the disk is full, or the path cannot be written.
    """
    with new_file(path) as partial:
        partial.write_text(text, encoding="utf-8")


def create_text(path: Path, text: str) -> None:
    """Write a text file that does not exist yet, also not as a link.

    Raises:
        FileExistsError: it exists; it is not changed.
        OSError: it cannot be written; nothing is left of it.
    """
    with path.open("x", encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
        except OSError:
            _remove(path)
            raise


def descriptor(path: Path) -> int | None:
    """The open file that an output names: 1 for `-` and `/dev/stdout`, n for `/dev/fd/n`; else None."""
    found = _DESCRIPTOR.fullmatch(str(path))
    return None if found is None else _STREAMS.get(found[0]) or int(found[1] or found[2])


def is_special(path: Path) -> bool:
    """Whether an output is not a file to be replaced: `-` for stdout, what is open already, a pipe, a device."""
    return descriptor(path) is not None or (path.exists() and not (path.is_file() or path.is_dir()))


@contextmanager
def opened_output(path: Path, *, hint: str = "", kind: type[AsciivaeError] = AsciivaeError) -> Iterator[BinaryIO]:
    """Open an output file named by the user; this is the rule for all of them.

    A new name or a regular file is replaced atomically when the block ends, and keeps its permissions; a link is
    followed to its target. A pipe, a device or an open file (`/dev/fd/3`) is written to directly; `-` is stdout.

    Args:
        path: the file.
        hint: the hint of the error if it cannot be written.
        kind: the class of that error.

    Raises:
        AsciivaeError: the file cannot be written; a regular file is as it was.
    """
    try:
        number = descriptor(path)
        if number == 1:
            yield results().buffer
            results().buffer.flush()
            return
        if number is not None:  # by its name, it would be truncated or replaced
            with os.fdopen(os.dup(number), "wb") as file:
                yield file
            return
        if is_special(path):
            with path.open("wb") as file:
                yield file
            return
        target = Path(os.path.realpath(path))
        mode = stat.S_IMODE(target.stat().st_mode) if target.is_file() else None
        if mode is not None and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        _remove_stale(target, PARTIAL)
        with replaced_file(target) as partial:
            with partial.open("wb") as file:
                yield file
            if mode is not None:
                partial.chmod(mode)
    except BrokenPipeError:
        raise  # the reader has gone; see `asciivae.cli.output.reported`
    except OSError as error:
        raise cannot_write(path, error, hint, kind) from error


def write_output(path: Path, data: bytes, *, hint: str = "", kind: type[AsciivaeError] = AsciivaeError) -> None:
    """Write an output file named by the user; the arguments are those of `opened_output`, and its content.

    Raises:
        AsciivaeError: the file cannot be written.
    """
    with opened_output(path, hint=hint, kind=kind) as file:
        file.write(data)


def check_output(path: Path, *suffixes: str) -> None:
    """Refuse an output before the work that it is for: a folder, a missing folder above it, or another format's name.

    Args:
        path: the file.
        suffixes: those that fit its format, such as `.png`.

    Raises:
        UsageError: with the reason.
    """
    if is_special(path):
        return
    if path.is_dir():
        raise UsageError("is a folder", place=str(path), hint=f"name a file: {path / f'NAME{suffixes[0]}'}")
    if not path.parent.is_dir():
        raise UsageError("parent directory does not exist", place=str(path), hint=f"mkdir -p {path.parent}")
    if path.suffix.lower() not in suffixes:
        raise UsageError(
            f"does not end with {' or '.join(suffixes)}", place=str(path), hint=f"name it {path.name}{suffixes[0]}"
        )


def json_text(value: Any) -> str:
    """Format a value as a JSON file; floats round-trip exactly."""
    return json.dumps(value, indent=2, allow_nan=True) + "\n"


def tensors_bytes(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    """A safetensors file in memory."""
    from safetensors.torch import save

    return save({name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}, dict(metadata))


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> None:
    """Write a safetensors file in place (inside `new_folder` or `new_file`), with permissions by the umask.

    Raises:
        OSError: the disk is full, or the path cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    path.touch()
    mode = stat.S_IMODE(path.stat().st_mode)  # safetensors would replace the file by one with mode 600
    try:
        # safetensors cannot read its own file without tensors if the metadata is an empty dict.
        save_file(plain, path, metadata=dict(metadata) if metadata else None)
        path.chmod(mode)
    except SafetensorError as error:
        raise OSError(str(error)) from error


def cannot_write(path: Path, error: OSError, hint: str = "", kind: type[AsciivaeError] = RunError) -> AsciivaeError:
    """The error for a path that cannot be written, with its reason and a hint."""
    if isinstance(error, UnsafePathError):
        return kind(str(error.strerror), place=str(error.filename or path), hint=hint or UNSAFE)
    if hint and error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = f"free some space, or {hint}"
    forbidden = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
    remedy = "choose a writable folder" if forbidden else "free some space or choose another folder"
    return kind(
        f"cannot be written: {error.strerror or error}",
        place=str(path),
        hint=hint or f"{remedy}; earlier output is intact",
    )


def _sibling(path: Path, ending: str) -> Path:
    return path.with_name(f"{_label(path)}{secrets.token_hex(8)}.{ending}")


def _label(path: Path) -> str:
    return f".{os.fsdecode(os.fsencode(path.name)[:MAX_LABEL])}."


def _remove_stale(path: Path, ending: str) -> None:
    """Remove temporary files of killed processes for `path`."""
    ours = re.compile(re.escape(_label(path)) + rf"[0-9a-f]{{16}}\.{ending}")
    with suppress(OSError):
        for name in os.listdir(path.parent):
            if ours.fullmatch(name):
                _remove(path.with_name(name))


def _remove(path: Path) -> None:
    """Remove a file, a folder or a link, ignoring errors."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _rename_error(error: BaseException, path: Path, partial: Path) -> None:
    """Replace the temporary path in an error by the requested one."""
    if isinstance(error, OSError) and error.filename is not None and str(error.filename) == str(partial):
        error.filename, error.filename2 = str(path), None


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
