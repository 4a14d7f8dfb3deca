"""The objective: the weighted sum of a recipe's losses.

    total = Σ_terms weight(step) · mean over the batch of the term's value per piece

It renders pages only if a loss needs them, and computes the squared error of a linear renderer without rendering.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from asciivae.blame import blamed
from asciivae.contract import CONTRACT, NEEDS, Facts, LossInputs
from asciivae.errors import ModelError, PluginError
from asciivae.losses.masking import latent_mask
from asciivae.losses.schedule import Schedule
from asciivae.render.analytic import glyph_gram, squared_error
from asciivae.text.charset import SIZE, SPACE

if TYPE_CHECKING:
    from asciivae.contract import Loss, Renderer
    from asciivae.models.base import VAEOutput


PYTHON = "Python"
"""The origin of a loss that was passed from Python and is not named in the recipe."""


@dataclass(frozen=True)
class Term:
    """One entry of a recipe's `losses`.

    Attributes:
        name: its name in the recipe and in logs.
        loss: the plugin's object.
        weight: its weight at each step.
        origin: name and version of the package that provides it, for error messages.
        kind: `loss`, or `metric`.
    """

    name: str
    loss: Loss
    weight: Schedule
    origin: str = "asciivae"
    kind: str = "loss"

    @property
    def place(self) -> str:
        """Its name and origin, for messages."""
        return f"{self.kind} {self.name!r} of {self.origin}"


@dataclass(frozen=True)
class LossValues:
    """The losses of a batch.

    Attributes:
        total: the scalar to minimise, with its graph.
        terms: the unweighted mean of each term over the batch, detached; scalars on the device.
        weights: the weight of each term.
        pieces: each term per piece, (B,), detached.
    """

    total: Tensor
    terms: dict[str, Tensor]
    weights: dict[str, float]
    pieces: dict[str, Tensor]

    def scaled(self, share: float) -> LossValues:
        """What the pieces contribute to the losses of a batch of which they are this share."""
        if share == 1.0:
            return self
        return replace(self, total=share * self.total, terms={k: share * value for k, value in self.terms.items()})


class Objective(nn.Module):
    """The weighted sum of the terms of a recipe.

    Args:
        terms: the losses; their names are distinct.
        renderer: draws pages; see the plugin contract. Its `baseline`, if it has one, draws the originals.
        dtype: the dtype of the renderer's glyphs.
        drawn_by: name of the renderer in messages.

    Raises:
        PluginError: a loss needs an input that does not exist.
    """

    gram: Tensor

    def __init__(
        self,
        terms: Sequence[Term],
        renderer: Renderer,
        dtype: torch.dtype = torch.float32,
        drawn_by: str = "the renderer",
    ) -> None:
        super().__init__()
        self.terms = tuple(terms)
        self.renderer = renderer
        self.baseline = baseline_of(renderer)
        self.drawn_by = drawn_by
        # Registered so that `to(device)` moves losses and renderers that are modules; they need not be.
        self.modules_of_plugins = nn.ModuleList(
            part for part in (renderer, *(term.loss for term in terms)) if isinstance(part, nn.Module)
        )
        needs = frozenset().union(*map(_needs, terms))
        self.draws_pictures = bool(needs & {"target_image", "recon_image"})
        self.measures_error = "squared_error" in needs
        self.reads_probs = bool(needs) or any(getattr(term.loss, "reads_probs", True) for term in terms)
        gram = glyph_gram(rendered_glyphs(renderer, dtype)) if renderer.linear else torch.empty(0)
        self.register_buffer("gram", gram, persistent=False)

    def with_terms(self, terms: Sequence[Term]) -> Objective:
        """Copy the objective with other terms, on the same device."""
        made = Objective(terms, self.renderer, self.gram.dtype, self.drawn_by)
        return made.to(self.gram.device)

    def forward(
        self,
        output: VAEOutput,
        probs: Tensor | None,
        target: Tensor,
        mask: Tensor,
        step: int,
        *,
        epoch: int = 0,
        total_steps: int = 1,
        training: bool = True,
    ) -> LossValues:
        """Evaluate the losses of one forward pass.

        Args:
            output: the result of the forward pass.
            probs: (B, 95, H, W), the relaxed sample of its logits, which is rendered; may be None if not `reads_probs`.
            target: (B, H, W) int64, the original pages.
            mask: (B, H, W) bool; see `LossInputs`.
            step: counted from 0, for the weights.
            epoch: see `LossInputs`, also for the others.
            total_steps: of the run.
            training: whether it is a training step.

        Raises:
            PluginError: a loss failed, or returned something other than named tensors of shape (B,); or the renderer
                failed.
        """
        inputs = replace(
            self._inputs(output, probs, target, mask, step), epoch=epoch, total_steps=total_steps, training=training
        )
        total = output.logits.new_zeros(())
        terms, weights, pieces = {}, {}, {}
        for term in self.terms:
            weight = term.weight(step)
            # A term of weight 0 is still logged, but needs no gradient.
            with torch.set_grad_enabled(torch.is_grad_enabled() and weight != 0.0):
                values = _call(term, inputs, step)
            trained = output.logits.requires_grad and output.posterior.mean.requires_grad
            if trained and weight != 0.0 and (self.renderer.differentiable or not _needs(term)):
                _refuse_detached(term, values, step)
            for part, value in values.items():
                name = f"{term.name}.{part}" if part else term.name
                mean = value.mean()
                if weight != 0.0:
                    total = total + weight * mean
                terms[name], weights[name], pieces[name] = mean.detach(), weight, value.detach()
        if torch.is_grad_enabled() and not total.requires_grad:
            # If all weights are 0 at this step, backward() still needs a graph; the gradient is 0.
            total = total + 0.0 * output.logits.sum()
        return LossValues(total, terms, weights, pieces)

    def state(self) -> dict[str, Tensor]:
        """The state of the losses, by `term/buffer`: the persistent buffers of modules of contract 2."""
        found: dict[str, Tensor] = {}
        for term in self.terms:
            loss = term.loss
            if isinstance(loss, nn.Module) and getattr(loss, "contract", CONTRACT) >= 2:
                fixed = {name for name, _ in loss.named_parameters()}
                saved = loss.state_dict(keep_vars=True)
                found |= {f"{term.name}/{name}": value for name, value in saved.items() if name not in fixed}
        return found

    @contextmanager
    def state_kept(self) -> Iterator[None]:
        """Undo what the losses change in their state."""
        before = {name: value.clone() for name, value in self.state().items()}
        try:
            yield
        finally:
            for name, value in self.state().items():
                value.copy_(before[name])

    def _inputs(self, output: VAEOutput, probs: Tensor | None, target: Tensor, mask: Tensor, step: int) -> LossInputs:
        target_image = recon_image = error = None
        if probs is not None and not bool(mask.all()):
            blank = torch.zeros_like(probs[:1, :, :1, :1])
            blank[:, SPACE] = 1.0
            probs = torch.where(mask[:, None], probs, blank)
        if probs is None:
            assert not self.reads_probs
        elif self.draws_pictures or (self.measures_error and not self.renderer.linear):
            with torch.no_grad():
                target_image = self._picture(self.baseline, one_hot(target, probs.dtype), step)
            recon_image = self._picture(self.renderer, probs, step)
            if self.measures_error:
                error = (recon_image - target_image).square().flatten(1).sum(1)
        elif self.measures_error:
            error = squared_error(probs, target, self.gram)
        return LossInputs(
            logits=output.logits,
            probs=probs,  # type: ignore[arg-type]  # None if no loss reads it
            target=target,
            mask=mask,
            posterior=output.posterior,
            z=output.z,
            latent_mask=latent_mask(mask, output.z),
            step=step,
            target_image=target_image,
            recon_image=recon_image,
            squared_error=error,
        )

    def _picture(self, renderer: Renderer, probs: Tensor, step: int) -> Tensor:
        height, width = renderer.cell
        expected = (len(probs), 1, probs.shape[2] * height, probs.shape[3] * width)
        place = f"{self.drawn_by}, step {step}"
        with blamed(place, "draw with another: --set renderer.use=analytic"):
            try:
                picture = renderer(probs)
            except ModelError:
                # A renderer may refuse non-finite input; the finite check reports a diverged run.
                if bool(probs.isfinite().all()):
                    raise
                picture = probs.new_full(expected, math.nan)
        if (found := _wrong(picture, expected, probs)) is not None:
            hint = "a renderer draws (B, 1, H·h, W·w); see asciivae.contract.Renderer"
            raise PluginError(f"drew {found}, not {expected}", place=place, hint=hint)
        if renderer.differentiable and probs.requires_grad and not picture.requires_grad and torch.is_grad_enabled():
            raise PluginError(
                "states `differentiable = True`, and its picture has no gradient",
                place=place,
                hint="draw without detach(), argmax or NumPy, or state `differentiable = False`",
            )
        return picture

    def draws_non_finite(self, probs: Tensor, target: Tensor) -> bool:
        """Whether the renderer draws non-finite pictures of these finite probabilities, or of these pages."""
        if not self.draws_pictures or not bool(probs.isfinite().all()):
            return False
        pictures = (self.renderer(probs), self.baseline(one_hot(target, probs.dtype)))
        return not all(bool(picture.isfinite().all()) for picture in pictures)


def one_hot(ids: Tensor, dtype: torch.dtype) -> Tensor:
    """One-hot encode pages (B, H, W) int64 as (B, 95, H, W)."""
    shape = (len(ids), SIZE, *ids.shape[1:])
    return torch.zeros(shape, dtype=dtype, device=ids.device).scatter_(1, ids.unsqueeze(1), 1.0)


def baseline_of(renderer: Renderer) -> Renderer:
    """The renderer that draws the originals: the renderer's `baseline`, or the renderer itself."""
    baseline: Renderer = getattr(renderer, "baseline", renderer)
    return baseline


