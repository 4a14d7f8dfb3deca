"""A corpus in a file: the safetensors layout, written atomically and memory-mapped.

The safetensors library copies arrays when it loads them; here only the accessed pages enter memory. Replace such a
file, as `save` does, and never write into it: another process may have it mapped.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.store import COLUMNS, Column, Refusals, Refused, Storage
from asciivae.corpus.verified import Verified, state_of
from asciivae.errors import CorpusError
from asciivae.files.atomic import is_special, opened_output
from asciivae.files.json_reader import parse_json
from asciivae.files.opening import open_file

FORMAT = "asciivae-corpus-1"  # changes whenever parsing or the layout changes
MAX_HEADER = 1 << 24
MAX_STORE = 1 << 36
"""The largest store, in bytes."""
_DTYPES: dict[str, np.dtype[Any]] = {"I64": np.dtype("<i8"), "U16": np.dtype("<u2"), "U8": np.dtype("u1")}
_REBUILD = "rebuild it from its source: a folder of .txt files, or a .jsonl file"


def save(path: Path, storage: Storage, refusals: Refusals, *, key: str = "", shared_ids: int = 0) -> str:
    """Write a store atomically.

    Args:
        path: the file to write; its folder is created if needed.
        storage: the pieces.
        refusals: the pieces that could not be read.
        key: any text, returned as `Store.key`: identifies the source that the store was built from.
        shared_ids: returned as `Store.shared_ids`: the pieces that have the id of another piece.

    Returns:
        The digest of the content.

    Raises:
        AsciivaeError: the file cannot be written.
        OSError: its folder cannot be made.
    """
    arrays = storage.arrays()
    refused = json.dumps({"total": refusals.total, "examples": refusals.examples})
    digest = storage.digest()
    metadata = {"format": FORMAT, "digest": digest, "key": key, "refused": refused, "shared_ids": str(shared_ids)}
    header: dict[str, Any] = {"__metadata__": metadata}
    position = 0
    for name, values in arrays.items():
        end = position + values.nbytes
        header[name] = {"dtype": _code(name), "shape": [values.size], "data_offsets": [position, end]}
        position = end
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    if not is_special(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with opened_output(path) as file:
        file.write(len(head).to_bytes(8, "little") + head)
        for _, data in storage.chunks():
            file.write(data)
    return digest


class Store:
    """A store written by `save`, memory-mapped. Opening reads its header; `verify` reads everything.

    Attributes:
        storage: its pieces: read-only views into the file.
        digest: SHA-256 of the content, as recorded.
        refusals: the pieces that could not be read when it was built.
        key: identifies the source that it was built from.
        shared_ids: the pieces that have the id of another piece, if that was counted.

    Raises:
        CorpusError: the file cannot be read, is not a corpus, or its header does not suit its length.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with open_file(path) as file:
                status = os.fstat(file.fileno())
                if status.st_size > MAX_STORE:
                    raise ValueError(f"it is longer than {MAX_STORE} bytes")
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
            raise CorpusError(f"the store cannot be read: {error}", place=str(path), hint=_REBUILD) from None
        self._state = state_of(status)
        with self._checked():
            header, begin = _header(data)
            metadata = header.pop("__metadata__")
            if metadata["format"] != FORMAT:
                raise ValueError(f"its format is {metadata['format']!r}, not {FORMAT!r}")
            self.key = str(metadata["key"])
            self.digest = str(metadata["digest"])
            self.refusals = _refusals(metadata["refused"])
            self.shared_ids = int(metadata.get("shared_ids", "0"))
            self.storage = _storage({name: _array(data, begin, name, entry) for name, entry in header.items()})

    def verify(self, verified: Verified | None = None) -> None:
        """Check the content and its digest, in bounded memory.

        Args:
            verified: where it is recorded, and looked up: a file that has not changed since is not read again.

        Raises:
            CorpusError: the store is damaged.
        """
        if verified and verified.digest(self.path, self._state) == self.digest:
            return
        with self._checked():
            if flaw := self.storage.flaw():
                raise ValueError(flaw)
            if self.storage.digest() != self.digest:
                raise ValueError("its content does not match its digest")
        if verified:
            verified.record(self.path, self._state, self.digest)

    @contextmanager
    def _checked(self) -> Iterator[None]:
        try:
            yield
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
            raise CorpusError(
                f"not a corpus store, or a damaged one: {reason}", place=str(self.path), hint=_REBUILD
            ) from None


def _code(name: str) -> str:
    return "I64" if name.endswith("offsets") else "U16" if name in ("heights", "widths") else "U8"


def _header(data: mmap.mmap) -> tuple[dict[str, Any], int]:
    size = int.from_bytes(data[:8], "little")
    if size > min(MAX_HEADER, len(data) - 8):
        raise ValueError("its header is longer than the limit or the file")
    header = parse_json(data[8 : 8 + size])
    if not isinstance(header, dict):
        raise ValueError("its header is not an object")
    return header, 8 + size


def _array(data: mmap.mmap, begin: int, name: str, entry: dict[str, Any]) -> NDArray[Any]:
    dtype = _DTYPES[_code(name)]
    (count,) = entry["shape"]
    first, last = entry["data_offsets"]
    if entry["dtype"] != _code(name) or not all(type(number) is int for number in (count, first, last)):
        raise ValueError(f"its header has an invalid entry {name!r}")
    if count < 0 or not 0 <= first <= last <= len(data) - begin or last - first != count * dtype.itemsize:
        raise ValueError("its header does not match its length")
    return np.frombuffer(data, dtype, count, begin + first)


def _storage(arrays: dict[str, NDArray[Any]]) -> Storage:
    columns = {name: Column(arrays.pop(name), arrays.pop(f"{name}.offsets")) for name in COLUMNS if name in arrays}
    fixed = {name: arrays.pop(name) for name in ("cells", "offsets", "heights", "widths")}
    if arrays:
        raise ValueError(f"it has unexpected arrays {', '.join(map(repr, arrays))}")
    return Storage(columns=columns, **fixed)


def _refusals(text: str) -> Refusals:
    refused = parse_json(text)
    examples = tuple(Refused(str(place), str(reason)) for place, reason in refused["examples"])
    total = refused["total"]
    if type(total) is not int or total < len(examples):
        raise ValueError(f"its number of refused pieces is invalid: {total!r}")
    return Refusals(examples, total)
