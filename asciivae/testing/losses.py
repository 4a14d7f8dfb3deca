"""The checks of a loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.gradcheck import GradcheckError, gradcheck

from asciivae.contract import NEEDS, LossInputs, Posterior
from asciivae.losses.settings import LossEntry
from asciivae.testing.checks import (
    NotApplicable,
    Violation,
    check,
    close,
    number,
    options_survive,
    random_state_kept,
    states_the_contract,
)
from asciivae.testing.inputs import CERTAIN, Case, certain, facts, pages, posterior, random_case, scores, tensors

EXTREME = 1e4


@dataclass(frozen=True)
class LossSubject:
    """A loss class with one set of options."""

    plugin: type[Any]
    config: Any

    def made(self) -> Any:
        """A new loss."""
        return self.plugin(self.config, facts())

    def values(self, case: Case) -> Mapping[str, Tensor]:
        """The terms of a new loss for a case."""
        loss = self.made()
        values: Mapping[str, Tensor] = loss(case.inputs(loss.needs))
        return values


@check(fundamental=True)
def declaration(subject: LossSubject) -> None:
    """It declares the contract's number, a frozen Config, and valid needs."""
    states_the_contract(subject.plugin)
    needs = getattr(subject.made(), "needs", None)
    if not isinstance(needs, frozenset | set):
        raise Violation(f"`needs` is {needs!r}, not a set of names")
    if unknown := needs - NEEDS:
        raise Violation(f"`needs` names {', '.join(sorted(unknown))}; valid names: {', '.join(sorted(NEEDS))}")


@check()
def options(subject: LossSubject) -> None:
    """Its options survive being written to a recipe and read back."""
    options_survive(subject.config, reserved=LossEntry.own_keys())


@check(fundamental=True)
def terms(subject: LossSubject) -> None:
    """It returns named float32 tensors with one finite value per piece."""
    case = random_case()
    values: Any = subject.values(case)
    if not isinstance(values, Mapping) or not values:
        raise Violation(f"it returned {type(values).__name__}, not named tensors")
    expected = (len(case.target),)
    for name, value in values.items():
        if not isinstance(name, str):
            raise Violation(f"a term is called {name!r}, which is not a string")
        if not isinstance(value, Tensor) or tuple(value.shape) != expected:
            found = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
            raise Violation(f"term {name!r} is {found}, not {expected}: one number per piece, no mean over the batch")
        if value.dtype != torch.float32:
            raise Violation(f"term {name!r} is {value.dtype}, not torch.float32")
        if not bool(value.isfinite().all()):
            raise Violation(f"term {name!r} is not finite on ordinary pages")


@check()
def minimum(subject: LossSubject) -> None:
    """If it states a minimum, a perfect reconstruction attains it and nothing is below."""
    loss = subject.made()
    least = getattr(loss, "minimum", None)
    if least is None:
        raise NotApplicable("it states no minimum")
    target = random_case().target
    perfect = Case(target, certain(target), Posterior(torch.zeros(len(target), 1), torch.zeros(len(target), 1)))
    tolerance = 1e-3 * max(1.0, abs(least))  # float32, and differences of large sums
    for name, value in subject.values(perfect).items():
        if not bool(((value - least).abs() <= tolerance).all()):
            raise Violation(
                f"term {name!r} of a perfect reconstruction is {value[0]:.4g}, and its minimum is {least:g}"
            )
    for name, value in subject.values(random_case()).items():
        if bool((value < least - tolerance).any()):
            raise Violation(f"term {name!r} of a bad reconstruction is {value.min():.4g}, less than {least:g}")


@check()
def batch_independence(subject: LossSubject) -> None:
    """The terms of a batch are those of its halves."""
    case = random_case()
    whole, first, second = (subject.values(case.pieces(part)) for part in (slice(None), slice(2), slice(2, None)))
    for name, value in whole.items():
        if not close(torch.cat([first[name], second[name]]), value):
            raise Violation(f"term {name!r} of a piece depends on the other pieces of the batch")


@check()
def permutation(subject: LossSubject) -> None:
    """The order of the pieces does not matter."""
    case = random_case()
    order = torch.tensor([1, 2, 3, 0])
    moved = subject.values(case.pieces(order))
    for name, value in subject.values(case).items():
        if not close(moved[name], value[order]):
            raise Violation(f"term {name!r} of a piece depends on its place in the batch")


