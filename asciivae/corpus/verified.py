"""Digests of files, remembered in the cache with the state of the file, so that a large file is hashed once.

A file counts as unchanged while its device, inode, size, mtime and ctime are. Nothing is remembered of a file that was
changed within the resolution of these times.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from asciivae.errors import AsciivaeError
from asciivae.files.atomic import opened_output
from asciivae.files.json_reader import parse_json

_RESOLUTION = 20_000_000
"""Nanoseconds within which two changes of a file may leave the same time."""
_LONGEST = 8192
SMALL = 1 << 22
"""Files of at most so many bytes are verified each time, which takes milliseconds."""


class State(NamedTuple):
    """What changes whenever a file does; times are in nanoseconds."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


class Verified:
    """The digests of files that were verified, in a folder of the cache.

    Args:
        cache: the cache.
    """

    def __init__(self, cache: Path) -> None:
        self._folder = cache / "verified"

    def digest(self, path: Path, state: State) -> str | None:
        """The digest that was recorded of a file in this state, if any."""
        try:
            with open(self._record(path), "rb") as record:
                found = parse_json(record.read(_LONGEST))
            return str(found["digest"]) if found["state"] == list(state) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def record(self, path: Path, state: State, digest: str) -> None:
        """Record the digest of a large file in this state, unless it has changed since; a failure is ignored."""
        if state.size <= SMALL:
            return
        if time.time_ns() - state.ctime_ns < _RESOLUTION:
            time.sleep(_RESOLUTION / 1e9)
        with suppress(OSError, AsciivaeError):
            if state_of(os.stat(path)) != state or time.time_ns() - state.ctime_ns < _RESOLUTION:
                return
            record = self._record(path)
            record.parent.mkdir(parents=True, exist_ok=True)
            with opened_output(record) as out:
                out.write(json.dumps({"path": str(path.absolute()), "state": state, "digest": digest}).encode())

    def _record(self, path: Path) -> Path:
        return self._folder / f"{hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:16]}.json"


def state_of(status: os.stat_result) -> State:
    """The state of a file."""
    return State(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
