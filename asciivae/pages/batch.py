"""Pages as the tensors that the page network takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from asciivae.pages.cells import Cells, Condition, cells_of, given_ink, given_pages
from asciivae.pages.features import Integers, Mask
from asciivae.pages.network import Packing, PageNetwork
from asciivae.text.art import Grid
from asciivae.text.charset import SPACE

_TENSORS = ("condition", "character", "position", "given", "around", "predicted", "weight", "predicted_page")
"""The attributes of a batch that are tensors; `features` and `packing` hold the others."""


@dataclass(frozen=True)
class PageBatch:
    """N cells of B pages.

    Attributes:
        features: tensors of `Features`, by name.
        condition: (2, N) category and signature.
        character: (N,) class ids.
        position: (N, 3) float32 row, column, mirrored column.
        packing: of the cells into sequences.
        given: (G, H, W) tokens of the G pages with hints, `UNKNOWN` where a character is not given, `OUTSIDE` in the
            padding.
        around: (N,) each cell's row in what the network makes of `given`; 0 on pages without hints.
        predicted: (M,) the cells whose probability is wanted: those that are not hints.
        weight: (M,) float32, what each of these stands for.
        predicted_page: (M,) the page numbers of the predicted cells.
        page: (N,) page numbers.
        row: (N,) rows.
        column: (N,) columns.
        pieces: (B,) the pages' numbers in the corpus, or from 0.
        whole: pages of the whole batch, of which these may be the part of one process.
    """

    features: dict[str, Tensor]
    condition: Tensor
    character: Tensor
    position: Tensor
    packing: Packing
    given: Tensor
    around: Tensor
    predicted: Tensor
    weight: Tensor
    predicted_page: Tensor
    page: Integers
    row: Integers
    column: Integers
    pieces: Integers
    whole: int

    def losses(self, network: PageNetwork) -> Tensor:
        """(M,) cross-entropies of the predicted cells, in nats, float32 or wider."""
        return self.surprise(self.logits(network))

    def surprise(self, logits: Tensor) -> Tensor:
        """(M, 95) logits of the predicted cells → (M,) cross-entropies, in nats."""
        return functional.cross_entropy(logits, self.character.index_select(0, self.predicted), reduction="none")

    def logits(self, network: PageNetwork) -> Tensor:
        """(M, 95) logits of the predicted cells, float32 or wider."""
        return self.both(network, guess=False)[0]

    def both(self, network: PageNetwork, guess: bool) -> tuple[Tensor, Tensor | None]:
        """The logits; and, if wanted, those that the encoder alone guesses, which know nothing of the cells before."""
        x = network.see(**self.features, category=self.condition[0], signature=self.condition[1])
        encoded = network.encode(self.given)
        guessed = None
        if encoded is not None:
            own = encoded.index_select(0, self.around)
            x = x + network.around(own)
            guessed = _wide(network.guess(own.index_select(0, self.predicted))) if guess else None
        logits = network(x, self.character, self.position, self.packing, self.predicted, encoded)
        return _wide(logits), guessed

    def to(self, device: torch.device) -> PageBatch:
        """The same on a device."""
        features = {name: tensor.to(device) for name, tensor in self.features.items()}
        packing = Packing(*(tensor.to(device) for tensor in self.packing))
        moved: dict[str, Any] = {name: getattr(self, name).to(device) for name in _TENSORS}
        return replace(self, features=features, packing=packing, **moved)


def _wide(logits: Tensor) -> Tensor:
    return logits if logits.dtype == torch.float64 else logits.float()


def make_batch(
    grids: Sequence[Grid],
    known: Sequence[Mask] | None = None,
    conditions: Sequence[Condition] | None = None,
    *,
    thin: Callable[[int], NDArray[np.float64]] | None = None,
    pieces: Integers | None = None,
) -> PageBatch:
    """Put pages side by side.

    Args:
        grids: (h, w) class ids each.
        known: (h, w) masks of the characters that are given; by default none.
        conditions: one for each page; by default none.
        thin: in training, draws a number in [0, 1) for each cell, which decides on the easy ones that are looked at.
        pieces: the pages' numbers in the corpus.
    """
    cells = cells_of(grids, known, conditions, thin)
    page = cells.page
    predicted = np.flatnonzero(cells.weight > 0)
    shown, tokens, around = _given(cells)
    packing = Packing(*_pack(page, cells.character != SPACE, len(grids)), *shown)
    tensor = torch.from_numpy
    return PageBatch(
        {
            name: tensor(ids.astype(np.int16 if name == "hashed" else np.uint8))
            for name, ids in vars(cells.features).items()
        },
        tensor(np.ascontiguousarray(cells.said[page].T)),
        tensor(cells.character),
        tensor(cells.position),
        packing,
        tensor(tokens),
        tensor(around),
        tensor(predicted),
        tensor(cells.weight[predicted].astype(np.float32)),
        tensor(page[predicted]),
        page,
        cells.row,
        cells.column,
        np.arange(len(grids)) if pieces is None else pieces,
        len(grids),
    )


def _given(cells: Cells) -> tuple[tuple[Tensor, Tensor], NDArray[np.uint8], Integers]:
    """What is given: the given ink's rows and places, for `Packing`; the tokens; and the cells' own rows."""
    pages, page = cells.pages, cells.page
    hinted, tokens = given_pages(pages)
    height, width = tokens.shape[1:]
    number = np.full(len(pages.hinted), -1)
    number[hinted] = np.arange(len(hinted))
    inked = [given_ink(of_page) for of_page in tokens]
    most = max(map(len, inked), default=0)
    given = np.zeros((len(pages.hinted), most), np.int64)
    place = np.zeros((len(pages.hinted), most, 3), np.float32)
    for n, (p, ink) in enumerate(zip(hinted.tolist(), inked, strict=True)):
        given[p, : len(ink)] = 1 + (n * height + ink[:, 0]) * width + ink[:, 1]
        place[p, : len(ink), :2] = ink
    around = 1 + (number[page] * height + cells.row) * width + cells.column
    shown = (torch.from_numpy(given), torch.from_numpy(place))
    return shown, tokens, np.where(pages.hinted[page], around, 0)


def _pack(page: Integers, ink: Mask, pages: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pack N cells, page after page, into one padded sequence for each page."""
    counts = np.bincount(page, minlength=pages)
    length = max(int(counts.max(initial=0)), 1)
    starts = np.cumsum(counts) - counts
    slot = page * length + np.arange(len(page)) - starts[page]
    cell = np.zeros(pages * length, np.int64)
    cell[slot] = np.arange(len(page))
    inked = np.bincount(page[ink], minlength=pages)
    rank = np.cumsum(ink) - ink - (np.cumsum(inked) - inked)[page]
    before = np.zeros(pages * length, np.int64)
    before[slot] = rank
    keys = max(int(inked.max(initial=0)), 1)
    key = np.zeros(pages * keys, np.int64)
    key[page[ink] * keys + rank[ink]] = np.flatnonzero(ink)
    tensor = torch.from_numpy
    return (
        tensor(slot),
        tensor(cell).view(pages, length),
        tensor(key).view(pages, keys),
        tensor(before).view(pages, length),
    )