def rendered_glyphs(renderer: Renderer, dtype: torch.dtype = torch.float32) -> Tensor:
    """The glyph atlas (95, h, w) of a renderer, obtained by rendering each character on a page of its own."""
    with torch.no_grad():
        return renderer(one_hot(torch.arange(SIZE).view(SIZE, 1, 1), dtype))[:, 0].contiguous()


def facts_of(renderer: Renderer, character_counts: Tensor) -> Facts:
    """The facts about a run that are passed to its losses on construction."""
    return Facts(glyphs=rendered_glyphs(baseline_of(renderer)), character_counts=character_counts)


def _needs(term: Term) -> frozenset[str]:
    needs = frozenset(getattr(term.loss, "needs", ()))
    if unknown := needs - NEEDS:
        raise PluginError(
            f"needs {', '.join(sorted(unknown))}, which is not an input of losses",
            place=term.place,
            hint=f"a loss may need {', '.join(sorted(NEEDS))}; see asciivae.contract.NEEDS",
        )
    return needs


@contextmanager
def _unmodified(inputs: LossInputs, place: str) -> Iterator[None]:
    """Reject a loss that modifies its inputs, which the other losses share."""
    tensors = {name: getattr(inputs, name) for name in LossInputs.__dataclass_fields__}
    tensors |= {f"posterior.{name}": getattr(inputs.posterior, name) for name in ("mean", "logvar")}
    versions = {name: value._version for name, value in tensors.items() if isinstance(value, Tensor)}
    yield
    for name, version in versions.items():
        if tensors[name]._version != version:
            raise PluginError(
                f"modified inputs.{name} in place, which all losses share",
                place=place,
                hint="work on a copy: x.clone(), or x * 2 instead of x.mul_(2)",
            )


