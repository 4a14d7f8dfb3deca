"""The checks of a loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from asciivae.contract import NEEDS, Posterior
from asciivae.losses.settings import LossEntry
from asciivae.testing.checks import (
    NotApplicable,
    Violation,
    check,
    close,
    number,
    on_any_device,
    options_survive,
    random_state_kept,
    states_the_contract,
)
from asciivae.testing.inputs import Case, certain, moved, random_case, scores, tensors
from asciivae.testing.loss_numbers import NUMERICAL_CHECKS
from asciivae.testing.loss_subject import LossSubject, leaves_of, run_backward


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
    """The terms of a batch are those of its halves, unless it states `couples_pieces`."""
    case = random_case()
    whole, first, second = (subject.values(case.pieces(part)) for part in (slice(None), slice(2), slice(2, None)))
    alike = {name: close(torch.cat([first[name], second[name]]), value) for name, value in whole.items()}
    if subject.couples():
        if all(alike.values()):
            raise Violation("it states `couples_pieces`, and the pieces of a batch do not depend on each other")
        return
    for name in whole:
        if not alike[name]:
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
        leaves = leaves_of(random_case().inputs(loss.needs))
        run_backward(loss(leaves))


@check()
def determinism(subject: LossSubject) -> None:
    """The same inputs give the same result, from the same loss and from another instance."""
    loss, other = subject.made(), subject.made()
    case = replace(random_case(), training=not subject.keeps_state())
    first, second, third = (one(case.inputs(loss.needs)) for one in (loss, loss, other))
    for name, value in first.items():
        if not torch.equal(value, second[name]):
            raise Violation(f"term {name!r} changed from one call to the next, by {number(value - second[name])}")
        if not torch.equal(value, third[name]):
            raise Violation(f"term {name!r} differs between two losses with the same options")


@check()
def device(subject: LossSubject) -> None:
    """Its tensors are parameters or buffers, which are moved to the run's device."""
    loss = subject.made()
    inputs = random_case().inputs(loss.needs)
    on_any_device(loss, lambda: loss(moved(inputs, "meta")))


@check()
def parameters(subject: LossSubject) -> None:
    """It has no parameters that require a gradient, since no optimiser updates them."""
    loss = subject.made()
    trained = [name for name, value in _parameters(loss) if value.requires_grad]
    if trained:
        raise Violation(f"its parameter {trained[0]!r} is not trained by anything: requires_grad_(False), or a buffer")


def _parameters(loss: Any) -> list[tuple[str, nn.Parameter]]:
    return list(loss.named_parameters()) if isinstance(loss, nn.Module) else []


@check()
def latent_grids(subject: LossSubject) -> None:
    """It takes latents of every model: vectors (B, D), and grids (B, C, H/8, W/8) of any number of channels."""
    for height, width, channels in ((8, 16, 3), (8, 8, 5), (16, 8, 1)):
        shape = (channels, height // 8, width // 8)
        for name, value in subject.values(random_case(2, height, width, shape)).items():
            if tuple(value.shape) != (2,) or not bool(value.isfinite().all()):
                raise Violation(f"term {name!r} is {tuple(value.shape)}, or not finite, with latents {(2, *shape)}")


@check()
def latent_padding(subject: LossSubject) -> None:
    """Latents of padding do not matter; they are outside of `latent_mask`."""
    alone = random_case(2, 8, 8, (3, 1, 1))
    target = torch.zeros(2, 8, 16, dtype=torch.int64)
    logits = certain(target)  # blank where it is padding, so that only latents differ
    kept = torch.zeros_like(target, dtype=torch.bool)
    target[:, :, :8], logits[..., :8], kept[:, :, :8] = alone.target, alone.logits, True
    plain, others = (_beside(alone.posterior, mean, logvar) for mean, logvar in ((0.0, 0.0), (10.0, 3.0)))
    found = subject.values(Case(target, logits, others, kept))
    for name, value in subject.values(Case(target, logits, plain, kept)).items():
        if not close(found[name], value):
            raise Violation(
                f"term {name!r} depends on latents of padding, by {number(found[name] - value)}: "
                "multiply by inputs.latent_mask"
            )


def _beside(latents: Posterior, mean: float, logvar: float) -> Posterior:
    """Latents (B, C, h, w) with constant ones of padding on their right."""
    padded = (
        torch.cat([x, torch.full_like(x, value)], 3) for x, value in ((latents.mean, mean), (latents.logvar, logvar))
    )
    return Posterior(*padded)


@check()
def progress(subject: LossSubject) -> None:
    """It gives finite values at every step of a run, and in validation."""
    for step in (0, 1, 50, 99):
        for training in (True, False):
            for name, value in subject.values(replace(random_case(), step=step, training=training)).items():
                if not bool(value.isfinite().all()):
                    raise Violation(f"term {name!r} is not finite at step {step} of 100")


@check()
def state(subject: LossSubject) -> None:
    """Its state is in persistent buffers of a fixed shape: restored, it goes on the same. Validation keeps it."""
    if not subject.keeps_state():
        raise NotApplicable("it has no persistent buffers")
    first, second = subject.made(), subject.made()
    training = replace(random_case(), training=True)
    for _ in range(3):
        first(training.inputs(first.needs))
    before = {name: value.clone() for name, value in first.state_dict().items()}
    first(random_case().inputs(first.needs))
    for name, value in first.state_dict().items():
        if not torch.equal(value, before[name]):
            raise Violation(f"`{name}` changes in validation; change it only where inputs.training is true")
    second.load_state_dict(before)
    for _ in range(2):
        expected, found = first(training.inputs(first.needs)), second(training.inputs(first.needs))
        for name, value in expected.items():
            if not torch.equal(value, found[name]):
                raise Violation(f"term {name!r} depends on earlier calls, and its state is not in persistent buffers")


CHECKS = (
    declaration,
    options,
    terms,
    minimum,
    batch_independence,
    permutation,
    padding,
    latent_grids,
    latent_padding,
    progress,
    *NUMERICAL_CHECKS,
    inputs_unchanged,
    random_state,
    determinism,
    state,
    device,
    parameters,
)
"""Every check of a loss."""
