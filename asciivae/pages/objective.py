"""How a page model is trained: the cross-entropy of each cell, given those before it and the hints ahead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor, nn

from asciivae.losses.objective import LossValues
from asciivae.pages.batch import PageBatch
from asciivae.pages.batches import PageBatches
from asciivae.pages.network import PageNetwork
from asciivae.rng import derived_seed
from asciivae.training.loop import Task
from asciivae.training.ranks import Ranks


class CellObjective(nn.Module):
    """The mean cross-entropy of the cells, `nll`, in nats per cell; and that of what the encoder guesses, `guess`.

    A batch whose pages are mostly given counts for less: the mean is over at least half of the cells that it may hold.

    Args:
        cells: that a batch may hold.
        guess: weight of the encoder's guesses, of the cells on pages with hints; 0 leaves them out.
        ranks: the processes that divide the batch; what each measures is its part of the sums over the whole batch.
    """

    def __init__(self, cells: int, guess: float = 0.0, ranks: Ranks | None = None) -> None:
        super().__init__()
        self.cells, self.guess, self.ranks = cells, guess, ranks or Ranks()

    def forward(self, network: PageNetwork, batch: PageBatch) -> LossValues:
        """Measure a network on a batch."""
        logits, guessed = batch.both(network, self.guess > 0)
        weight = batch.weight.to(logits.dtype)
        total, mean, pieces = self._mean(batch, batch.surprise(logits), weight)
        if guessed is None:
            return LossValues(total, {"nll": mean}, {"nll": 1.0}, {"nll": pieces})
        hinted = weight * (batch.around.index_select(0, batch.predicted) > 0)
        extra, guess, per_piece = self._mean(batch, batch.surprise(guessed), hinted)
        return LossValues(
            total + self.guess * extra,
            {"nll": mean, "guess": guess},
            {"nll": 1.0, "guess": self.guess},
            {"nll": pieces, "guess": per_piece},
        )

    def _mean(self, batch: PageBatch, losses: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The loss to minimise, the mean per cell, and that of each piece."""
        losses = losses * weight
        count, detached = self.ranks.sum(weight.sum()), losses.detach()
        sums = detached.new_zeros(len(batch.pieces)).index_add(0, batch.predicted_page, detached)
        counts = detached.new_zeros(len(batch.pieces)).index_add(0, batch.predicted_page, weight)
        total = losses.sum() / (0.5 * self.cells + 0.5 * count)
        return total, detached.sum() / count.clamp(min=1), sums / counts.clamp(min=1)


@dataclass(frozen=True, kw_only=True)
class PageTask(Task):
    """A page model, and what it learns by.

    Attributes:
        module: the network.
        objective: the loss.
        batches: the training split.
    """

    module: PageNetwork
    objective: CellObjective
    batches: PageBatches  # type: ignore[assignment]

    def shared(self, ranks: Ranks) -> Self:
        """See `Task.shared`."""
        return replace(
            super().shared(ranks), objective=CellObjective(self.objective.cells, self.objective.guess, ranks)
        )

    def measure(self, module: PageNetwork, batch: Any, step: int) -> LossValues:
        """See `Task.measure`."""
        # Dropout draws from the global generator: seeded by the step, so that a resumed run drops the same. Several
        # processes drop other numbers than one would.
        other = [self.ranks.rank] if self.ranks.rank else []
        with torch.random.fork_rng(devices=[]), self.autocast():
            torch.manual_seed(derived_seed(self.seed, "dropout", step, *other))
            values: LossValues = self.objective(module, batch)
        return values