def _call(term: Term, inputs: LossInputs, step: int) -> Mapping[str, Tensor]:
    place = f"{term.place}, step {step}"
    with _unmodified(inputs, place), blamed(place, f"take the {term.kind} out of the recipe"):
        values: Any = term.loss(inputs)
    batch = (len(inputs.target),)
    if not isinstance(values, Mapping) or not values:
        what = "no terms" if isinstance(values, Mapping) else f"{type(values).__name__}, not named tensors"
        raise PluginError(f"returned {what}", place=place, hint=_CONTRACT_HINT)
    for name, value in values.items():
        if not isinstance(name, str):
            raise PluginError(f"a term is called {name!r}, which is not a string", place=place, hint=_CONTRACT_HINT)
        if (found := _wrong(value, batch, inputs.logits)) is not None:
            raise PluginError(f"term {name!r} is {found}, not {batch}", place=place, hint=_CONTRACT_HINT)
    return values


def _wrong(value: Any, expected: tuple[int, ...], beside: Tensor) -> str | None:
    """What a plugin returned instead of a dense floating-point tensor of this shape on the device of `beside`."""
    if not isinstance(value, Tensor):
        return type(value).__name__
    if value.layout != torch.strided:
        return f"a sparse tensor ({value.layout})"
    if tuple(value.shape) != expected:
        return f"{tuple(value.shape)}"
    if not value.is_floating_point():
        return f"{value.dtype}, which is not floating-point"
    return f"on the device {value.device}" if value.device != beside.device else None


def _refuse_detached(term: Term, values: Mapping[str, Tensor], step: int) -> None:
    """Reject a term with a weight and without a gradient, unless it is 0, as that of a schedule may be."""
    if any(value.requires_grad for value in values.values()) or not any(bool(value.any()) for value in values.values()):
        return
    raise PluginError(
        "its value has no gradient, so that it cannot be trained",
        place=f"{term.place}, step {step}",
        hint="compute it without detach(), argmax or NumPy and with a differentiable renderer; or log it: weight: 0",
    )


_CONTRACT_HINT = "a loss returns {name: tensor of one number per piece}; see asciivae.contract.Loss"