@check()
def padding(subject: LossSubject) -> None:
    """Padding does not matter, since its cells are outside the mask."""
    alone = random_case()
    batch, height, width = alone.target.shape
    target = torch.zeros(batch, height + 2, width + 3, dtype=torch.int64)
    logits = scores(target, seed=9)
    kept = torch.zeros_like(target, dtype=torch.bool)
    target[:, :height, :width], logits[:, :, :height, :width] = alone.target, alone.logits
    kept[:, :height, :width] = True
    padded = subject.values(Case(target, logits, alone.posterior, kept))
    for name, value in subject.values(alone).items():
        # Windows that overlap the border may differ a little; a mean over the whole canvas would differ by more.
        if bool(((padded[name] - value).abs() > 0.5 * value.abs().max()).any()):
            raise Violation(
                f"term {name!r} of a piece depends on its canvas: {value[0]:.4g} alone, {padded[name][0]:.4g} padded"
            )


@check()
def gradient(subject: LossSubject) -> None:
    """A finite gradient reaches every input that `needs` names, or else the logits, the sample or the posterior."""
    loss = subject.made()
    leaves = _leaves(random_case().inputs(loss.needs))
    wanted = loss.needs - {"target_image"}
    _backward(loss(leaves))
    reached = {}
    for name, leaf in tensors(leaves).items():
        if leaf.grad is not None and bool((leaf.grad != 0).any()):
            reached[name] = leaf.grad
            if not bool(leaf.grad.isfinite().all()):
                raise Violation(f"the gradient of {name} is not finite on ordinary pages")
    if missed := sorted(wanted - reached.keys()):
        raise Violation(f"`needs` names {missed[0]}, which costs time, and no gradient reaches it")
    if not reached:
        raise Violation("no gradient reaches logits, probs or posterior")


@check()
def extreme_logits(subject: LossSubject) -> None:
    """Terms and gradients are finite if the decoder is certain, right or wrong."""
    target = pages(2, 3, 4)
    for what, said in (("right", target), ("wrong", (target + 40) % 95)):
        logits = certain(said) * (EXTREME / CERTAIN)
        _finite(subject, Case(target, logits, posterior(2)), f"with logits of {EXTREME:g} that are {what}")


@check()
def blank_pages(subject: LossSubject) -> None:
    """Terms and gradients are finite on blank pages, of the original, the reconstruction or both."""
    inked, blank = pages(2, 3, 4), torch.zeros(2, 3, 4, dtype=torch.int64)
    _finite(subject, Case(blank, certain(blank), posterior(2)), "where both pages are blank")
    _finite(subject, Case(blank, scores(blank), posterior(2)), "where the original is blank")
    _finite(subject, Case(inked, certain(blank), posterior(2)), "where the reconstruction is blank")


@check()
def small_grids(subject: LossSubject) -> None:
    """Terms and gradients are finite on pages of one cell, one row and one column."""
    for height, width in ((1, 1), (1, 9), (9, 1)):
        target = pages(2, height, width, ink=1.0)
        _finite(subject, Case(target, scores(target), posterior(2)), f"on a grid of {height} × {width} cells")


@check()
def gradient_value(subject: LossSubject) -> None:
    """In float64, its gradient agrees with finite differences."""
    loss = subject.made()
    if isinstance(loss, nn.Module):
        loss = loss.double()
    case = random_case(2, 2, 2)

    def total(logits: Tensor, mean: Tensor, logvar: Tensor) -> Tensor:
        return _total(loss(Case(case.target, logits, Posterior(mean, logvar)).inputs(loss.needs)))

    leaves = [value.double().requires_grad_() for value in (case.logits, case.posterior.mean, case.posterior.logvar)]
    if not total(*leaves).requires_grad:
        raise NotApplicable("it has no gradient")
    try:
        gradcheck(total, leaves, eps=1e-6, atol=1e-4, rtol=1e-3, fast_mode=True)
    except GradcheckError as error:
        raise Violation(
            f"its gradient disagrees with finite differences: {str(error).strip().splitlines()[0]}"
        ) from error


