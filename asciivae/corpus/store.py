"""The corpus in memory: pieces of any size concatenated in flat arrays, which may be memory-mapped.

Pieces are neither padded nor one-hot: a piece of h × w cells takes h·w bytes. Metadata (id, category, artist …) is
stored as one UTF-8 blob per column and decoded on access.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from asciivae.errors import CorpusError
from asciivae.text.art import Grid, to_text
from asciivae.text.charset import SIZE, SPACE

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

MAX_CELLS = 1 << 29
"""The limit on the cells of one corpus when it is built; commands take up to four times as many bytes of memory."""

MAX_PIECES = 1 << 23
"""The limit on the pieces of one corpus when it is built; each takes about 100 bytes beside its cells."""
MAX_FACTS = 1 << 29
"""The limit on the bytes of a column of metadata."""

COLUMNS = ("id", "category", "source", "license", "cluster", "artist", "caption", "url")
"""The columns of metadata. `id` is always present; a column that is empty for every piece is omitted."""


class Piece(NamedTuple):
    """One piece to store: its (h, w) cells, and its metadata by column."""

    grid: Grid
    facts: Mapping[str, str]


class Refused(NamedTuple):
    """A piece that could not be read: its place and the reason."""

    place: str
    reason: str


class Refusals(NamedTuple):
    """The first pieces that could not be read, and their total number."""

    examples: tuple[Refused, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """n concatenated strings: (m,) uint8 of UTF-8, and their (n + 1,) int64 offsets."""

    blob: Bytes
    offsets: Integers


@dataclass(frozen=True, slots=True)
class Storage:
    """n concatenated pieces.

    Attributes:
        cells: (N,) uint8 class ids in [0, 95), piece by piece in row-major order.
        offsets: (n + 1,) int64, where in `cells` each piece begins and ends.
        heights: (n,) uint16, rows.
        widths: (n,) uint16, columns.
        columns: the metadata.
    """

    cells: Bytes
    offsets: Integers
    heights: NDArray[np.uint16]
    widths: NDArray[np.uint16]
    columns: Mapping[str, Column]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All arrays by name, the widest dtypes first, so that all are aligned in a file."""
        return {
            "offsets": self.offsets,
            **{f"{name}.offsets": column.offsets for name, column in self.columns.items()},
            "heights": self.heights,
            "widths": self.widths,
            "cells": self.cells,
            **{name: column.blob for name, column in self.columns.items()},
        }

    def digest(self) -> str:
        """SHA-256 of all arrays with their names, in hex: the identity of the content."""
        sha = hashlib.sha256()
        for name, values in self.arrays().items():
            sha.update(f"{name} {values.nbytes}\n".encode())
            sha.update(values.data)
        return sha.hexdigest()

    def flaw(self) -> str | None:
        """The first inconsistency, if any; without one, no index of a piece is out of bounds."""
        n = self.heights.size
        if not n or self.widths.size != n or "id" not in self.columns:
            return "it has no pieces, or required arrays are missing"
        if not _covers(self.offsets, n, self.cells.size):
            return "its offsets do not match its cells"
        sizes = self.heights.astype(np.int64) * self.widths
        if not sizes.all() or not np.array_equal(np.diff(self.offsets), sizes):
            return "its heights and widths do not match its cells"
        if self.cells.max() >= SIZE:
            return "it contains characters outside the charset"
        if not np.logical_or.reduceat(self.cells != SPACE, self.offsets[:-1]).all():
            return "it contains a piece without ink"
        for name, column in self.columns.items():
            if not _covers(column.offsets, n, column.blob.size):
                return f"the offsets of '{name}' do not match its text"
        return None


class Texts(Sequence[str]):
    """A column of a corpus: strings, decoded on access."""

    def __init__(self, column: Column, rows: Integers) -> None:
        self._column = column
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return list(Texts(self._column, self._rows[index]))
        row = self._rows[index]
        begin, end = self._column.offsets[row : row + 2]
        return self._column.blob[begin:end].tobytes().decode("utf-8", "replace")

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(len(self)))


