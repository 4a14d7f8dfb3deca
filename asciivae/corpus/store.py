"""The corpus in memory: pieces of any size concatenated in flat arrays, which may be memory-mapped.

Pieces are neither padded nor one-hot: a piece of h × w cells takes h·w bytes. Metadata (id, category, artist …) is
stored as one UTF-8 blob per column and decoded on access.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.scratch import release
from asciivae.errors import CorpusError
from asciivae.text.art import Grid, to_text
from asciivae.text.charset import SIZE, SPACE

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

_CHECKED, _CHECKED_CELLS = 1 << 16, 1 << 26  # pieces that are checked at a time, unless they are large
_HASHED = 1 << 24  # bytes that are hashed at a time
_DECODED = 1 << 12  # texts of a column that are decoded at a time

COLUMNS = ("id", "category", "source", "license", "cluster", "artist", "caption", "url")
"""The columns of metadata. `id` is always present; a column that is empty for every piece is omitted."""


class Piece(NamedTuple):
    """One piece to store: its (h, w) uint8 cells, and its metadata by column."""

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

    def release(self) -> None:
        """Take the pages of the arrays out of this process's memory, if they are in a file."""
        release(*self.arrays().values())

    def chunks(self) -> Iterator[tuple[str, memoryview]]:
        """The bytes of all arrays in order, some at a time, with the name of the array where it begins; else ''."""
        for name, values in self.arrays().items():
            data = values.data.cast("B") if values.size else memoryview(b"")
            for begin in range(0, max(len(data), 1), _HASHED):
                yield "" if begin else name, data[begin : begin + _HASHED]
                self.release()

    def digest(self) -> str:
        """SHA-256 of all arrays with their names, in hex: the identity of the content."""
        sha = hashlib.sha256()
        arrays = self.arrays()
        for name, data in self.chunks():
            if name:
                sha.update(f"{name} {arrays[name].nbytes}\n".encode())
            sha.update(data)
        return sha.hexdigest()

    def flaw(self) -> str | None:
        """The first inconsistency, if any; without one, no index of a piece is out of bounds."""
        n = self.heights.size
        if not n or self.widths.size != n or "id" not in self.columns:
            return "it has no pieces, or required arrays are missing"
        if not _covers(self.offsets, n, self.cells.size):
            return "its offsets do not match its cells"
        begin = 0
        while begin < n:
            some = self.offsets[begin + 1 : begin + 1 + _CHECKED]
            end = begin + max(int(np.searchsorted(some, self.offsets[begin] + _CHECKED_CELLS)), 1)
            if flaw := self._flaw(slice(begin, end)):
                return flaw
            self.release()
            begin = end
        for name, column in self.columns.items():
            if not _covers(column.offsets, n, column.blob.size):
                return f"the offsets of '{name}' do not match its text"
        return None

    def _flaw(self, rows: slice) -> str | None:
        """The first inconsistency of the sizes and cells of some pieces, whose offsets ascend."""
        offsets = self.offsets[rows.start : rows.stop + 1]
        sizes = self.heights[rows].astype(np.int64) * self.widths[rows]
        if not sizes.all() or not np.array_equal(np.diff(offsets), sizes):
            return "its heights and widths do not match its cells"
        cells = self.cells[offsets[0] : offsets[-1]]
        if cells.max() >= SIZE:
            return "it contains characters outside the charset"
        if not np.logical_or.reduceat(cells != SPACE, offsets[:-1] - offsets[0]).all():
            return "it contains a piece without ink"
        return None


class Flat(NamedTuple):
    """k pieces one after the other, for functions that treat many at a time.

    Attributes:
        cells: (N,) uint8 class ids in [0, 95), piece by piece in row-major order.
        heights: (k,) int64, rows.
        widths: (k,) int64, columns.
    """

    cells: Bytes
    heights: Integers
    widths: Integers

    @classmethod
    def of(cls, grids: Sequence[Grid]) -> Flat:
        """The block of these (h, w) pieces; at least one."""
        heights, widths = np.array([grid.shape for grid in grids], np.int64).T
        return cls(np.concatenate([grid.ravel() for grid in grids]), heights, widths)


class Texts(Sequence[str]):
    """A column of a corpus: strings, decoded on access.

    Args:
        column: the column of the store.
        rows: (n,) the row of each string; None for all in order.
    """

    def __init__(self, column: Column, rows: Integers | None) -> None:
        self._column = column
        self._rows = rows

    def __len__(self) -> int:
        return (self._column.offsets.size - 1) if self._rows is None else self._rows.size

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(len(self))[index]]
        row = row_of(index, self._rows, len(self))
        begin, end = self._column.offsets[row : row + 2]
        return self._column.blob[begin:end].tobytes().decode("utf-8", "replace")

    def __iter__(self) -> Iterator[str]:
        for begin in range(0, len(self), _DECODED):
            end = min(begin + _DECODED, len(self))
            rows = np.arange(begin, end) if self._rows is None else self._rows[begin:end]
            lengths = self._column.offsets[rows + 1] - self._column.offsets[rows]
            data, at = runs(self._column.blob, self._column.offsets, rows).tobytes(), 0
            for length in lengths.tolist():
                yield data[at : at + length].decode("utf-8", "replace")
                at += length