@check()
def inputs_unchanged(subject: LossSubject) -> None:
    """It does not modify its inputs."""
    loss = subject.made()
    inputs = random_case().inputs(loss.needs)
    before = {name: (value.clone(), value._version) for name, value in tensors(inputs).items()}
    loss(inputs)
    for name, value in tensors(inputs).items():
        copy, version = before[name]
        if value._version != version or not torch.equal(value, copy):
            raise Violation(f"it wrote into {name}")


@check()
def random_state(subject: LossSubject) -> None:
    """It does not draw from the global generators of PyTorch, NumPy and Python."""
    with random_state_kept():
        loss = subject.made()
        leaves = _leaves(random_case().inputs(loss.needs))
        _backward(loss(leaves))


@check()
def determinism(subject: LossSubject) -> None:
    """The same inputs give the same result, from the same loss and from another instance."""
    loss, other = subject.made(), subject.made()
    case = random_case()
    first, second, third = (one(case.inputs(loss.needs)) for one in (loss, loss, other))
    for name, value in first.items():
        if not torch.equal(value, second[name]):
            raise Violation(f"term {name!r} changed from one call to the next, by {number(value - second[name])}")
        if not torch.equal(value, third[name]):
            raise Violation(f"term {name!r} differs between two losses with the same options")


@check()
def autocast(subject: LossSubject) -> None:
    """Under bfloat16 autocast it gives about the same result."""
    loss = subject.made()
    case = random_case()
    expected = loss(case.inputs(loss.needs))
    leaves = _leaves(case.inputs(loss.needs))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = loss(leaves)
    _backward(found)
    for name, value in found.items():
        if not close(value.float(), expected[name], 0.05):
            raise Violation(f"term {name!r} is off by {number(value.float() - expected[name])} under bfloat16 autocast")


@check()
def no_grad(subject: LossSubject) -> None:
    """Without gradients, as in validation, it gives the same result."""
    loss = subject.made()
    case = random_case()
    expected = loss(_leaves(case.inputs(loss.needs)))
    with torch.no_grad():
        found = loss(case.inputs(loss.needs))
    for name, value in expected.items():
        if not close(found[name], value.detach()):
            raise Violation(f"term {name!r} differs without gradients by {number(found[name] - value.detach())}")


CHECKS = (
    declaration,
    options,
    terms,
    minimum,
    batch_independence,
    permutation,
    padding,
    gradient,
    extreme_logits,
    blank_pages,
    small_grids,
    gradient_value,
    inputs_unchanged,
    random_state,
    determinism,
    autocast,
    no_grad,
)
"""Every check of a loss."""


def _leaves(inputs: LossInputs) -> LossInputs:
    """The same inputs, in which floating-point tensors are leaves that require gradients."""
    return replace(
        inputs,
        logits=_leaf(inputs.logits),
        probs=_leaf(inputs.probs),
        posterior=Posterior(_leaf(inputs.posterior.mean), _leaf(inputs.posterior.logvar)),
        recon_image=None if inputs.recon_image is None else _leaf(inputs.recon_image),
        squared_error=None if inputs.squared_error is None else _leaf(inputs.squared_error),
    )


def _leaf(value: Tensor) -> Tensor:
    return value.detach().clone().requires_grad_()


def _total(values: Mapping[str, Tensor]) -> Tensor:
    """A scalar in which every term of every piece has a different weight."""
    return torch.stack(
        [(value * torch.arange(1, len(value) + 1)).sum() * (i + 1) for i, value in enumerate(values.values())]
    ).sum()


def _backward(values: Mapping[str, Tensor]) -> None:
    total = _total(values)
    if total.requires_grad:
        total.backward()


def _finite(subject: LossSubject, case: Case, where: str) -> None:
    loss = subject.made()
    leaf, mean, logvar = map(_leaf, (case.logits, case.posterior.mean, case.posterior.logvar))
    values = loss(replace(case, logits=leaf, posterior=Posterior(mean, logvar)).inputs(loss.needs))
    for name, value in values.items():
        if not bool(value.isfinite().all()):
            raise Violation(f"term {name!r} is not finite {where}")
    _backward(values)
    for name, value in (("the logits", leaf), ("the posterior", mean), ("the posterior", logvar)):
        if value.grad is not None and not bool(value.grad.isfinite().all()):
            raise Violation(f"the gradient of {name} is not finite {where}")
