"""The features of pages that are drawn, cell after cell."""

from __future__ import annotations

import numpy as np

from asciivae.pages.features import (
    BEHIND,
    BUCKET,
    BUCKETS,
    CAUSAL_TOKENS,
    CONTEXTS,
    DISTANCE_TOKENS,
    FLIP,
    HASHED,
    HASHES,
    HINT_TOKENS,
    MIRROR,
    TOKENS,
    Integers,
    Mask,
    Pages,
    hash_key,
    symmetry,
)
from asciivae.text.art import Grid
from asciivae.text.charset import SPACE

_LEFT = int((BEHIND[0] == 0).sum())
_SIDES = [int(i) for i in np.flatnonzero(MIRROR[0] == 0)]
_MIRRORED = len(BEHIND[0])
_REPEATS = _MIRRORED + 2 * len(MIRROR[0])
_LEFT_INK = _REPEATS + 2 * len(CONTEXTS)
_LEFT_DISTANCE = 4


class Cursor:
    """The features of pages of one size, column after column; what does not change in a row is found once.

    Args:
        grids: n pages (h, w), written while the cursor moves.
        known: (h, w) mask of the hints, the same for all pages.
    """

    def __init__(self, grids: list[Grid], known: Mask | None) -> None:
        self.pages = Pages(grids, None if known is None else [known] * len(grids))
        self.count, (self.height, self.width) = len(grids), grids[0].shape
        self.stride = int(self.pages.strides[0])
        self._cells: list[int] = self.pages.cells.tolist()  # a list: single items of arrays are slow
        self._hints: list[int] = self.pages.hints.tolist()
        self._seen: list[list[dict[int, tuple[int, int]]]] = [[{} for _ in CONTEXTS] for _ in range(self.count)]

    def start_row(self, row: int) -> None:
        """Find what the rows above, the hints and the borders say of a row's cells."""
        n, w = self.count, self.width
        page, column = np.repeat(np.arange(n), w), np.tile(np.arange(w), n)
        found = self.pages.features(page, np.full(n * w, row), column, repeats=False)
        self.row = row
        self.causal = found.causal.reshape(n, w, CAUSAL_TOKENS)
        self.hints = found.hints.reshape(n, w, HINT_TOKENS)
        self.distances = found.distances.reshape(n, w, DISTANCE_TOKENS)
        self.hashed = found.hashed.reshape(n, w, HASHES)
        self._axes = [int(symmetry(self.pages.view(self.pages.cells, p), row)[0][row]) for p in range(n)]
        self._ink = [-1] * n

    def look(self, column: int) -> None:
        """Find what the cells to the left say of a column's cells: its entries in `causal` and so on are then right."""
        cells, hints = self._cells, self._hints
        self._keys: list[list[int]] = []
        for p in range(self.count):
            start = int(self.pages.origins[p]) + self.row * self.stride
            at = start + column
            tokens: list[int] = cells[at - _LEFT : at]
            for axis in (self.width - 1, self._axes[p]):
                for k in _SIDES:
                    target = axis - column - int(MIRROR[1][k])
                    flat = start + target
                    if not -1 <= target <= self.width:
                        seen = cells[0]
                    elif flat == at:
                        seen = TOKENS - 1
                    else:
                        seen = cells[flat] if flat < at else hints[flat]
                    tokens.append(int(FLIP[seen]))
            keys = [self._key(at, context) for context in CONTEXTS]
            self._keys.append(keys)
            for c, key in enumerate(keys):
                tokens.extend(self._seen[p][c].get(key, (TOKENS - 1, TOKENS - 1)))
            tokens.append(cells[start + self._ink[p]])
            self.causal[p, column, _POSITIONS] = tokens
            self.distances[p, column, _LEFT_DISTANCE] = BUCKET[column - self._ink[p]]
            self.hashed[p, column] = [hash_key(self._key(at, context)) % BUCKETS for context in HASHED]

    def write(self, column: int, characters: Integers) -> None:
        """Write (n,) characters into the column that was looked at."""
        for p, character in enumerate(characters.tolist()):
            at = int(self.pages.origins[p]) + self.row * self.stride + column
            self.pages.cells[at] = self._cells[at] = character
            if character != SPACE:
                self._ink[p] = column
            for c, key in enumerate(self._keys[p]):
                seen = self._seen[p][c]
                seen[key] = (character, seen[key][0] if key in seen else TOKENS - 1)

    def _key(self, at: int, context: tuple[tuple[int, int], ...]) -> int:
        key = 0
        for dy, dx in context:
            key = key * TOKENS + self._cells[at + dy * self.stride + dx]
        return key


_POSITIONS = [
    *range(_LEFT),
    *[_MIRRORED + k for k in _SIDES],
    *[_MIRRORED + len(MIRROR[0]) + k for k in _SIDES],
    *range(_REPEATS, _LEFT_INK + 1),
]
