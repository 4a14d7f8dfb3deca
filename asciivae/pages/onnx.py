"""A page network in ONNX Runtime, without PyTorch; docs/onnx.md describes the graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from asciivae.engine.onnx import DAMAGED, OnnxNetwork
from asciivae.errors import ModelError
from asciivae.files.weights import PAGE_FORMAT
from asciivae.pages.cells import LARGEST_BATCH, Cells, Condition, cells_of, given_ink, given_pages, in_batches
from asciivae.pages.cursor import Cursor
from asciivae.pages.features import Integers, Mask
from asciivae.pages.reader import Predicted
from asciivae.text.art import Grid
from asciivae.text.charset import SIZE, SPACE

FACTS = ("heads", "head", "attending", "around")
"""What the graph states of its sizes, in decimals: see `PageConfig`; `attending` counts the blocks that attend."""
CELLS_AT_ONCE = 128
"""Of one page; later ones find the ink of earlier ones in the memory, which is less than all of their cells."""
LARGEST = 2000
"""Cells of a batch of pages; larger ones do not fit into the caches of a processor."""
ROOM = 64
"""Keys that there is room for at first."""

Array = NDArray[Any]
_FEATURES = ("causal", "hints", "distances", "hashed")


class OnnxPages:
    """See `PageReader`.

    Args:
        network: with the inputs and outputs of `pages.graph`.
        place: what to call it in errors.

    Raises:
        ModelError: it is not such a network.
    """

    def __init__(self, network: OnnxNetwork, place: str) -> None:
        self._network, self._place = network, place
        self.heads, self.head, self.attending, self.around = network.sizes(FACTS, PAGE_FORMAT, "a page model", place)
        # All inputs must be given; these are the smallest of the half that is not asked for.
        self._nothing_given: dict[str, Array] = {"given": np.zeros((1, 1, 1), np.int32)} if self.around else {}
        self._no_cell = {**_no_cell(self.around), **Memory(self, 1).inputs}

    def start(
        self, height: int, width: int, count: int, condition: Condition, given: Integers | None = None
    ) -> OnnxSteps:
        """See `PageReader.start`."""
        shown = None if given is None else self.encode(given[None])
        return OnnxSteps(self, width, count, condition, shown)

    def predict(
        self,
        grids: Sequence[Grid],
        known: Sequence[Mask] | None = None,
        conditions: Sequence[Condition] | None = None,
        *,
        largest: int = LARGEST_BATCH,
    ) -> Iterator[Predicted]:
        """See `PageReader.predict`."""
        for ids in in_batches(grids, min(largest, LARGEST)):
            cells = cells_of(
                [grids[i] for i in ids],
                None if known is None else [known[i] for i in ids],
                None if conditions is None else [conditions[i] for i in ids],
            )
            logits = self._of_pages(cells)
            for n, piece in enumerate(ids):
                mine = (cells.page == n) & (cells.weight > 0)
                yield Predicted(piece, cells.row[mine], cells.column[mine], logits[mine])

    def encode(self, tokens: NDArray[np.integer]) -> Given | None:
        """What the network makes of (G, H, W) tokens of what is given; None for a network that does not encode it."""
        if not self.around or not len(tokens):
            return None
        names = ["given_keys", "given_values"]
        outputs = ["encoded", *(f"{name}_{i}" for name in names for i in range(self.attending))]
        encoded, *parts = self._network(*outputs, **self._no_cell, given=tokens.astype(np.int32))
        ink = [given_ink(page) @ (tokens.shape[2], 1) for page in tokens]
        return Given(encoded, ink, parts[: self.attending], parts[self.attending :])

    def read(self, cells: dict[str, Array], memory: Memory) -> tuple[NDArray[np.float32], list[Array], list[Array]]:
        """Logits (B, L, 95) of cells after what is remembered, and their own keys and values, for `Memory.add`."""
        names = ["new_keys", "new_values"]
        outputs = ["logits", *(f"{name}_{i}" for name in names for i in range(self.attending))]
        logits, *parts = self._network(*outputs, **self._nothing_given, **cells, **memory.inputs)
        if logits.shape != (*cells["character"].shape, SIZE) or logits.dtype != np.float32:
            raise ModelError("does not predict characters", place=self._place, hint=DAMAGED)
        return logits, parts[: self.attending], parts[self.attending :]

    def _of_pages(self, cells: Cells) -> NDArray[np.float32]:
        """(N, 95) logits of all cells of a batch of pages."""
        count = len(cells.pages.widths)
        hinted, tokens = given_pages(cells.pages)
        shown = self.encode(tokens)
        memory = Memory(self, count)
        if shown is not None:
            for n, p in enumerate(hinted.tolist()):
                memory.add_given(p, shown, n)
        place = np.arange(len(cells.page)) - np.searchsorted(cells.page, cells.page)
        longest = int(place.max(initial=-1)) + 1
        laid = {name: _laid(array, cells.page, place, count, longest) for name, array in _inputs(cells).items()}
        if self.around:
            around = np.zeros((len(cells.page), self.around), np.float32)
            if shown is not None:
                number = np.full(count, -1)
                number[hinted] = np.arange(len(hinted))
                own = number[cells.page]
                around[own >= 0] = shown.encoded[own, cells.row, cells.column][own >= 0]
            laid["around"] = _laid(around, cells.page, place, count, longest)
        logits = np.zeros((count, longest, SIZE), np.float32)
        for first in range(0, longest, CELLS_AT_ONCE):
            part = slice(first, first + CELLS_AT_ONCE)
            of_part = {name: np.ascontiguousarray(array[:, part]) for name, array in laid.items()}
            logits[:, part], keys, values = self.read({**of_part, "said": cells.said.astype(np.int32)}, memory)
            if first + CELLS_AT_ONCE < longest:
                memory.add(of_part["character"] != SPACE, keys, values)
        return np.asarray(logits[cells.page, place])


class Given(NamedTuple):
    """What a network makes of G given pages.

    Attributes:
        encoded: (G, H, W, around).
        ink: for each page, the given ink's indices in the flattened (H, W).
        keys: (G, heads, H · W, head) of each attending block.
        values: likewise.
    """

    encoded: NDArray[np.float32]
    ink: list[Integers]
    keys: list[Array]
    values: list[Array]


class Memory:
    """The keys and values of the ink of B pages, of each attending block; `pages.graph` says in which shapes.

    Args:
        sizes: of the network.
        count: B.
    """

    def __init__(self, sizes: OnnxPages, count: int) -> None:
        self.filled = np.zeros(count, np.int32)
        self._keys = [np.zeros((count, sizes.heads, sizes.head, ROOM), np.float32) for _ in range(sizes.attending)]
        self._values = [np.zeros((count, sizes.heads, ROOM, sizes.head), np.float32) for _ in range(sizes.attending)]

    @property
    def inputs(self) -> dict[str, Array]:
        """What the graph is given of it."""
        keys = {f"keys_{i}": array for i, array in enumerate(self._keys)}
        return {"filled": self.filled, **keys, **{f"values_{i}": array for i, array in enumerate(self._values)}}

    def add(self, chosen: Mask, keys: Sequence[Array], values: Sequence[Array]) -> None:
        """Remember the chosen ones (B, L) of keys and values (B, heads, L, head)."""
        for page in np.flatnonzero(chosen.any(1)).tolist():
            self._put(page, np.flatnonzero(chosen[page]), [k[page] for k in keys], [v[page] for v in values])

    def add_given(self, page: int, given: Given, number: int) -> None:
        """Remember the given ink of one page, which is number `number` of those that were encoded."""
        self._put(page, given.ink[number], [k[number] for k in given.keys], [v[number] for v in given.values])

    def _put(self, page: int, chosen: Integers, keys: Sequence[Array], values: Sequence[Array]) -> None:
        """Remember the chosen ones of keys and values (heads, L, head)."""
        first = int(self.filled[page])
        last = first + len(chosen)
        while self._keys and last > self._keys[0].shape[3]:
            self._keys = [np.concatenate([array, np.zeros_like(array)], 3) for array in self._keys]
            self._values = [np.concatenate([array, np.zeros_like(array)], 2) for array in self._values]
        for kept, own in zip(self._keys, keys, strict=True):
            kept[page, :, :, first:last] = own[:, chosen].swapaxes(1, 2)
        for kept, own in zip(self._values, values, strict=True):
            kept[page, :, first:last] = own[:, chosen]
        self.filled[page] = last


class OnnxSteps:
    """See `Steps`: ink joins the memory one call after it was chosen, in which it is read again with its character.

    Args:
        reader: the network.
        width: in cells.
        count: n pages.
        condition: what is said of them.
        given: what is given of each of them, if anything is.
    """

    def __init__(self, reader: OnnxPages, width: int, count: int, condition: Condition, given: Given | None) -> None:
        self._reader, self._width, self._count, self._given = reader, width, count, given
        self._said = np.tile(np.array([condition.category, condition.signature], np.int32), (count, 1))
        self._memory = Memory(reader, count)
        if given is not None:
            for page in range(count):
                self._memory.add_given(page, given, 0)
        self._waiting: list[dict[str, Array]] = []
        self._present: dict[str, Array] = {}

    def logits(self, cursor: Cursor, column: int) -> NDArray[np.float32]:
        """See `Steps.logits`."""
        self._present = self._inputs(cursor, column)
        cells = [*self._waiting, self._present]
        joined = {name: np.stack([cell[name] for cell in cells], 1) for name in self._present}
        logits, keys, values = self._reader.read({**joined, "said": self._said}, self._memory)
        if self._waiting:
            self._memory.add(joined["character"] != SPACE, keys, values)
            self._waiting = []
        return np.asarray(logits[:, -1])

    def remember(self, characters: Integers) -> None:
        """See `Steps.remember`."""
        if (characters != SPACE).any():
            self._present["character"] = characters.astype(np.int32)
            self._waiting.append(self._present)

    def pass_by(self, cursor: Cursor, column: int, characters: Integers) -> None:
        """See `Steps.pass_by`."""
        if (characters != SPACE).any():
            self._present = self._inputs(cursor, column)
            self.remember(characters)

    def _inputs(self, cursor: Cursor, column: int) -> dict[str, Array]:
        """Of the cells in a column, (n, …) each; their characters are blank."""
        found: dict[str, Array] = {name: getattr(cursor, name)[:, column].astype(np.int32) for name in _FEATURES}
        place = np.array([cursor.row, column, self._width - 1 - column], np.float32)
        found |= {"character": np.zeros(self._count, np.int32), "position": np.tile(place, (self._count, 1))}
        if self._reader.around:
            own = None if self._given is None else self._given.encoded[0, cursor.row, column]
            found["around"] = np.tile(
                np.zeros(self._reader.around, np.float32) if own is None else own, (self._count, 1)
            )
        return found


def _no_cell(around: int) -> dict[str, Array]:
    """The inputs of one cell of a blank page."""
    inputs = _inputs(cells_of([np.zeros((1, 1), np.uint8)]))
    no_cell: dict[str, Array] = {name: array[None] for name, array in inputs.items()}
    return {**no_cell, "said": np.zeros((1, 2), np.int32), "around": np.zeros((1, 1, around), np.float32)}


def _inputs(cells: Cells) -> dict[str, Array]:
    """Of the cells of pages, (N, …) each."""
    found: dict[str, Array] = {name: getattr(cells.features, name).astype(np.int32) for name in _FEATURES}
    return {**found, "character": cells.character.astype(np.int32), "position": cells.position}


def _laid(array: Array, page: Integers, place: Integers, count: int, longest: int) -> Array:
    """(N, …) of cells → (B, L, …), each page's own from the left, zeros beyond."""
    laid = np.zeros((count, longest, *array.shape[1:]), array.dtype)
    laid[page, place] = array
    return laid