class Corpus:
    """Pieces of ASCII art with their metadata.

    Attributes:
        heights: (n,) uint16, the rows of each piece.
        widths: (n,) uint16, the columns of each piece.
        columns: the names of the columns.
        source: the name or path that the user gave.
        digest: SHA-256 of the content in hex. For a selection, of the whole's digest and the chosen rows.
        refused: the first pieces of the source that could not be read, at most 100, each with the reason.
        refused_total: the number of pieces that could not be read.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        source: str,
        digest: str,
        refusals: Refusals = Refusals(),
        rows: Integers | None = None,
    ) -> None:
        self._storage = storage
        self._rows = np.arange(len(storage.heights)) if rows is None else rows
        self._refusals = refusals
        self.heights = storage.heights if rows is None else storage.heights[rows]
        self.widths = storage.widths if rows is None else storage.widths[rows]
        self.columns = tuple(storage.columns)
        self.source = source
        self.digest = digest
        self.refused = refusals.examples
        self.refused_total = refusals.total

    def __len__(self) -> int:
        return len(self._rows)

    def grid(self, index: int) -> Grid:
        """The (h, w) uint8 class ids of a piece: a read-only view."""
        row = self._rows[index]
        begin, end = self._storage.offsets[row : row + 2]
        cells = self._storage.cells[begin:end]
        return cells.reshape(self._storage.heights[row], self._storage.widths[row])

    def text(self, index: int) -> str:
        """A piece as text; see `asciivae.text.art.to_text`."""
        return to_text(self.grid(index))

    def column(self, name: str) -> Texts:
        """One column of metadata, with an empty string for each unknown value.

        Raises:
            CorpusError: the corpus has no such column.
        """
        if name not in self._storage.columns:
            raise CorpusError(
                f"this corpus has no column '{name}'",
                place=self.source,
                hint=f"it has: {', '.join(self.columns)}",
            )
        return Texts(self._storage.columns[name], self._rows)

    def select(self, indices: NDArray[np.integer[Any]] | Sequence[int]) -> Corpus:
        """The pieces at `indices`, (k,) in [0, n), in that order: a view that shares the storage."""
        rows = self._rows[np.asarray(indices, np.int64)]
        digest = hashlib.sha256(self.digest.encode() + rows.astype("<i8").tobytes()).hexdigest()
        return Corpus(self._storage, source=self.source, digest=digest, refusals=self._refusals, rows=rows)


def collect(pieces: Iterable[Piece | Refused], *, max_examples: int = 100) -> tuple[Storage, Refusals]:
    """Concatenate pieces, and count those that could not be read.

    Raises:
        CorpusError: there are more than `MAX_CELLS` cells, `MAX_PIECES` pieces or `MAX_FACTS` bytes in a column.
    """
    cells, heights, widths, sizes = bytearray(), array("H"), array("H"), array("q")
    blobs = {name: bytearray() for name in COLUMNS}
    lengths = {name: array("q") for name in COLUMNS}
    examples: list[Refused] = []
    refused = 0
    for piece in pieces:
        if isinstance(piece, Refused):
            refused += 1
            if len(examples) < max_examples:
                examples.append(piece)
            continue
        h, w = piece.grid.shape
        heights.append(h)
        widths.append(w)
        sizes.append(h * w)
        cells += piece.grid.tobytes()
        if len(cells) > MAX_CELLS:
            raise CorpusError(
                f"the corpus has more than {MAX_CELLS} cells",
                hint="split it into several, or drop its largest pieces",
            )
        if len(heights) > MAX_PIECES:
            raise CorpusError(f"the corpus has more than {MAX_PIECES} pieces", hint="split it into several")
        for name in COLUMNS:
            fact = piece.facts.get(name, "").encode("utf-8", "replace")
            blobs[name] += fact
            if len(blobs[name]) > MAX_FACTS:
                raise CorpusError(
                    f"the column {name!r} has more than {MAX_FACTS} bytes", hint="split the corpus into several"
                )
            lengths[name].append(len(fact))
    columns = {
        name: Column(np.frombuffer(blob, np.uint8), _offsets(lengths[name]))
        for name, blob in blobs.items()
        if blob or name == "id"
    }
    storage = Storage(
        cells=np.frombuffer(cells, np.uint8),
        offsets=_offsets(sizes),
        heights=np.array(heights, np.uint16),
        widths=np.array(widths, np.uint16),
        columns=columns,
    )
    for values in storage.arrays().values():
        values.flags.writeable = False
    return storage, Refusals(tuple(examples), refused)


def _offsets(lengths: array[int]) -> Integers:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(lengths, np.int64))])


def _covers(offsets: Integers, n: int, size: int) -> bool:
    """Whether these are n + 1 non-decreasing offsets from 0 to `size`."""
    return offsets.size == n + 1 and offsets[0] == 0 and offsets[-1] == size and bool((np.diff(offsets) >= 0).all())
