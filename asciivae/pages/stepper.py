"""The page network in PyTorch: whole pages, and one cell at a time, with everything earlier cached."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from asciivae.pages.batch import make_batch
from asciivae.pages.cells import LARGEST_BATCH, Condition, given_ink, in_batches
from asciivae.pages.cursor import Cursor
from asciivae.pages.features import (
    BUCKETS,
    CAUSAL_TOKENS,
    DISTANCE_TOKENS,
    DISTANCES,
    HASHES,
    HINT_TOKENS,
    Integers,
    Mask,
)
from asciivae.pages.network import Block, PageNetwork, normal, rotate, rotations
from asciivae.pages.reader import Predicted
from asciivae.text.art import Grid
from asciivae.text.charset import SPACE


class TorchPages:
    """See `PageReader`.

    Args:
        network: in evaluation mode, on any device; single cells are read on the CPU, where they are fastest.
    """

    def __init__(self, network: PageNetwork) -> None:
        self._network = network

    def start(
        self, height: int, width: int, count: int, condition: Condition, given: Integers | None = None
    ) -> Stepper:
        """See `PageReader.start`."""
        network = self._network
        if self._device.type != "cpu":
            network = copy.deepcopy(network).to("cpu")
        return Stepper(network, height, width, count, condition, given)

    def predict(
        self,
        grids: Sequence[Grid],
        known: Sequence[Mask] | None = None,
        conditions: Sequence[Condition] | None = None,
        *,
        largest: int = LARGEST_BATCH,
    ) -> Iterator[Predicted]:
        """See `PageReader.predict`."""
        for ids in in_batches(grids, largest):
            batch = make_batch(
                [grids[i] for i in ids],
                None if known is None else [known[i] for i in ids],
                None if conditions is None else [conditions[i] for i in ids],
            ).to(self._device)
            if not len(batch.predicted):
                continue
            with torch.inference_mode():
                logits = batch.logits(self._network).float().cpu().numpy()
            chosen = batch.predicted.cpu().numpy()
            for n, piece in enumerate(ids):
                mine = batch.page[chosen] == n
                yield Predicted(piece, batch.row[chosen[mine]], batch.column[chosen[mine]], logits[mine])

    @property
    def _device(self) -> torch.device:
        return self._network.leave.weight.device


class Stepper:
    """See `Steps`: the network for the next cell of n pages of one size.

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

    @torch.inference_mode()
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
        ink = np.zeros(0, np.int64) if given is None or encoded is None else given_ink(given) @ (width, 1)
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

    @torch.inference_mode()
    def logits(self, cursor: Cursor, column: int) -> NDArray[np.float32]:
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
        return np.asarray((self._times(self.network.leave, normal(x)) + self.network.leave.bias).numpy())

    def _times(self, layer: nn.Linear, x: Tensor) -> Tensor:
        """A layer without its bias."""
        return x @ self._weights[id(layer)]

    def pass_by(self, cursor: Cursor, column: int, characters: Integers) -> None:
        """Say which (n,) characters stand in a column that the cursor has looked at, without asking for logits."""
        self.logits(cursor, column)
        self.remember(characters)

    @torch.inference_mode()
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
