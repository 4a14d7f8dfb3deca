"""Validation, on the same pieces and with the same noise every time.

There are two passes. The deterministic one decodes the posterior mean and takes each cell's most probable character.
The sampled one does what training does (z and the relaxation are sampled, pages are rolled if training rolls them);
this is what the research log called validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from asciivae.metrics.characters import CharacterCounts, count
from asciivae.rng import numpy_stream, torch_stream
from asciivae.text.canvas import Canvas
from asciivae.training.batches import in_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from asciivae.corpus.augment import Roll
    from asciivae.corpus.store import Corpus
    from asciivae.training.state import TrainState
    from asciivae.training.vae import VAETask


@dataclass(frozen=True)
class VAEValidation:
    """Measures a task on the validation pieces.

    Attributes:
        task: the task to measure, with its losses.
        corpus: the corpus of the pieces.
        pieces: their indices.
        canvas: places pieces on pages.
        batch_size: pieces in a batch.
        sampled: whether to run the sampled pass too.
        roll: shifts the pages of the sampled pass.
    """

    task: VAETask
    corpus: Corpus
    pieces: NDArray[np.int64]
    canvas: Canvas
    batch_size: int
    sampled: bool = False
    roll: Roll | None = None

    @torch.no_grad()
    def __call__(self, state: TrainState) -> dict[str, float]:
        """Measure the state's model, with averaged weights if there are any.

        Returns:
            The mean of every loss term over the pieces, `total`, the metrics of the recipe, and the scores of
            `CharacterCounts`; the terms of the sampled pass have the prefix `sampled_`.
        """
        with self.task.losses_kept():
            return self._measured(state)

    def _measured(self, state: TrainState) -> dict[str, float]:
        model = state.evaluated()
        terms, counts = self._pass(model, state.step, sampled=False)
        found = {**terms, **counts.scores()}
        if self.sampled:
            drawn, _ = self._pass(model, state.step, sampled=True)
            found.update({f"sampled_{name}": value for name, value in drawn.items()})
        return found

    def _pass(self, model: Any, step: int, *, sampled: bool) -> tuple[dict[str, float], CharacterCounts]:
        seed, device = self.task.seed, self.task.device
        latent = gumbel = rolled = None
        if sampled:
            latent = torch_stream(seed, "validation latent", device=device)
            gumbel = torch_stream(seed, "validation gumbel", device=device)
            if self.roll is not None:
                roll, draw = self.roll, numpy_stream(seed, "validation roll")
                rolled = lambda n: roll.shifts(draw, n)  # noqa: E731
        sums: dict[str, float] = {}
        metrics: dict[str, list[torch.Tensor]] = {}
        counts = CharacterCounts()
        for batch in in_order(self.corpus, self.pieces, self.batch_size, self.canvas, rolled):
            moved = batch.to(device)
            output, measured = self.task.evaluate(model, moved, step, latent, gumbel)
            fraction = len(batch.pieces) / len(self.pieces)
            for name, value in {**measured.terms, "total": measured.total}.items():
                sums[name] = sums.get(name, 0.0) + fraction * float(value)
            if not sampled:
                for name, values in self.task.metrics_of(output, moved, step).items():
                    metrics.setdefault(name, []).append(values.double().cpu())
            pages = output.logits.argmax(1).cpu()
            for original, page, mask in zip(batch.ids, pages, batch.mask, strict=True):
                counts += count(original[mask].numpy(), page[mask].numpy())
        sums.update({name: float(torch.cat(values).nanmean()) for name, values in metrics.items()})
        return sums, counts
