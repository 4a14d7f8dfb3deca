"""The corpus in memory: pieces of any size end to end in flat arrays, which may lie in a file.

Nothing is padded and nothing is one-hot: a piece of h × w cells takes h·w bytes. What is known about the pieces
(their names, categories, artists …) is kept as one UTF-8 blob per column and decoded when asked for.
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

MAX_CELLS = 1 << 32
"""The most cells that one corpus may have when it is built: 4 GiB of memory."""

COLUMNS = ("id", "category", "source", "license", "cluster", "artist", "caption", "url")
"""What may be known about a piece. `id` is always there; a column that no piece fills is left out."""


class Piece(NamedTuple):
    """One piece on its way into a store: its (h, w) cells, and what is known about it, by column."""

    grid: Grid
    facts: Mapping[str, str]


class Refused(NamedTuple):
    """A piece that could not be read: where it is, and why."""

    place: str
    reason: str


class Refusals(NamedTuple):
    """The first pieces that could not be read, and how many there are altogether."""

    examples: tuple[Refused, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """n strings end to end: (m,) uint8 of UTF-8, and the (n + 1,) int64 places where they begin and end."""

    blob: Bytes
    offsets: Integers


@dataclass(frozen=True, slots=True)
class Storage:
    """n pieces end to end.

    Attributes:
        cells: (N,) uint8 class ids in [0, 95), piece after piece, row after row.
        offsets: (n + 1,) int64, where in `cells` each piece begins and ends.
        heights: (n,) uint16, rows.
        widths: (n,) uint16, columns.
        columns: what is known about the pieces.
    """

    cells: Bytes
    offsets: Integers
    heights: NDArray[np.uint16]
    widths: NDArray[np.uint16]
    columns: Mapping[str, Column]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All arrays by name, those of wide elements first, so that in a file all are aligned."""
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
        """Say what is inconsistent, if anything, so that no later index can leave the arrays."""
        n = self.heights.size
        if not n or self.widths.size != n or "id" not in self.columns:
            return "it holds no pieces, or not all of what belongs to them"
        if not _covers(self.offsets, n, self.cells.size):
            return "its offsets do not match its cells"
        sizes = self.heights.astype(np.int64) * self.widths
        if not sizes.all() or not np.array_equal(np.diff(self.offsets), sizes):
            return "its heights and widths do not match its cells"
        if self.cells.max() >= SIZE:
            return "it holds characters outside the charset"
        if not np.logical_or.reduceat(self.cells != SPACE, self.offsets[:-1]).all():
            return "it holds a piece without any ink"
        for name, column in self.columns.items():
            if not _covers(column.offsets, n, column.blob.size):
                return f"the offsets of '{name}' do not match its text"
        return None


class Texts(Sequence[str]):
    """A column of a corpus: strings, decoded when asked for."""

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
    """Pieces of ASCII art, and what is known about them.

    Attributes:
        heights: (n,) uint16, the rows of each piece.
        widths: (n,) uint16, the columns of each piece.
        columns: the names that `column` knows.
        source: what the user called the corpus.
        digest: SHA-256 of the content in hex. For a selection, of the whole's digest and the chosen rows.
        refused: the first pieces of the source that could not be read, at most 100, each with the reason.
        refused_total: how many could not be read.
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
        """Give the (h, w) uint8 class ids of a piece as drawn: a read-only view, no copy."""
        row = self._rows[index]
        begin, end = self._storage.offsets[row : row + 2]
        cells = self._storage.cells[begin:end]
        return cells.reshape(self._storage.heights[row], self._storage.widths[row])

    def text(self, index: int) -> str:
        """Give a piece as text; see `asciivae.text.art.to_text`."""
        return to_text(self.grid(index))

    def column(self, name: str) -> Texts:
        """Give one fact about every piece, the empty string where it is not known.

        Raises:
            CorpusError: the corpus has no such column.
        """
        if name not in self._storage.columns:
            raise CorpusError(
                f"nothing is recorded as '{name}' in this corpus",
                place=self.source,
                hint=f"it has: {', '.join(self.columns)}",
            )
        return Texts(self._storage.columns[name], self._rows)

    def select(self, indices: NDArray[np.integer[Any]] | Sequence[int]) -> Corpus:
        """Give the pieces at `indices`, (k,) in [0, n), in that order: a view that shares all storage."""
        rows = self._rows[np.asarray(indices, np.int64)]
        digest = hashlib.sha256(self.digest.encode() + rows.astype("<i8").tobytes()).hexdigest()
        return Corpus(self._storage, source=self.source, digest=digest, refusals=self._refusals, rows=rows)


def collect(pieces: Iterable[Piece | Refused], *, most_examples: int = 100) -> tuple[Storage, Refusals]:
    """Put pieces end to end, and count those that could not be read.

    Raises:
        CorpusError: there are more than `MAX_CELLS` cells.
    """
    cells, heights, widths, sizes = bytearray(), array("H"), array("H"), array("q")
    blobs = {name: bytearray() for name in COLUMNS}
    lengths = {name: array("q") for name in COLUMNS}
    examples: list[Refused] = []
    refused = 0
    for piece in pieces:
        if isinstance(piece, Refused):
            refused += 1
            if len(examples) < most_examples:
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
                hint="divide it into several, or drop its largest pieces",
            )
        for name in COLUMNS:
            fact = piece.facts.get(name, "").encode("utf-8", "replace")
            blobs[name] += fact
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
    """Whether n + 1 offsets rise from 0 to `size`."""
    return offsets.size == n + 1 and offsets[0] == 0 and offsets[-1] == size and bool((np.diff(offsets) >= 0).all())
