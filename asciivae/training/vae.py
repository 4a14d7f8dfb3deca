"""The training task of a variational autoencoder: one step's forward pass, noise and losses."""

from __future__ import annotations

import sys
import traceback
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import torch

from asciivae.blame import blamed, said
from asciivae.errors import PluginError
from asciivae.losses.objective import LossValues, Objective, Term
from asciivae.losses.schedule import constant
from asciivae.models.base import VAE, Noise, VAEOutput
from asciivae.models.noise import noise_stream
from asciivae.models.relax import Relaxation
from asciivae.rng import numpy_stream
from asciivae.training.batches import Batch
from asciivae.training.loop import Task


@dataclass(frozen=True, kw_only=True)
class VAETask(Task):
    """Train a VAE with the losses of its recipe.

    Attributes:
        module: the model.
        objective: the losses.
        relaxation: maps the decoder's logits to what is rendered.
        built_by: name and origin of the model in messages, if it is a plugin.
        metrics: more to measure in validation; None for nothing.
    """

    module: VAE
    objective: Objective
    relaxation: Relaxation
    built_by: str = ""
    metrics: Objective | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The losses of the recipe."""
        return self.objective.terms

    def indivisible(self) -> str:
        """See `Task.indivisible`."""
        coupled = [term.place for term in self.terms if getattr(term.loss, "couples_pieces", False)]
        if coupled:
            return f"{coupled[0]} couples the pieces of a batch"
        stateful = next(iter(self.objective.state()), "")
        return stateful and f"loss {stateful.partition('/')[0]!r} keeps state, of which each process would have its own"

    def losses_kept(self) -> AbstractContextManager[None]:
        """See `Task.losses_kept`."""
        return self.objective.state_kept()

    def measure(self, module: VAE, batch: Batch, step: int) -> LossValues:
        """See `Task.measure`."""
        noise = self._noise(batch, step)
        measured = self.evaluate(self._varied(module, step), batch, step, *noise, training=True)[1]
        return measured.scaled(1.0 if batch.part is None else batch.part.share)

    def _varied(self, module: VAE, step: int) -> VAE:
        return module.varied(numpy_stream(self.seed, "model", step))

    def _noise(self, batch: Batch, step: int) -> tuple[torch.Generator, torch.Generator]:
        """The noise of the latent and of the relaxation at a step."""
        latent, gumbel = (
            noise_stream(self.seed, purpose, step, self.device, batch.part) for purpose in ("latent", "gumbel")
        )
        return latent, gumbel

    def explain_backward(self, error: BaseException, batch: Batch, step: int) -> BaseException:
        """Attribute the error to a plugin: by its traceback, or else to the term whose backward pass fails alone."""
        plugins: dict[str, Any] = {t.place: t.loss for t in self.terms if not t.origin.startswith("asciivae ")}
        if not self.objective.drawn_by.partition(" of ")[2].startswith("asciivae "):
            plugins[self.objective.drawn_by] = self.objective.renderer
        if self.built_by:
            plugins[self.built_by] = self.module
        files = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
        seen = [place for place, part in plugins.items() if _file_of(part) in files]
        if not plugins:
            return error
        if not seen:
            failed = {term.place for term in self.terms if self._fails(term.name, batch, step)}
            # If all terms fail alone, it is what they share: the renderer or the model.
            alone = [place for place in plugins if place in failed] if len(failed) < len(self.terms) else []
            seen = alone or [place for place in plugins if place not in failed] or list(plugins)
        return PluginError(
            f"failed in the backward pass with {said(error)}",
            place=f"{' or '.join(seen)}, step {step}",
            hint="repeat with --debug for the traceback, or take it out of the recipe",
        )

    def explain_divergence(self, batch: Batch, step: int) -> BaseException | None:
        """See `Task.explain_divergence`: a renderer that draws non-finite pictures of finite probabilities."""
        with torch.no_grad():
            latent, gumbel = self._noise(batch, step)
            output = self._passed(self._varied(self.module, step), batch, step, latent)
            if not self.objective.draws_non_finite(self._relaxed(output, step, gumbel), batch.ids):
                return None
        return PluginError(
            "drew a picture that is not finite, of finite probabilities",
            place=f"{self.objective.drawn_by}, step {step}",
            hint="draw with another: --set renderer.use=analytic",
        )

    def _fails(self, name: str, batch: Batch, step: int) -> bool:
        """Whether the backward pass of one term alone fails; its gradients are discarded."""
        others = [replace(term, weight=constant(float(term.name == name))) for term in self.terms]
        alone = replace(self, objective=self.objective.with_terms(others))
        self.module.zero_grad(set_to_none=True)
        try:
            alone.measure(self.module, batch, step).total.backward()
        except BaseException:
            return True
        finally:
            self.module.zero_grad(set_to_none=True)
        return False

    def evaluate(
        self,
        module: VAE,
        batch: Batch,
        step: int,
        latent: Noise = None,
        gumbel: Noise = None,
        *,
        training: bool = False,
    ) -> tuple[VAEOutput, LossValues]:
        """Run a model on a batch and measure the losses.

        Args:
            module: the model, or its average.
            batch: the pages.
            step: counted from 0.
            latent: standard normal noise for z; None decodes the posterior mean.
            gumbel: standard Gumbel noise for the relaxation; None takes the softmax.
            training: whether it is a training step.
        """
        output = self._passed(module, batch, step, latent)
        probs = self._relaxed(output, step, gumbel) if self.objective.reads_probs else None
        epoch = step // self.batches.steps_per_epoch
        facts = {"epoch": epoch, "total_steps": self.total_steps, "training": training}
        return output, self.objective(output, probs, batch.ids, batch.mask, step, **facts)

    @torch.no_grad()
    def metrics_of(self, output: VAEOutput, batch: Batch, step: int) -> dict[str, torch.Tensor]:
        """The values of the recipe's metrics per piece, (B,); NaN where there is none."""
        if self.metrics is None:
            return {}
        probs = self.relaxation(output.logits, None, 0)
        facts = {"total_steps": self.total_steps, "training": False}
        measured: LossValues = self.metrics(output, probs, batch.ids, batch.mask, step, **facts)
        return measured.pieces

    def _passed(self, module: VAE, batch: Batch, step: int, latent: Noise) -> VAEOutput:
        contained = blamed(f"{self.built_by}, step {step}", "train another model") if self.built_by else nullcontext()
        with contained, self.autocast():
            output: VAEOutput = module(batch.seen, latent)
        return output

    def _relaxed(self, output: VAEOutput, step: int, gumbel: Noise) -> torch.Tensor:
        return self.relaxation(output.logits, gumbel, step // self.batches.steps_per_epoch)


def _file_of(part: object) -> str:
    """The file that defines the class of an object; empty if it is unknown."""
    return str(getattr(sys.modules.get(type(part).__module__), "__file__", ""))
