"""The training task of a variational autoencoder: one step's forward pass, noise and losses."""

from __future__ import annotations

from dataclasses import dataclass

from asciivae.losses.objective import LossValues, Objective, Term
from asciivae.models.base import VAE, Noise, VAEOutput
from asciivae.models.relax import Relaxation
from asciivae.rng import torch_stream
from asciivae.training.batches import Batch
from asciivae.training.loop import Task


@dataclass(frozen=True, kw_only=True)
class VAETask(Task):
    """Train a VAE with the losses of its recipe.

    Attributes:
        module: the model.
        objective: the losses.
        relaxation: maps the decoder's logits to what is rendered.
    """

    module: VAE
    objective: Objective
    relaxation: Relaxation

    @property
    def terms(self) -> tuple[Term, ...]:
        """The losses of the recipe."""
        return self.objective.terms

    def noise(self, step: int) -> Noise:
        """The noise of a training step."""
        return Noise(
            torch_stream(self.seed, "latent", step, device=self.device),
            torch_stream(self.seed, "gumbel", step, device=self.device),
        )

    def measure(self, module: VAE, batch: Batch, step: int) -> LossValues:
        """See `Task.measure`."""
        return self.evaluate(module, batch, self.noise(step), step)[1]

    def evaluate(self, module: VAE, batch: Batch, noise: Noise, step: int) -> tuple[VAEOutput, LossValues]:
        """Run a model on a batch and measure the losses."""
        epoch = step // self.batches.steps_per_epoch
        with self.autocast():
            output = module(batch.seen, self.relaxation, noise, epoch)
        return output, self.objective(output, batch.ids, batch.mask, step)
