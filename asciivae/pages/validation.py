"""How well a page model in training predicts pieces that it does not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asciivae.pages.likelihood import cell_bits
from asciivae.pages.network import PageNetwork
from asciivae.pages.stepper import TorchPages
from asciivae.text.art import Grid
from asciivae.text.charset import SPACE

if TYPE_CHECKING:
    from asciivae.training.state import TrainState


def evaluated_network(state: TrainState) -> PageNetwork:
    """The network of a run, with its averaged weights where there are any, in evaluation mode."""
    network = state.evaluated()
    assert isinstance(network, PageNetwork)
    return network


@dataclass(frozen=True)
class PageValidation:
    """Measures a page model on pieces.

    Attributes:
        pages: (h, w) class ids each.
    """

    pages: Sequence[Grid]

    def __call__(self, state: TrainState) -> dict[str, float]:
        """The bits of all cells per inked cell and per cell, with the averaged weights where there are any."""
        network = evaluated_network(state)
        bits = sum(float(cells.sum()) for cells in cell_bits(TorchPages(network), self.pages))
        ink = sum(int((page != SPACE).sum()) for page in self.pages)
        return {"bits_per_ink": bits / max(ink, 1), "bits_per_cell": bits / sum(page.size for page in self.pages)}