class Corpus:
    """Pieces of ASCII art with their metadata.

    Attributes:
        storage: the store, which may have other pieces too.
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
        self.storage = storage
        self._rows = rows
        self._refusals = refusals
        self.heights = storage.heights if rows is None else storage.heights[rows]
        self.widths = storage.widths if rows is None else storage.widths[rows]
        self.columns = tuple(storage.columns)
        self.source = source
        self.digest = digest
        self.refused = refusals.examples
        self.refused_total = refusals.total

    def __len__(self) -> int:
        return self.heights.size

    @property
    def rows(self) -> Integers:
        """(n,) the number of each piece in the store."""
        return np.arange(len(self)) if self._rows is None else self._rows

    def rows_of(self, indices: Integers) -> Integers:
        """The numbers in the store of the pieces at `indices`, (k,) in [0, n)."""
        return indices if self._rows is None else self._rows[indices]

    def grid(self, index: int) -> Grid:
        """The (h, w) uint8 class ids of a piece: a read-only view."""
        row = row_of(index, self._rows, len(self))
        begin, end = self.storage.offsets[row : row + 2]
        cells = self.storage.cells[begin:end]
        return cells.reshape(self.storage.heights[row], self.storage.widths[row])

    def sizes(self, indices: Integers) -> Integers:
        """(k,) int64, the cells of each of these pieces, (k,) in [0, n)."""
        return self.heights[indices].astype(np.int64) * self.widths[indices]

    def release(self) -> None:
        """Take the pages of the store out of this process's memory, if it is in a file."""
        self.storage.release()

    def flat(self, indices: Integers) -> Flat:
        """The pieces at `indices`, (k,) in [0, n), one after the other; a view where they lie so in the store."""
        rows = self.rows_of(indices)
        heights, widths = self.storage.heights[rows].astype(np.int64), self.storage.widths[rows].astype(np.int64)
        cells = runs(self.storage.cells, self.storage.offsets, rows)
        return Flat(cells, heights, widths)

    def text(self, index: int) -> str:
        """A piece as text; see `asciivae.text.art.to_text`."""
        return to_text(self.grid(index))

    def column(self, name: str) -> Texts:
        """One column of metadata, with an empty string for each unknown value.

        Raises:
            CorpusError: the corpus has no such column.
        """
        if name not in self.storage.columns:
            raise CorpusError(
                f"this corpus has no column '{name}'",
                place=self.source,
                hint=f"it has: {', '.join(self.columns)}",
            )
        return Texts(self.storage.columns[name], self._rows)

    def select(self, indices: NDArray[np.integer[Any]] | Sequence[int]) -> Corpus:
        """The pieces at `indices`, (k,) in [0, n), in that order: a view that shares the storage."""
        rows = self.rows[np.asarray(indices, np.int64)]
        digest = hashlib.sha256(self.digest.encode() + rows.astype("<i8").tobytes()).hexdigest()
        return Corpus(self.storage, source=self.source, digest=digest, refusals=self._refusals, rows=rows)


def row_of(index: int, rows: Integers | None, n: int) -> int:
    """The row of the piece at an index in [-n, n), of a selection of rows or of all of them.

    Raises:
        IndexError: the index is out of range.
    """
    if rows is not None:
        return int(rows[index])
    return range(n)[index]


def runs(values: Bytes, offsets: Integers, rows: Integers) -> Bytes:
    """The values of these rows one after the other; neighbours are copied together, and a single run is a view."""
    if not rows.size:
        return values[:0]
    breaks = np.flatnonzero(np.diff(rows) != 1) + 1
    begins = offsets[rows[np.concatenate([[0], breaks])]].tolist()
    ends = offsets[rows[np.concatenate([breaks - 1, [-1]])] + 1].tolist()
    slices = [values[begin:end] for begin, end in zip(begins, ends, strict=True)]
    return slices[0] if len(slices) == 1 else np.concatenate(slices)


def _covers(offsets: Integers, n: int, size: int) -> bool:
    """Whether these are n + 1 non-decreasing offsets from 0 to `size`."""
    if offsets.size != n + 1 or offsets[0] != 0 or offsets[-1] != size:
        return False
    steps = (offsets[begin : begin + _CHECKED + 1] for begin in range(0, n, _CHECKED))
    return all(bool((some[1:] >= some[:-1]).all()) for some in steps)
