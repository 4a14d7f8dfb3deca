"""What a tracer learns by: the characters that an artist chose, from the lines that they join to.

Some of the characters are told, as they are while a page is decoded: of one part of the pages none, of the others a
uniformly random fraction. The loss is the cross-entropy of the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from asciivae.losses.objective import LossValues
from asciivae.models.tracer import MASKED, Tracer
from asciivae.rng import Part, numpy_stream
from asciivae.tracer.disturb import Disturbed, disturbed
from asciivae.tracer.pairs import Joiner, without_words
from asciivae.tracer.settings import Disturb
from asciivae.training.batches import Batch
from asciivae.training.loop import Task
from asciivae.training.ranks import Ranks

TERM = "characters"


class TracerObjective(nn.Module):
    """The cross-entropy of an artist's characters, given their lines and some of the characters.

    Its term: `characters`, in nats per cell that is not told, mean over the pages of a batch by their cells.

    Args:
        lines: how lines are disturbed.
        untold: the fraction of pages of which no character is told.
        seed: of the run.
    """

    def __init__(self, lines: Disturb, untold: float, seed: int) -> None:
        super().__init__()
        self.lines, self.untold, self.seed = lines, untold, seed
        self.joiner = Joiner()

    def forward(
        self, tracer: Tracer, target: Tensor, mask: Tensor, step: int, part: Part | None = None
    ) -> tuple[Tensor, Tensor]:
        """Measure a tracer on pages.

        Args:
            tracer: the network, or its average.
            target: (B, H, W) int64, the pages, words and all.
            mask: (B, H, W) bool, False outside of a page's own canvas.
            step: counted from 0.
            part: the pages to measure; None for all. All are disturbed, since lines of one page clutter the next.

        Returns:
            For each page of the part the sum of the losses, in nats, and the number of cells that were asked for, (B,).
        """
        draw = numpy_stream(self.seed, "lines", step)
        pages = np.stack([without_words(page) for page in target.cpu().numpy().astype(np.uint8)])
        lines = disturbed(self.joiner(pages), self.lines, draw)
        wordless = torch.from_numpy(pages.astype(np.int64))
        known = partly_known(wordless, self.untold, draw)
        device = target.device
        rows = slice(None) if part is None else part.rows
        moved = Disturbed(lines.lines[rows].to(device), lines.clean[rows].to(device))
        asked = mask[rows] & (part is None or not part.idle)
        return tracing_loss(tracer, wordless[rows].to(device), asked, moved, known[rows].to(device))


def partly_known(pages: Tensor, untold: float, draw: np.random.Generator) -> Tensor:
    """Pages (B, H, W) of class ids with characters masked: all of a fraction `untold` of them, else a random part."""
    batch = len(pages)
    told: NDArray[np.float64] = np.where(draw.random(batch) < untold, 0.0, draw.uniform(0.0, 1.0, batch))
    known = torch.from_numpy(draw.random(tuple(pages.shape)) < told[:, None, None])
    return torch.where(known, pages, MASKED)


def tracing_loss(tracer: Tracer, pages: Tensor, mask: Tensor, lines: Disturbed, known: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy of the characters that are not known: its sum in nats and their number for each page, (B,).

    Args:
        tracer: the network.
        pages: (B, H, W) int64, what the artist chose.
        mask: (B, H, W) bool, False outside of a page's own canvas.
        lines: of the pages.
        known: (B, H, W) int64, `MASKED` where a character is asked for.
    """
    logits = tracer(lines.lines, known, lines.clean)
    asked = mask & (known == MASKED)
    losses = functional.cross_entropy(logits, pages, reduction="none") * asked
    return losses.flatten(1).sum(1), asked.flatten(1).sum(1)


@dataclass(frozen=True, kw_only=True)
class TracerTask(Task):
    """A tracer and what it learns by.

    Attributes:
        module: the network.
        objective: the loss.
    """

    module: Tracer
    objective: TracerObjective

    def shared(self, ranks: Ranks) -> Self:
        """See `Task.shared`; the batches stay whole, and are divided once their lines are disturbed."""
        return replace(self, ranks=ranks)

    def measure(self, module: Tracer, batch: Batch, step: int) -> LossValues:
        """See `Task.measure`."""
        with self.autocast():
            sums, cells = self.objective(module, batch.ids, batch.mask, step, self.ranks.part(len(batch.pieces)))
        total = sums.sum() / self.ranks.sum(cells.sum()).clamp(min=1)
        pieces = (sums / cells.clamp(min=1)).detach()
        return LossValues(total, {TERM: total.detach()}, {TERM: 1.0}, {TERM: pieces})
