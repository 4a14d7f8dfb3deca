"""Where the ink of many pieces is, and the sizes of their pages, over flat arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asciivae.errors import ModelError
from asciivae.text.charset import SPACE

if TYPE_CHECKING:
    from asciivae.corpus.store import Corpus, Flat, Storage
    from asciivae.text.canvas import PageSize, Size

Integers = NDArray[np.int64]

_TOGETHER, _COUNTED = 1 << 12, 1 << 11  # pieces whose cells are looked at, and counted, at a time
_COUNTED_CELLS = 1 << 20  # unless they are large
_TABLE = 1 << 22
"""The largest table of sizes."""


class TooLarge(ModelError):
    """A piece has no page size.

    Attributes:
        position: the first such piece.
    """

    def __init__(self, position: int, error: ModelError) -> None:
        super().__init__(error.message, place=error.place, hint=error.hint)
        self.position = position


@dataclass(frozen=True, slots=True)
class Boxes:
    """Rectangles within k pieces, in cells.

    Attributes:
        rows: (k,) the rows of the pieces in their store.
        tops: (k,) the first row of cells.
        lefts: (k,) the first column.
        heights: (k,) rows; 0 if there is no ink.
        widths: (k,) columns; 0 if there is no ink.
    """

    rows: Integers
    tops: Integers
    lefts: Integers
    heights: Integers
    widths: Integers

    @classmethod
    def whole(cls, corpus: Corpus, pieces: Integers) -> Boxes:
        """All of the pieces at these (k,) indices."""
        heights, widths = corpus.heights[pieces].astype(np.int64), corpus.widths[pieces].astype(np.int64)
        return cls(corpus.rows_of(pieces), np.zeros_like(heights), np.zeros_like(heights), heights, widths)

    def __getitem__(self, which: Any) -> Boxes:
        return Boxes(*(values[which] for values in self._arrays()))

    def packed(self) -> NDArray[np.uint16]:
        """(k, 4): tops, lefts, heights, widths."""
        return np.stack(self._arrays()[1:], axis=1).astype(np.uint16)

    @classmethod
    def unpacked(cls, corpus: Corpus, pieces: Integers, packed: NDArray[np.uint16]) -> Boxes:
        """The boxes that were packed, (k, 4), of pieces at these (k,) indices."""
        return cls(corpus.rows_of(pieces), *packed.T.astype(np.int64))

    def _arrays(self) -> tuple[Integers, ...]:
        return self.rows, self.tops, self.lefts, self.heights, self.widths


def contents(corpus: Corpus, pieces: Integers, trim: bool) -> Boxes:
    """What is placed on a page of the pieces at these (k,) indices: as `asciivae.text.canvas.Canvas.content`.

    Args:
        corpus: the pieces.
        pieces: their indices.
        trim: only the smallest box that holds all the ink of a piece.
    """
    boxes = Boxes.whole(corpus, pieces)
    for begin in range(0, pieces.size if trim else 0, _TOGETHER):
        some = np.arange(begin, min(begin + _TOGETHER, pieces.size))
        loose = some[~_tight(corpus.flat(pieces[some]))]
        if loose.size:
            found = trimmed(corpus.storage, boxes[loose])
            boxes.tops[loose], boxes.lefts[loose] = found.tops, found.lefts
            boxes.heights[loose], boxes.widths[loose] = found.heights, found.widths
    return boxes


def _tight(flat: Flat) -> NDArray[np.bool_]:
    """Whether there is ink on all four sides of each piece."""
    cells, heights, widths = flat
    ends = np.cumsum(heights * widths)
    begins = ends - heights * widths
    # The first line of each piece, what is between, and its last line; of lower ones the third index is not greater
    # than the second, and the segment that starts at it reaches to the next piece all the same.
    edges = np.stack([begins, np.minimum(begins + widths, cells.size - 1), ends - widths], axis=1)
    lines = np.maximum.reduceat(cells, edges.ravel()).reshape(-1, 3)
    row_widths = np.repeat(widths, heights)
    last = np.cumsum(row_widths)
    firsts = np.cumsum(heights) - heights
    left = np.maximum.reduceat(cells[last - row_widths], firsts)
    right = np.maximum.reduceat(cells[last - 1], firsts)
    sides = np.stack([lines[:, 0], lines[:, 2], left, right])
    return np.asarray((sides != SPACE).all(axis=0))


def character_counts(corpus: Corpus, pieces: Integers) -> Integers:
    """How often each class occurs in these pieces: (256,)."""
    from PIL import Image

    counts = np.zeros(256, np.int64)
    for begin in range(0, pieces.size, _COUNTED):
        cells = corpus.flat(pieces[begin : begin + _COUNTED]).cells
        for at in range(0, cells.size, _COUNTED_CELLS):
            some = cells[at : at + _COUNTED_CELLS]
            fours = some[: some.size & ~3]
            counts += np.bincount(some[fours.size :], minlength=256)
            if fours.size:
                # Pillow counts the bands of a picture separately: twice as fast as NumPy, which converts to int64.
                picture = Image.frombuffer("RGBA", (fours.size // 4, 1), fours, "raw", "RGBA", 0, 1)
                counts += np.array(picture.histogram()).reshape(4, 256).sum(axis=0)
    return counts


def trimmed(storage: Storage, boxes: Boxes) -> Boxes:
    """The smallest boxes that hold all the ink within boxes: blank lines of cells are taken from each side in turn."""
    strides = storage.widths[boxes.rows].astype(np.int64)
    begins = storage.offsets[boxes.rows]
    tops, lefts = boxes.tops.copy(), boxes.lefts.copy()
    bottoms, rights = tops + boxes.heights, lefts + boxes.widths
    one = np.ones_like(strides)
    for edge, step in ((tops, 1), (bottoms, -1), (lefts, 1), (rights, -1)):
        by_rows = edge is tops or edge is bottoms
        along, low, high = (one, lefts, rights) if by_rows else (strides, tops, bottoms)
        across = strides if by_rows else one
        here = np.flatnonzero((tops < bottoms) & (lefts < rights))
        while here.size:
            lines = edge[here] - (step < 0)
            starts = begins[here] + lines * across[here] + low[here] * along[here]
            here = here[~_inked(storage.cells, starts, along[here], high[here] - low[here])]
            edge[here] += step
            here = here[(tops[here] < bottoms[here]) & (lefts[here] < rights[here])]
    heights = bottoms - tops
    return Boxes(boxes.rows, tops, lefts, heights, np.where(heights > 0, rights - lefts, 0))


def _inked(cells: NDArray[np.uint8], starts: Integers, strides: Integers, lengths: Integers) -> NDArray[np.bool_]:
    """Whether there is ink on each of k lines of cells, of at least one cell each."""
    ends = np.cumsum(lengths)
    firsts = ends - lengths
    places = np.arange(int(ends[-1]))
    if (strides != 1).any():
        places *= np.repeat(strides, lengths)
        starts = starts - firsts * strides
    else:
        starts = starts - firsts
    places += np.repeat(starts, lengths)
    return np.asarray(np.maximum.reduceat(cells[places], firsts) != SPACE)


def page_sizes(sizes: Integers, size_for: PageSize) -> Integers:
    """The page sizes (k, 2) of contents of these sizes (k, 2); `size_for` is called once for each different one.

    Raises:
        TooLarge: the error of `size_for` for the first size for which it raises one, with its position.
    """
    different, numbers = _numbered(sizes)
    results = np.zeros((len(different), 2), np.int64)
    errors: dict[int, ModelError] = {}
    for i, size in enumerate(different):
        try:
            results[i] = size_for(*size)
        except ModelError as error:
            errors[i] = error
    if errors:
        first = int(np.argmax(np.isin(numbers, list(errors))))
        raise TooLarge(first, errors[int(numbers[first])])
    return results[numbers]


def grouped(sizes: Integers) -> Iterator[tuple[Size, Integers]]:
    """Each different size of (k, 2), in increasing order of area, with the positions that have it, ascending."""
    if not len(sizes):
        return
    different, numbers = _numbered(sizes)
    turns = sorted(range(len(different)), key=lambda i: (different[i][0] * different[i][1], different[i]))
    turn = np.empty(len(different), np.uint16 if len(different) < 1 << 16 else np.int64)
    turn[turns] = np.arange(len(different))
    positions = np.argsort(turn[numbers], kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=len(different))[turns])
    for i, group in zip(turns, np.split(positions, ends[:-1]), strict=True):
        yield different[i], group


def _numbered(sizes: Integers) -> tuple[list[Size], Integers]:
    """The different sizes, ascending, and for each of (k, 2) sizes the index of its own."""
    if not len(sizes):
        return [], np.zeros(0, np.int64)
    span = int(sizes[:, 1].max()) + 1
    codes = sizes[:, 0] * span + sizes[:, 1]
    length = int(codes.max()) + 1
    if length > _TABLE:
        different, numbers = np.unique(codes, return_inverse=True)
    else:
        seen = np.zeros(length, bool)
        seen[codes] = True
        different = np.flatnonzero(seen)
        table = np.zeros(length, np.int64)
        table[different] = np.arange(different.size)
        numbers = table[codes]
    return [divmod(code, span) for code in different.tolist()], numbers
