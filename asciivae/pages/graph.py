"""The page network as one network of tensors alone, for engines other than PyTorch; docs/onnx.md says how to use it.

    causal, hints, distances, hashed, said, character, position, (around,) filled, keys_i, values_i
        ─► logits (B, L, 95), new_keys_i, new_values_i     some cells of each page, in the order of reading
    given (G, H, W)
        ─► encoded, given_keys_i, given_values_i, guess    what is given of pages, for networks with an encoder of that

A call is for L cells of each of B pages, after the ink that is remembered: keys and values of each attending block i,
which the caller keeps. Cells before the last one have their characters, so that later ones can attend to them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.pages.features import BUCKETS, DISTANCES
from asciivae.pages.network import Block, PageNetwork, rotations, table_rows
from asciivae.text.charset import SPACE

NEVER = -1e4
"""Added to the score of a key that must not be attended to."""


def numbered(names: tuple[str, ...], count: int) -> list[str]:
    """The outputs of these names of each attending block: a_0, b_0, a_1, …"""
    return [f"{name}_{number}" for number in range(count) for name in names]


class PageGraph(nn.Module):
    """Shares the parameters of a network, under their names.

    Args:
        network: in evaluation mode.
    """

    def __init__(self, network: PageNetwork) -> None:
        super().__init__()
        for name, child in network.named_children():
            self.add_module(name, child)
        self.network = [network]  # in a list, so that it is not a child
        self.attending = [block for block in network.blocks if isinstance(block, Block) and block.attends]

    def forward(
        self,
        causal: Tensor,
        hints: Tensor,
        distances: Tensor,
        hashed: Tensor,
        said: Tensor,
        character: Tensor,
        position: Tensor,
        filled: Tensor,
        keys: list[Tensor],
        values: list[Tensor],
        around: Tensor | None = None,
        given: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Both halves at once; an engine computes what it is asked for.

        Args:
            causal, hints, distances, hashed: (B, L, …) int32, see `Features`.
            said: (B, 2) int32, category and signature of each page.
            character: (B, L) int32, class ids; that of a blank or of a cell that is not known is `SPACE`.
            position: (B, L, 3) float32: row, column, mirrored column.
            filled: (B,) int32, how many of the P keys of each page are remembered ones.
            keys: (B, heads, head, P) float32 of each attending block.
            values: (B, heads, P, head) float32 of each attending block.
            around: (B, L, around) float32, each cell's own row of `encoded`, 0 where nothing is given.
            given: (G, H, W) int32, tokens of what is given.
        """
        (network,) = self.network
        pages, count = character.shape
        parts = [
            functional.embedding(causal, network.tokens.weight),
            functional.embedding(hints, network.hints.weight),
            functional.embedding(distances + table_rows(distances, DISTANCES), network.distances.weight),
            functional.embedding(hashed + table_rows(hashed, BUCKETS), network.hashed.weight),
        ]
        x = network.enter(torch.cat([part.flatten(2) for part in parts], 2).flatten(0, 1))
        known = functional.embedding(said[:, 0], network.categories.weight)
        known = known + functional.embedding(said[:, 1], network.signatures.weight)
        x = (x.unflatten(0, (pages, count)) + known[:, None]).flatten(0, 1)
        if around is not None:
            x = x + network.around(around.flatten(0, 1))
        turns = rotations(position.flatten(0, 1), network.config.head, network.config.heads)
        bias = self._bias(character, filled, keys[0].shape[3]) if keys else None
        found: dict[str, Tensor] = {}
        remembered = iter(zip(keys, values, strict=True))
        number = 0
        for block in network.blocks:
            assert isinstance(block, Block)
            if block.attends:
                assert bias is not None
                q, k, v = (
                    part.unflatten(0, (pages, count)).transpose(1, 2)
                    for part in block.attended(x, character.flatten(), turns)
                )
                mixed = _attend(block, q, k, v, *next(remembered), bias)
                x = x + block.merge(mixed.transpose(1, 2).flatten(2).flatten(0, 1))
                found[f"new_keys_{number}"], found[f"new_values_{number}"] = k, v
                number += 1
            x = x + block.feed(x)
        logits = network.head(x).unflatten(0, (pages, count))
        return {"logits": logits, **found, **({} if given is None else self._given(given))}

    def _bias(self, character: Tensor, filled: Tensor, room: int) -> Tensor:
        """(B, 1, L, P + 1 + L): 0 where a cell may attend to a remembered key, to nothing, or to an earlier cell."""
        count = character.shape[1]
        late = torch.arange(room, dtype=torch.int32)[None, :] >= filled[:, None]
        order = torch.arange(count, dtype=torch.int32)
        hidden = (order[None, :] >= order[:, None])[None] | (character == SPACE)[:, None]
        hidden = torch.cat([late[:, None].expand(-1, count, -1), torch.zeros_like(hidden[:, :, :1]), hidden], 2)
        return hidden.to(torch.float32)[:, None] * NEVER

    def _given(self, given: Tensor) -> dict[str, Tensor]:
        (network,) = self.network
        pages, height, width = given.shape
        rows = network.surroundings(given)[1:]
        places = torch.arange(height * width, dtype=torch.int32)
        row = torch.div(places, width, rounding_mode="floor")
        position = torch.stack([row, places - row * width, torch.zeros_like(row)], 1).to(torch.float32)
        turn = rotations(position.repeat(pages, 1), network.config.head, network.config.heads)[1]
        found = {"encoded": rows.unflatten(0, (pages, height, width))}
        for number, block in enumerate(self.attending):
            k, v = (part.unflatten(0, (pages, height * width)) for part in block.recalled(rows, turn))
            found[f"given_keys_{number}"], found[f"given_values_{number}"] = k.transpose(1, 2), v.transpose(1, 2)
        found["guess"] = network.guess(rows).unflatten(0, (pages, height, width))
        return found


def _attend(block: Block, q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> Tensor:
    """(B, heads, L, head) queries, keys and values, after remembered ones, → (B, heads, L, head)."""
    # Looked up, not expanded, so that the graph has the parameter itself.
    both = torch.arange(2, dtype=torch.int32).expand(len(q), -1)
    nothing = functional.embedding(both, block.nothing).unflatten(2, (block.heads, 1, block.head))
    k, v = torch.cat([nothing[:, 0], k], 2), torch.cat([nothing[:, 1], v], 2)
    scaled = q * block.head**-0.5
    weights = (torch.cat([scaled @ keys, scaled @ k.transpose(2, 3)], 3) + bias).softmax(-1)
    room = keys.shape[3]
    return weights[..., :room] @ values + weights[..., room:] @ v
