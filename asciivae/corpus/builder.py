"""Building a store: pieces are concatenated in memory, or in temporary files if they are many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.scratch import Spool
from asciivae.corpus.store import COLUMNS, Column, Corpus, Integers, Piece, Refusals, Refused, Storage, runs
from asciivae.errors import CorpusError

MAX_CELLS, MEAN_CELLS = 1 << 29, 1 << 12
"""The limit on the cells of one corpus when it is built; beyond, on the cells of a piece on average."""

MAX_PIECES = 1 << 25
"""The limit on the pieces of one corpus when it is built."""

MAX_FACTS = 1 << 32
"""The limit on the bytes of a column of metadata."""

MAX_EXAMPLES = 100
"""Pieces that could not be read, of which the reason is kept."""

_SUMMED = 1 << 16  # lengths that are summed at a time
_TOGETHER, _HELD_CELLS = 1024, 1 << 22  # pieces that are appended at a time, unless they are large


class Builder:
    """Concatenates pieces, and counts those that could not be read.

    Args:
        folder: of temporary files, for what is too much for memory; None to keep everything in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._cells, self._sides = Spool(folder), Spool(folder)
        self._blobs = {name: Spool(folder) for name in COLUMNS}
        self._lengths = {name: Spool(folder) for name in COLUMNS}
        self._folder = folder
        self._pieces = self._held_cells = self._refused = 0
        self._held: list[Piece] = []
        self._examples: list[Refused] = []

    def refuse(self, refused: Refused) -> None:
        """Count a piece that could not be read."""
        self._refused += 1
        if len(self._examples) < MAX_EXAMPLES:
            self._examples.append(refused)

    def add(self, piece: Piece) -> None:
        """Append a piece.

        Raises:
            CorpusError: there are too many cells, pieces or bytes in a column.
            ScratchError: a temporary file cannot be written.
        """
        self._held.append(piece)
        self._held_cells += piece.grid.size
        if len(self._held) == _TOGETHER or self._held_cells > _HELD_CELLS:
            self._flush()

    def add_rows(self, storage: Storage, rows: Integers, columns: Mapping[str, Sequence[str]] = {}) -> None:
        """Append pieces of another store.

        Args:
            storage: the store.
            rows: (k,) the indices of the pieces.
            columns: k texts for each column that is to be replaced or added.

        Raises:
            CorpusError: there are too many cells, pieces or bytes in a column.
            ScratchError: a temporary file cannot be written.
        """
        self._flush()
        for begin in range(0, rows.size, _TOGETHER):
            some = rows[begin : begin + _TOGETHER]
            texts = {}
            for name, column in storage.columns.items():
                lengths = column.offsets[some + 1] - column.offsets[some]
                texts[name] = runs(column.blob, column.offsets, some).tobytes(), lengths
            for name, values in columns.items():
                texts[name] = _encoded(values[begin : begin + _TOGETHER])
            sides = np.stack([storage.heights[some], storage.widths[some]], axis=1)
            self._append(runs(storage.cells, storage.offsets, some).tobytes(), sides, texts)
            if begin % (64 * _TOGETHER) == 0:
                storage.release()

    def done(self) -> tuple[Storage, Refusals]:
        """The pieces, of which nothing can be changed, and the refusals.

        Raises:
            CorpusError: there are too many cells, pieces or bytes in a column.
            ScratchError: a temporary file cannot be written.
        """
        self._flush()
        sides = self._sides.array(np.uint16).reshape(-1, 2)
        heights, widths = np.ascontiguousarray(sides[:, 0]), np.ascontiguousarray(sides[:, 1])
        heights.flags.writeable = widths.flags.writeable = False
        columns = {
            name: Column(blob.array(np.uint8), _offsets(self._lengths[name].array(np.int32), self._folder))
            for name, blob in self._blobs.items()
            if len(blob) or name == "id"
        }
        offsets = _offsets(heights.astype(np.int64) * widths, self._folder)
        storage = Storage(self._cells.array(np.uint8), offsets, heights, widths, columns)
        return storage, Refusals(tuple(self._examples), self._refused)

    def _flush(self) -> None:
        held, self._held, self._held_cells = self._held, [], 0
        if held:
            texts = {name: _encoded([piece.facts.get(name, "") for piece in held]) for name in COLUMNS}
            sides = np.array([piece.grid.shape for piece in held], np.uint16)
            self._append(b"".join([piece.grid.tobytes() for piece in held]), sides, texts)

    def _append(
        self, cells: bytes, sides: NDArray[np.uint16], texts: Mapping[str, tuple[bytes, NDArray[np.integer[Any]]]]
    ) -> None:
        self._pieces += len(sides)
        self._cells.append(cells)
        self._sides.append(sides.tobytes())
        if len(self._cells) > max(MAX_CELLS, MEAN_CELLS * self._pieces):
            raise CorpusError(
                f"the corpus has more than {MAX_CELLS} cells, and more than {MEAN_CELLS} a piece",
                hint="split it into several, or drop its largest pieces",
            )
        if self._pieces > MAX_PIECES:
            raise CorpusError(f"the corpus has more than {MAX_PIECES} pieces", hint="split it into several")
        none = b"", np.zeros(len(sides), np.int32)
        for name in COLUMNS:
            blob, lengths = texts.get(name, none)
            self._blobs[name].append(blob)
            self._lengths[name].append(lengths.astype(np.int32).tobytes())
            if len(self._blobs[name]) > MAX_FACTS:
                raise CorpusError(
                    f"the column {name!r} has more than {MAX_FACTS} bytes", hint="split the corpus into several"
                )


def collect(pieces: Iterable[Piece | Refused], folder: Path | None = None) -> tuple[Storage, Refusals]:
    """Concatenate pieces, and count those that could not be read; see `Builder`.

    Raises:
        CorpusError: there are too many cells, pieces or bytes in a column.
        ScratchError: a temporary file cannot be written.
    """
    builder = Builder(folder)
    for piece in pieces:
        if isinstance(piece, Refused):
            builder.refuse(piece)
        else:
            builder.add(piece)
    return builder.done()


def copied(corpus: Corpus, folder: Path | None = None) -> Storage:
    """A store of the pieces of a corpus alone; see `Builder` for the folder of temporary files.

    Raises:
        ScratchError: a temporary file cannot be written.
    """
    builder = Builder(folder)
    builder.add_rows(corpus.storage, corpus.rows)
    return builder.done()[0]


def _encoded(texts: Sequence[str]) -> tuple[bytes, NDArray[np.int32]]:
    """Texts as UTF-8, one after the other, and their lengths in bytes."""
    encoded = [text.encode("utf-8", "replace") for text in texts]
    return b"".join(encoded), np.fromiter(map(len, encoded), np.int32, len(encoded))


def _offsets(lengths: NDArray[np.integer[Any]], folder: Path | None) -> Integers:
    """(n + 1,) where each of n slices of these lengths begins and ends."""
    spool, last = Spool(folder), 0
    spool.append(bytes(8))
    for begin in range(0, lengths.size, _SUMMED):
        ends = np.cumsum(lengths[begin : begin + _SUMMED], dtype=np.int64) + last
        last = int(ends[-1])
        spool.append(ends.tobytes())
    return spool.array(np.int64)
