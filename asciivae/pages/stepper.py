"""The page network one cell at a time: the same probabilities as for whole pages, with everything earlier cached."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from asciivae.pages.batch import Condition
from asciivae.pages.features import (
    BEHIND,
    BUCKET,
    BUCKETS,
    CAUSAL_TOKENS,
    CONTEXTS,
    DISTANCE_TOKENS,
    DISTANCES,
    FLIP,
    HASHED,
    HASHES,
    HINT_TOKENS,
    MIRROR,
    TOKENS,
    UNKNOWN,
    Integers,
    Mask,
    Pages,
    hash_key,
    symmetry,
)
from asciivae.pages.network import Block, PageNetwork, normal, rotate, rotations
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


class Stepper:
    """The network for the next cell of n pages of one size.

    The embeddings are multiplied by the first layer beforehand, so that the layer becomes a sum of rows; keys and
    values of the ink are kept.

    Args:
        network: in evaluation mode, on the CPU.
        height: in cells.
        width: in cells.
        count: pages.
        condition: what is said of them.
        given: (h, w) tokens of what is given, `UNKNOWN` elsewhere; None if nothing is.
    """

    def __init__(
        self,
        network: PageNetwork,
        height: int,
        width: int,
        count: int,
        condition: Condition,
        given: Integers | None = None,
    ) -> None:
        self.network, self.count = network, count
        c = network.config
        self._tables, self._offsets, self._hash_weight = _tables(network)
        self._start = (
            network.enter.bias
            + network.categories.weight[condition.category]
            + network.signatures.weight[condition.signature]
        )
        rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        position = torch.stack([rows, columns, width - 1 - columns], -1).reshape(-1, 3).float()
        self._turns = rotations(position, c.head, c.heads)
        self._width = width
        encoded = None if given is None else network.encode(torch.from_numpy(given)[None])
        self._around = None if encoded is None else network.around(encoded[1:])
        ink = np.zeros(0, np.int64) if given is None or encoded is None else _ink_of(given)
        self._filled = torch.full((count,), len(ink), dtype=torch.long)
        # Transposed beforehand: for a single row that is twice as fast.
        self._weights = {
            id(layer): layer.weight.t().contiguous() for layer in network.modules() if isinstance(layer, nn.Linear)
        }
        shape = (count, c.heads, 1 + len(ink) + height * width, c.head)
        self._memory = [(torch.zeros(shape), torch.zeros(shape)) if block.attends else None for block in self._blocks]
        for block, memory in zip(self._blocks, self._memory, strict=True):
            if memory is not None:
                for part, nothing in zip(memory, block.nothing, strict=True):
                    part[:, :, 0] = nothing.view(c.heads, c.head)
                if encoded is not None and len(ink):
                    chosen = torch.from_numpy(ink)
                    for part, recalled in zip(
                        memory, block.recalled(encoded[1 + chosen], self._turns[1][chosen]), strict=True
                    ):
                        part[:, :, 1 : 1 + len(ink)] = recalled.transpose(0, 1)

    @property
    def _blocks(self) -> list[Block]:
        return [block for block in self.network.blocks if isinstance(block, Block)]

    def logits(self, cursor: Cursor, column: int) -> Tensor:
        """(n, 95) logits of the cells in a column that the cursor has looked at."""
        ids = np.concatenate([cursor.causal[:, column], cursor.hints[:, column], cursor.distances[:, column]], 1)
        hashed = torch.from_numpy(cursor.hashed[:, column] + np.arange(HASHES) * BUCKETS)
        x = self._start + self._tables[torch.from_numpy(ids + self._offsets)].sum(1)
        x = x + self.network.hashed(hashed).flatten(1) @ self._hash_weight
        cell = cursor.row * self._width + column
        if self._around is not None:
            x = x + self._around[cell]
        self._last: list[tuple[Tensor, Tensor, Tensor]] = []
        most = int(self._filled.max()) + 1
        beyond = torch.arange(most) > self._filled[:, None]
        even = not bool(beyond.any())
        for block, memory in zip(self._blocks, self._memory, strict=True):
            if memory is not None:
                c = self.network.config
                q, k, v = self._times(block.project, normal(x)).view(self.count, 3, c.heads, c.head).unbind(1)
                turn_q, turn_k = self._turns[0][cell], self._turns[1][cell]
                self._last.append((k, v, turn_k))
                scores = (memory[0][:, :, :most] @ (rotate(q, turn_q) * c.head**-0.5)[..., None]).squeeze(-1)
                if not even:
                    scores.masked_fill_(beyond[:, None], -torch.inf)
                mixed = scores.softmax(-1)[:, :, None] @ memory[1][:, :, :most]
                x = x + self._times(block.merge, mixed.flatten(1))
            x = x + self._times(block.narrow, functional.relu(self._times(block.widen, normal(x))).square())
        return self._times(self.network.leave, normal(x)) + self.network.leave.bias

    def _times(self, layer: nn.Linear, x: Tensor) -> Tensor:
        """A layer without its bias."""
        return x @ self._weights[id(layer)]

    def remember(self, characters: Integers) -> None:
        """Say which (n,) characters stand in the cells whose logits were asked for last."""
        ink = torch.from_numpy(np.flatnonzero(characters != SPACE))
        if not len(ink):
            return
        self._filled[ink] += 1
        at = self._filled[ink]
        ids = torch.from_numpy(characters)[ink]
        attending = [(b, m) for b, m in zip(self._blocks, self._memory, strict=True) if m is not None]
        for (block, memory), (k, v, turn) in zip(attending, self._last, strict=True):
            own_k, own_v = block.characters(ids).view(len(ink), 2, *k.shape[1:]).unbind(1)
            memory[0][ink, :, at] = rotate(k[ink] + own_k, turn)
            memory[1][ink, :, at] = v[ink] + own_v


def _ink_of(given: Integers) -> Integers:
    """The cells whose given character is not blank, in the order of reading."""
    return np.flatnonzero((given != SPACE) & (given != UNKNOWN))


def _tables(network: PageNetwork) -> tuple[Tensor, NDArray[np.int64], Tensor]:
    """Each embedding times its part of the first layer: (rows, width), where each feature's rows begin, the rest."""
    weight = network.enter.weight.T  # (inputs, width)
    parts, offsets, at, begin = [], [], 0, 0
    shared = network.distances.weight
    groups = [
        (CAUSAL_TOKENS, lambda _: network.tokens.weight),
        (HINT_TOKENS, lambda _: network.hints.weight),
        (DISTANCE_TOKENS, lambda i: shared[i * DISTANCES : (i + 1) * DISTANCES]),
    ]
    for count, table_of in groups:
        for i in range(count):
            table = table_of(i)
            size = table.shape[1]
            parts.append(table @ weight[at : at + size])
            offsets.append(begin)
            at += size
            begin += len(table)
    return torch.cat(parts), np.array(offsets, np.int64), weight[at:].contiguous()
