"""How a page model is trained: the cross-entropy of each cell, given those before it and the hints ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from asciivae.losses.objective import LossValues
from asciivae.pages.batch import PageBatch
from asciivae.pages.batches import PageBatches
from asciivae.pages.network import PageNetwork
from asciivae.rng import derived_seed
from asciivae.training.loop import Task


class CellObjective(nn.Module):
    """The mean cross-entropy of the cells, its only term: `nll`, in nats per cell.

    A batch whose pages are mostly given counts for less: the mean is over at least half of the cells that it may hold.

    Args:
        cells: that a batch may hold.
    """

    def __init__(self, cells: int) -> None:
        super().__init__()
        self.cells = cells

    def forward(self, network: PageNetwork, batch: PageBatch) -> LossValues:
        """Measure a network on a batch."""
        losses = batch.losses(network)
        weight = batch.weight.to(losses.dtype)
        losses = losses * weight
        count = weight.sum()
        page = torch.from_numpy(batch.page)[batch.predicted.cpu()].to(losses.device)
        sums = losses.detach().new_zeros(len(batch.pieces)).index_add(0, page, losses.detach())
        counts = losses.detach().new_zeros(len(batch.pieces)).index_add(0, page, weight)
        total = losses.sum() / (0.5 * self.cells + 0.5 * count)
        mean = losses.detach().sum() / count.clamp(min=1)
        return LossValues(total, {"nll": mean}, {"nll": 1.0}, {"nll": sums / counts.clamp(min=1)})


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

    def measure(self, module: PageNetwork, batch: Any, step: int) -> LossValues:
        """See `Task.measure`."""
        # Dropout draws from the global generator: seeded by the step, so that a resumed run drops the same.
        with torch.random.fork_rng(devices=[]), self.autocast():
            torch.manual_seed(derived_seed(self.seed, "dropout", step))
            values: LossValues = self.objective(module, batch)
        return values
