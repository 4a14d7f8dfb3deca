"""The checks of a loss that concern its numbers: gradients, extreme pages, precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.autograd.gradcheck import gradcheck

from asciivae.contract import Posterior
from asciivae.testing.checks import NotApplicable, Violation, check, close, number
from asciivae.testing.inputs import CERTAIN, Case, certain, pages, posterior, random_case, scores, tensors
from asciivae.testing.loss_subject import LossSubject, leaf, leaves_of, run_backward, total_of

EXTREME = 1e4


@check()
def gradient(subject: LossSubject) -> None:
    """A finite gradient reaches every input that `needs` names, or else the logits, the sample or the latents."""
    if not subject.trains():
        raise NotApplicable("it states `differentiable = False`: it is only logged")
    loss = subject.made()
    leaves = leaves_of(random_case().inputs(loss.needs))
    wanted = loss.needs - {"target_image"}
    run_backward(loss(leaves))
    reached = {}
    for name, value in tensors(leaves).items():
        if value.grad is not None and bool((value.grad != 0).any()):
            reached[name] = value.grad
            if not bool(value.grad.isfinite().all()):
                raise Violation(f"the gradient of {name} is not finite on ordinary pages")
    if missed := sorted(wanted - reached.keys()):
        raise Violation(f"`needs` names {missed[0]}, which costs time, and no gradient reaches it")
    if not reached:
        raise Violation(
            "no gradient reaches logits, probs, posterior or z; if it is only logged: differentiable = False"
        )


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
    """Its gradient agrees with finite differences: in float64, or in float32 if it computes in float32."""
    if not subject.trains():
        raise NotApplicable("it states `differentiable = False`: it is only logged")
    loss = subject.made()
    if isinstance(loss, nn.Module):
        loss = loss.double()
    case = random_case(2, 2, 2)

    def total(logits: Tensor, mean: Tensor, logvar: Tensor) -> Tensor:
        inputs = replace(case, logits=logits, posterior=Posterior(mean, logvar)).inputs(loss.needs)
        return total_of(loss(inputs))

    leaves = [value.double().requires_grad_() for value in (case.logits, case.posterior.mean, case.posterior.logvar)]
    try:
        if not total(*leaves).requires_grad:
            raise NotApplicable("it has no gradient")
        # Fast: along a random direction, in which a wrong factor may be small; the slope is along the gradient.
        agrees = gradcheck(total, leaves, eps=1e-6, atol=1e-4, rtol=1e-3, fast_mode=True, raise_exception=False)
        error = _slope_error(total, leaves)
        if agrees and not error:
            return
        nudged = total(*(value + 1e-9 for value in leaves))
        if not torch.equal(total(*leaves), nudged):  # else it rounds to float32
            found = error or "they differ by more than 0.1 %"
            raise Violation(f"its gradient disagrees with finite differences: {found}")
    except RuntimeError:
        pass  # a network of float32 takes no float64
    loss = subject.made()
    if error := _slope_error(total, [leaf(value.float()) for value in leaves]):
        raise Violation(f"its gradient disagrees with finite differences: {error}")


def _slope_error(total: Callable[..., Tensor], leaves: list[Tensor]) -> str:
    """How the slope along the gradient differs from finite differences; empty if it agrees within 5 %."""
    value = total(*leaves)
    given = torch.autograd.grad(value, leaves, allow_unused=True)
    gradients = [torch.zeros_like(x) if g is None else g for x, g in zip(leaves, given, strict=True)]
    draw = torch.Generator().manual_seed(3)
    # Along the gradient the slope is largest; the noise is for errors in other directions.
    norm = max(1e-12, float(torch.stack([g.double().square().sum() for g in gradients]).sum().sqrt()))
    ways = [g / norm + 0.1 * torch.randn(g.shape, generator=draw) / g.numel() ** 0.5 for g in gradients]
    slope = sum(float((g.double() * way.double()).sum()) for g, way in zip(gradients, ways, strict=True))
    measured = []
    for size in (1e-1, 3e-2, 1e-2, 3e-3, 1e-3):
        there = [total(*(x + sign * size * way for x, way in zip(leaves, ways, strict=True))) for sign in (1, -1)]
        measured.append(float(there[0].detach().double() - there[1].detach().double()) / (2 * size))
    # Large steps see curvature, small ones rounding: the best two neighbours agree most.
    best = min(range(len(measured) - 1), key=lambda i: abs(measured[i] - measured[i + 1]))
    found = (measured[best] + measured[best + 1]) / 2
    return "" if abs(found - slope) <= 0.05 * abs(slope) + 1e-3 else f"{slope:.4g}, and not {found:.4g}"


@check()
def autocast(subject: LossSubject) -> None:
    """Under bfloat16 autocast it gives about the same result."""
    loss = subject.made()
    case = random_case()
    expected = loss(case.inputs(loss.needs))
    leaves = leaves_of(case.inputs(loss.needs))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = loss(leaves)
    run_backward(found)
    for name, value in found.items():
        if not close(value.float(), expected[name], 0.05):
            raise Violation(f"term {name!r} is off by {number(value.float() - expected[name])} under bfloat16 autocast")


@check()
def no_grad(subject: LossSubject) -> None:
    """Without gradients, as in validation, it gives the same result."""
    loss = subject.made()
    case = random_case()
    expected = loss(leaves_of(case.inputs(loss.needs)))
    with torch.no_grad():
        found = loss(case.inputs(loss.needs))
    for name, value in expected.items():
        if not close(found[name], value.detach()):
            raise Violation(f"term {name!r} differs without gradients by {number(found[name] - value.detach())}")


NUMERICAL_CHECKS = (gradient, extreme_logits, blank_pages, small_grids, gradient_value, autocast, no_grad)
"""The checks of this module."""


def _finite(subject: LossSubject, case: Case, where: str) -> None:
    loss = subject.made()
    logits, mean, logvar = map(leaf, (case.logits, case.posterior.mean, case.posterior.logvar))
    values = loss(replace(case, logits=logits, posterior=Posterior(mean, logvar)).inputs(loss.needs))
    for name, value in values.items():
        if not bool(value.isfinite().all()):
            raise Violation(f"term {name!r} is not finite {where}")
    run_backward(values)
    for name, value in (("the logits", logits), ("the posterior", mean), ("the posterior", logvar)):
        if value.grad is not None and not bool(value.grad.isfinite().all()):
            raise Violation(f"the gradient of {name} is not finite {where}")
