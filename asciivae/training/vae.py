"""The training task of a variational autoencoder: one step's forward pass, noise and losses."""

from __future__ import annotations

from dataclasses import dataclass, replace

from asciivae.errors import PluginError
from asciivae.losses.objective import LossValues, Objective, Term
from asciivae.losses.schedule import constant
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

    def explain_backward(self, error: BaseException, batch: Batch, step: int) -> BaseException:
        """Attribute the error to the term whose backward pass fails alone, if it or the renderer is a plugin."""
        named = {term.name: f"loss {term.name!r} of {term.origin}" for term in self.terms}
        plugins = {term.name for term in self.terms if not term.origin.startswith("asciivae ")}
        if not plugins and self.objective.drawn_by.partition(" of ")[2].startswith("asciivae "):
            return error
        failed = {name for name in named if self._fails(name, batch, step)}
        # If no plugin's term fails alone, the renderer does.
        blamed = next((named[name] for name in named if name in failed & plugins), self.objective.drawn_by)
        return PluginError(
            f"failed in the backward pass with {type(error).__name__}: {error}",
            place=f"{blamed}, step {step}",
            hint="repeat with --debug for the traceback, or take it out of the recipe",
        )

    def _fails(self, name: str, batch: Batch, step: int) -> bool:
        """Whether the backward pass of one term alone fails; its gradients are discarded."""
        others = [replace(term, weight=constant(float(term.name == name))) for term in self.terms]
        alone = replace(self, objective=self.objective.with_terms(others))
        self.module.zero_grad(set_to_none=True)
        try:
            alone.measure(self.module, batch, step).total.backward()
        except (Exception, SystemExit):
            return True
        finally:
            self.module.zero_grad(set_to_none=True)
        return False

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
