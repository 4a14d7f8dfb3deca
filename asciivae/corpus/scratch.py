"""Temporary arrays that may be larger than memory: files without a name, of which the pages in use are resident."""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asciivae.errors import CorpusError

SMALL = 1 << 25
"""Arrays of at most so many bytes are kept in memory."""


class ScratchError(CorpusError):
    """Temporary files cannot be written."""


class Scratch:
    """Makes temporary arrays, and takes pages of them out of memory again.

    Args:
        folder: where the files of large arrays are made, which must have as much room as they take and disappear with
            the arrays; None to keep all arrays in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._large: list[NDArray[Any]] = []

    def full(self, shape: tuple[int, ...], value: int, dtype: Any) -> NDArray[Any]:
        """A new array.

        Raises:
            ScratchError: the disk is full, or the folder cannot be written.
        """
        length = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if self.folder is None or length <= SMALL:
            return np.full(shape, value, dtype)
        with _told(self.folder), tempfile.TemporaryFile(dir=self.folder) as file:
            _reserve(file.fileno(), length)
            mapped = mmap.mmap(file.fileno(), length)
        array: NDArray[Any] = np.frombuffer(mapped, dtype).reshape(shape)
        self._large.append(array)
        if value:
            for row in array:
                row[...] = value
                self.release()
        return array

    def release(self) -> None:
        """Take the pages of all arrays out of this process's memory; they are read again when needed."""
        release(*self._large)


class Spool:
    """A file without a name, or memory, to which bytes are appended.

    Args:
        folder: where the file is made once there are many bytes; None to keep all of them in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file: Any = None
        self._held = bytearray()
        self._written = 0

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()

    def __len__(self) -> int:
        return self._written + len(self._held)

    def append(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            ScratchError: the disk is full, or the folder cannot be written.
        """
        self._held += data
        if len(self._held) > SMALL and self._folder is not None:
            self._flush()

    def array(self, dtype: Any) -> NDArray[Any]:
        """All bytes as a read-only array; nothing can be appended later.

        Raises:
            ScratchError: the disk is full.
        """
        if self._file is None:
            array: NDArray[Any] = np.frombuffer(self._held, dtype)
            array.flags.writeable = False
            return array
        self._flush()
        with self._file, _told(self._folder):
            mapped = mmap.mmap(self._file.fileno(), self._written, access=mmap.ACCESS_READ)
        return np.frombuffer(mapped, dtype)

    def _flush(self) -> None:
        with _told(self._folder):
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
            self._file.write(self._held)
            self._file.flush()
        self._written += len(self._held)
        self._held = bytearray()


@contextmanager
def _told(folder: Path | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ScratchError(
            f"temporary files cannot be written: {(error.strerror or str(error)).lower()}",
            place=str(folder),
            hint="free some space there, or use another folder",
        ) from error


def release(*arrays: NDArray[Any]) -> None:
    """Take the pages of arrays that are views of mapped files out of this process's memory; others stay."""
    for array in arrays:
        base: Any = array
        while isinstance(base, np.ndarray):
            base = base.base
        base = base.obj if isinstance(base, memoryview) else base
        if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            base.madvise(mmap.MADV_DONTNEED)


def _reserve(descriptor: int, length: int) -> None:
    """Make a file this long, with its blocks where the system can do so: a full disk would kill the process later."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, length)
    else:
        os.ftruncate(descriptor, length)
