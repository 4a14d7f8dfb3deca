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

    def measure(self, module: VAE, batch: Batch, step: int) -> LossValues:
        """See `Task.measure`."""
        latent = torch_stream(self.seed, "latent", step, device=self.device)
        gumbel = torch_stream(self.seed, "gumbel", step, device=self.device)
        return self.evaluate(module, batch, step, latent, gumbel)[1]

    def evaluate(
        self, module: VAE, batch: Batch, step: int, latent: Noise = None, gumbel: Noise = None
    ) -> tuple[VAEOutput, LossValues]:
        """Run a model on a batch and measure the losses.

        Args:
            module: the model, or its average.
            batch: the pages.
            step: counted from 0.
            latent: standard normal noise for z; None decodes the posterior mean.
            gumbel: standard Gumbel noise for the relaxation; None takes the softmax.
        """
        with self.autocast():
            output = module(batch.seen, latent)
        probs = self.relaxation(output.logits, gumbel, step // self.batches.steps_per_epoch)
        return output, self.objective(output, probs, batch.ids, batch.mask, step)
