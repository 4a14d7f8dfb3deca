"""The autoregressive page network: embeddings of what a cell sees, and attention over the ink before it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.pages.features import (
    BUCKETS,
    CAUSAL_TOKENS,
    DISTANCE_TOKENS,
    DISTANCES,
    HASHES,
    HINT_TOKENS,
    TOKENS,
)
from asciivae.pages.kernels import lookup
from asciivae.pages.settings import PageConfig
from asciivae.pages.surroundings import Surroundings
from asciivae.text.charset import SIZE

CATEGORIES = 40
"""Most categories that a page can be conditioned on; number 0 says that none is given."""
SIGNATURES = 3
"""Not said, without a signature, with one."""


_MATRICES = {"enter", "project", "merge", "widen", "narrow", "around", "recall", "mixers"}


class Packing(NamedTuple):
    """Where the N cells of a batch stand in padded sequences, one for each page.

    Attributes:
        slot: (N,) index of each cell in the flattened (B, L).
        cell: (B, L) the cell in each slot; 0 where there is none.
        key: (B, K) the cells of known ink, which later cells attend to; 0 where there is none.
        before: (B, L) how many of the keys of its page stand before the cell of a slot.
        given: (B, G) the rows of the given ink in what `Surroundings` returns; 0 where there is none.
        place: (B, G, 3) float32 row, column and mirrored column of that ink.
    """

    slot: Tensor
    cell: Tensor
    key: Tensor
    before: Tensor
    given: Tensor
    place: Tensor


class PageNetwork(nn.Module):
    """Logits of the character of each cell, given the features of the cell and the ink before it.

    Queries and keys come from what a cell sees *before* its character, and values from both, so that a cell can copy
    what followed a similar place. What is given of a page is encoded beforehand, with all that is given around it: each
    cell sees its own place in that, and attends to the given ink behind it and ahead.
    """

    def __init__(self, config: PageConfig) -> None:
        super().__init__()
        self.config = c = config
        self.tokens = nn.Embedding(TOKENS, c.token)
        self.hints = nn.Embedding(TOKENS, c.hint)
        self.distances = nn.Embedding(DISTANCES * DISTANCE_TOKENS, c.distance)
        self.hashed = nn.Embedding(HASHES * BUCKETS, c.hashed)
        self.categories = nn.Embedding(CATEGORIES + 1, c.width)
        self.signatures = nn.Embedding(SIGNATURES, c.width)
        n = CAUSAL_TOKENS * c.token + HINT_TOKENS * c.hint + DISTANCE_TOKENS * c.distance + HASHES * c.hashed
        self.enter = nn.Linear(n, c.width)
        if c.around:
            self.surroundings = Surroundings(c.around, c.reach, c.dropout)
            self.around = nn.Linear(c.around, c.width, bias=False)
            self.guess = nn.Linear(c.around, SIZE)
        self.blocks = nn.ModuleList(Block(c, attends=i >= c.local) for i in range(c.layers))
        self.leave = nn.Linear(c.width, SIZE)
        for name, parameter in self.named_parameters():
            # For the optimiser `muon`; embeddings, the last layer and vectors take AdamW's steps.
            marked = name.endswith(".weight") and not _MATRICES.isdisjoint(name.split("."))
            parameter.orthogonalise = marked  # type: ignore[attr-defined]
        for table in (self.tokens, self.hints, self.distances):
            nn.init.normal_(table.weight, std=0.5)
        for table in (self.hashed, self.categories, self.signatures):
            nn.init.normal_(table.weight, std=0.02)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def see(
        self, causal: Tensor, hints: Tensor, distances: Tensor, hashed: Tensor, category: Tensor, signature: Tensor
    ) -> Tensor:
        """(N, …) features and (N,) conditions → (N, width)."""
        parts = [
            self._some(lookup(self.tokens.weight, causal)),
            self._some(lookup(self.hints.weight, hints)),
            self._some(lookup(self.distances.weight, distances + table_rows(distances, DISTANCES))),
            self._some(self.hashed(hashed + table_rows(hashed, BUCKETS))),
        ]
        x: Tensor = self.enter(torch.cat(parts, 1))
        said = lookup(self.categories.weight, category) + lookup(self.signatures.weight, signature)
        return x + said

    def _some(self, embedded: Tensor) -> Tensor:
        """(N, features, channels) → (N, features · channels), in training without some of the features."""
        if self.training and self.config.unseen:
            kept = torch.empty(embedded.shape[:2], device=embedded.device).bernoulli_(1 - self.config.unseen)
            embedded = embedded * (kept / (1 - self.config.unseen))[..., None]
        return embedded.flatten(1)

    def encode(self, tokens: Tensor) -> Tensor | None:
        """(G, H, W) what is given of pages → (1 + G · H · W, around), row 0 for cells of pages without hints."""
        return self.surroundings(tokens) if self.config.around else None

    def forward(
        self,
        x: Tensor,
        character: Tensor,
        position: Tensor,
        packing: Packing,
        chosen: Tensor | None = None,
        encoded: Tensor | None = None,
    ) -> Tensor:
        """Logits of cells.

        Args:
            x: (N, width) what the cells see, from `see`.
            character: (N,) class ids of the cells; used for later cells only.
            position: (N, 3) row, column and mirrored column (w - 1 - column).
            packing: how the cells form sequences.
            chosen: (M,) the cells whose logits are wanted; by default all.
            encoded: what is given of the pages, from `encode`.

        Returns:
            (N or M, 95) logits.
        """
        rotation = rotations(position, self.config.head, self.config.heads)
        known = None
        if encoded is not None and packing.given.shape[1]:
            turn = rotations(packing.place.flatten(0, 1), self.config.head, self.config.heads)[1]
            known = encoded.index_select(0, packing.given.flatten()), turn
        for block in self.blocks:
            x = block(x, character, rotation, packing, known)
        if chosen is not None:
            x = x.index_select(0, chosen)
        return self.head(x)

    def head(self, x: Tensor) -> Tensor:
        """(N, width) → (N, 95) logits."""
        logits: Tensor = self.leave(normal(x))
        return logits


def table_rows(ids: Tensor, size: int) -> Tensor:
    """Where the rows of each of several tables of one size begin, in one table for all of them."""
    return torch.arange(ids.shape[-1], device=ids.device) * size


class Block(nn.Module):
    """Attention over earlier and given ink, if the block attends, then a feed-forward layer, both residual."""

    def __init__(self, c: PageConfig, attends: bool) -> None:
        super().__init__()
        self.heads, self.head, self.dropout, self.attends = c.heads, c.head, c.dropout, attends
        size = c.heads * c.head
        if attends:
            self.project = nn.Linear(c.width, 3 * size, bias=False)
            self.characters = nn.Embedding(SIZE, 2 * size)
            self.nothing = nn.Parameter(torch.zeros(2, size))
            self.merge = nn.Linear(size, c.width, bias=False)
            if c.around:
                self.recall = nn.Linear(c.around, 2 * size, bias=False)
            nn.init.normal_(self.characters.weight, std=0.3)
            nn.init.zeros_(self.merge.weight)
        self.widen = nn.Linear(c.width, c.inner, bias=False)
        self.narrow = nn.Linear(c.inner, c.width, bias=False)
        nn.init.zeros_(self.narrow.weight)

    def forward(
        self,
        x: Tensor,
        character: Tensor,
        rotation: tuple[Tensor, Tensor],
        packing: Packing,
        known: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """(N, width) → (N, width); `known` is what is encoded of the given ink, and its rotations."""
        if self.attends:
            recalled = None if known is None else self.recalled(*known)
            y = self.merge(self._attend(*self.attended(x, character, rotation), packing, recalled))
            x = x + functional.dropout(y, self.dropout, self.training)
        return x + functional.dropout(self.feed(x), self.dropout, self.training)

    def feed(self, x: Tensor) -> Tensor:
        """The feed-forward half: squared ReLU (So et al. 2021)."""
        y: Tensor = self.narrow(functional.relu(self.widen(normal(x))).square())
        return y

    def attended(self, x: Tensor, character: Tensor, rotation: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """(N, width) → queries, keys and values, (N, heads, head) each; all but queries see the character."""
        q, k, v = self.project(normal(x)).chunk(3, 1)
        own_k, own_v = lookup(self.characters.weight, character).to(k.dtype).chunk(2, 1)
        shape = (len(x), self.heads, self.head)
        q, k = rotate(q.reshape(shape), rotation[0]), rotate((k + own_k).reshape(shape), rotation[1])
        return q, k, (v + own_v).reshape(shape)

    def recalled(self, encoded: Tensor, turn: Tensor) -> tuple[Tensor, Tensor]:
        """(G, around) given ink → keys and values, (G, heads, head) each."""
        k, v = self.recall(encoded).view(len(encoded), 2, self.heads, self.head).unbind(1)
        return rotate(k, turn), v

    def _attend(
        self, q: Tensor, k: Tensor, v: Tensor, packing: Packing, recalled: tuple[Tensor, Tensor] | None
    ) -> Tensor:
        (b, length), keys = packing.cell.shape, packing.key.shape[1]

        def apart(t: Tensor) -> Tensor:
            return t.reshape(b, -1, self.heads, self.head).transpose(1, 2)

        def spread(t: Tensor, cells: Tensor) -> Tensor:
            return apart(t.flatten(1).index_select(0, cells.flatten()))

        nothing = self.nothing.to(k.dtype).view(2, 1, 1, self.heads, self.head).transpose(2, 3)
        nothing = nothing.expand(2, b, self.heads, 1, self.head)
        later = torch.arange(-1, keys, device=q.device) >= packing.before[:, :, None]
        all_k, all_v = [nothing[0], spread(k, packing.key)], [nothing[1], spread(v, packing.key)]
        if recalled is not None:
            all_k.append(apart(recalled[0]).to(k.dtype))
            all_v.append(apart(recalled[1]).to(v.dtype))
            later = torch.cat([later, (packing.given == 0)[:, None].expand(-1, length, -1)], 2)
        # By hand: backward takes half the time of the fused kernel's on CPUs, at these lengths.
        scores = spread(q * self.head**-0.5, packing.cell) @ torch.cat(all_k, 2).transpose(2, 3)
        bias = torch.zeros(later.shape, dtype=scores.dtype, device=q.device).masked_fill(later, -1e4)[:, None]
        weights = (scores + bias).softmax(-1, dtype=scores.dtype)
        y = weights @ torch.cat(all_v, 2)
        return y.transpose(1, 2).reshape(b * length, -1).index_select(0, packing.slot)


def normal(x: Tensor) -> Tensor:
    """Normalise the last axis to mean 0 and variance 1, without parameters."""
    return functional.layer_norm(x, x.shape[-1:])


def rotations(position: Tensor, size: int, heads: int) -> tuple[Tensor, Tensor]:
    """Two-dimensional rotary positions (RoPE, Su et al. 2021): rows turn one half of a head, columns the other.

    Returns:
        cosines and sines for queries (N, heads, size / 2, 2) and keys (N, 1, size / 2, 2); the queries of the
        second half of the heads stand at their mirrored column.
    """
    quarter = size // 4
    speeds = torch.pi / 2 ** torch.linspace(1, 7, quarter, device=position.device)
    angles = position[:, :, None] * speeds  # (N, 3, quarter)
    plain = torch.cat([angles[:, 0], angles[:, 1]], 1)
    mirrored = torch.cat([angles[:, 0], angles[:, 2]], 1)
    q = torch.cat([plain[:, None].expand(-1, heads // 2, -1), mirrored[:, None].expand(-1, heads - heads // 2, -1)], 1)
    k = plain[:, None]
    turn = [torch.stack([t.cos(), t.sin()], -1) for t in (q, k)]
    return turn[0], turn[1]


def rotate(x: Tensor, turn: Tensor) -> Tensor:
    """Rotate (N, heads, size) by (N, heads or 1, size / 2, 2) cosines and sines."""
    first, second = x.chunk(2, -1)
    cos, sin = turn[..., 0].to(x.dtype), turn[..., 1].to(x.dtype)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], -1)
