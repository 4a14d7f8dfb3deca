"""Paths inside a folder that somebody else may have written: an unpacked run, a downloaded archive.

Such a folder may hold links, FIFOs or devices under the names that we use, and names that lead out of it. Here every
name is resolved below the root without following links, and only regular files are opened. The root itself is named
by the user and may be a link. The folder is assumed not to change at the same time.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from asciivae.files.opening import UnsafePathError, opened_file, require_regular

MAX_NAME = 255
"""The longest component of a name, in bytes."""
MAX_LEVELS = 64

_FLAGS = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class Inside:
    """A folder whose content is untrusted.

    Args:
        root: the folder; it need not exist yet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        """The path of a name below the root; nothing on the disk is looked at.

        Raises:
            UnsafePathError: the name is absolute, empty or too long, or contains `..` or NUL.
        """
        return self.root.joinpath(*self._parts(name))

    def open(self, name: str) -> BinaryIO:
        """Open a regular file for reading.

        Raises:
            UnsafePathError: it, or a folder above it, is a link; or it is not a regular file.
            OSError: it does not exist or cannot be read.
        """
        return self._open(name, os.O_RDONLY, "rb")

    def open_to_write(self, name: str, *, append: bool = False) -> BinaryIO:
        """Open a regular file for reading and writing, or for appending; it is created if needed, never truncated.

        Raises:
            UnsafePathError: as `open`; or the file has another name (a hard link), which may be anywhere.
            OSError: it cannot be written.
        """
        how = os.O_WRONLY | os.O_APPEND if append else os.O_RDWR
        return self._open(name, how | os.O_CREAT, "ab" if append else "r+b")

    def read(self, name: str, limit: int) -> bytes:
        """The content of a regular file.

        Raises:
            UnsafePathError: as `open`; or it is longer than `limit` bytes.
            OSError: it does not exist or cannot be read.
        """
        with self.open(name) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise UnsafePathError(f"it is longer than {limit} bytes", self.path(name))
        return data

    def is_file(self, name: str) -> bool:
        """Whether this is a regular file below the root, reached without links."""
        with suppress(OSError), self._above(name) as (folder, last):
            return stat.S_ISREG(os.stat(last, dir_fd=folder, follow_symlinks=False).st_mode)
        return False

    def checked(self, name: str) -> Path:
        """The path of a regular file, for libraries that open files themselves.

        Raises:
            UnsafePathError, OSError: as `open`.
        """
        with self._above(name) as (folder, last):
            require_regular(os.stat(last, dir_fd=folder, follow_symlinks=False), self.path(name))
        return self.path(name)

    def writable(self, name: str) -> Path:
        """The path of a file that may be replaced: a regular file, or nothing yet; folders above it are created.

        Raises:
            UnsafePathError, OSError: as `open`.
        """
        path = self.path(name)
        above = "/".join(self._parts(name)[:-1])
        if above:
            self.folder(above, create=True)
        with suppress(FileNotFoundError):
            require_regular(os.lstat(path), path)
        return path

    def folder(self, name: str, *, create: bool = False) -> Path:
        """The path of a folder below the root that is reached without links; it need not exist unless created.

        Args:
            name: its name below the root.
            create: make it, and those above it, where they are missing.

        Raises:
            UnsafePathError: it, or a folder above it, is a link.
            OSError: it is a file, or cannot be made.
        """
        path = self.root
        if create:
            path.mkdir(parents=True, exist_ok=True)
        for part in self._parts(name):
            path = path / part
            if create:
                with suppress(FileExistsError):
                    path.mkdir()
            try:
                mode = os.lstat(path).st_mode
            except FileNotFoundError:
                continue
            if stat.S_ISLNK(mode):
                raise UnsafePathError("it is a symbolic link", path)
            if not stat.S_ISDIR(mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
        return path

    def _open(self, name: str, how: int, mode: str) -> BinaryIO:
        path = self.path(name)
        with self._above(name) as (folder, last):
            with suppress(FileNotFoundError):  # before opening, which may do something to a device
                require_regular(os.stat(last, dir_fd=folder, follow_symlinks=False), path)
            handle = os.open(last, how | _FLAGS, 0o666, dir_fd=folder)
        if how & os.O_ACCMODE != os.O_RDONLY and os.fstat(handle).st_nlink > 1:
            os.close(handle)
            raise UnsafePathError("it has another name (a hard link), and both would change", path)
        return opened_file(handle, path, mode)

    @contextmanager
    def _above(self, name: str) -> Iterator[tuple[int, str]]:
        """A descriptor of the folder that holds a file, and the last part of the file's name."""
        *parts, last = self._parts(name)
        folder, path = os.open(self.root, _FOLDER), self.root
        try:
            for part in parts:
                path = path / part
                try:
                    below = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
                except OSError as error:
                    if path.is_symlink():
                        raise UnsafePathError("it is a symbolic link", path) from None
                    raise OSError(error.errno, error.strerror, str(path)) from None
                os.close(folder)
                folder = below
            try:
                yield folder, last
            except UnsafePathError:
                raise
            except OSError as error:  # known by its last part only
                raise OSError(error.errno, error.strerror, str(path / last)) from None
        finally:
            os.close(folder)

    def _parts(self, name: str) -> list[str]:
        parts = name.split("/")
        if "\0" in name or any(part in ("", ".", "..") for part in parts):
            raise UnsafePathError("it is not a name inside of this folder", name[:MAX_NAME])
        if len(parts) > MAX_LEVELS or any(len(os.fsencode(part)) > MAX_NAME for part in parts):
            raise UnsafePathError("its name is too long", name[:MAX_NAME])
        return parts
