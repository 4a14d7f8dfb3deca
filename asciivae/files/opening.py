"""Opening files for reading without surprises: a FIFO or a device would block, or never end."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

NOT_REGULAR = "it is not a regular file"
_STREAM = re.compile(r"/dev/stdin|/dev/fd/[0-9]+|/proc/(?:self|[0-9]+)/fd/[0-9]+")


class UnsafePathError(OSError):
    """A path is refused for what it is: a link, a FIFO, a device, or a name outside of its folder."""

    def __init__(self, reason: str, path: str | Path) -> None:
        super().__init__(errno.EPERM, reason, str(path))


def is_stream(path: str | Path) -> bool:
    """Whether a path names a file that this process already has open: `/dev/stdin`, or `<(…)` of a shell."""
    return _STREAM.fullmatch(str(path)) is not None


def open_file(path: str | Path, *, streams: bool = False) -> BinaryIO:
    """Open a file that the user named, for reading; links are followed.

    Args:
        path: the file.
        streams: also open pipes and terminals, if `is_stream` holds for the path.

    Raises:
        UnsafePathError: it is a FIFO, a socket or a device; it is not opened.
        OSError: it is a folder, does not exist, or cannot be read.
    """
    if streams and is_stream(path):
        return open(path, "rb")
    require_regular(os.stat(path), path)
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    return opened_file(handle, path)


def opened_file(handle: int, path: str | Path, mode: str = "rb") -> BinaryIO:
    """A file object for an open descriptor, which is closed if it is not that of a regular file."""
    try:
        require_regular(os.fstat(handle), path)
        return os.fdopen(handle, mode)  # type: ignore[return-value]
    except BaseException:
        os.close(handle)
        raise


def require_regular(status: os.stat_result, path: str | Path) -> None:
    """Refuse everything but regular files.

    Raises:
        UnsafePathError: it is a link, a FIFO, a socket or a device.
        IsADirectoryError: it is a folder.
    """
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if stat.S_ISLNK(status.st_mode):
        raise UnsafePathError("it is a symbolic link", path)
    if not stat.S_ISREG(status.st_mode):
        raise UnsafePathError(NOT_REGULAR, path)
