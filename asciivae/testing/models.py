"""The checks of a model."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from asciivae.errors import ModelError
from asciivae.models.base import VAE
from asciivae.settings.component import Component
from asciivae.testing.checks import (
    Violation,
    check,
    close,
    number,
    on_any_device,
    options_survive,
    random_state_kept,
    states_the_contract,
)
from asciivae.testing.inputs import pages
from asciivae.text.charset import SIZE

PIECES = ((3, 5), (9, 20), (16, 16))
"""Sizes of pieces, in cells, that the checks place on pages."""


@dataclass(frozen=True)
class ModelSubject:
    """A model class with one set of options."""

    plugin: type[Any]
    config: Any

    def made(self) -> VAE:
        """A new model with initial parameters, in evaluation mode."""
        model: VAE = self.plugin(self.config)
        return model.eval()


def _pages_for(model: VAE, piece: tuple[int, int], batch: int = 2) -> Tensor:
    return pages(batch, *model.canvas(*piece))


@check(fundamental=True)
def declaration(subject: ModelSubject) -> None:
    """It extends `VAE`, and declares the contract's number and a frozen Config."""
    if not (isinstance(subject.plugin, type) and issubclass(subject.plugin, VAE)):
        raise Violation("it does not extend asciivae.VAE")
    states_the_contract(subject.plugin)
    if not any(parameter.requires_grad for parameter in subject.made().parameters()):
        raise Violation("it has no parameters to train")


@check()
def options(subject: ModelSubject) -> None:
    """Its options survive being written to a recipe and read back."""
    options_survive(subject.config, reserved=Component.own_keys())


@check(fundamental=True)
def canvas(subject: ModelSubject) -> None:
    """The page of a piece is at least as large as the piece and is the page of itself; a huge piece is a ModelError."""
    model = subject.made()
    for height, width in PIECES:
        page = model.canvas(height, width)
        if page[0] < height or page[1] < width:
            raise Violation(f"a piece of {height} × {width} cells has a page of {page[0]} × {page[1]}")
        if model.canvas(*page) != page:
            raise Violation(
                f"a piece of {page[0]} × {page[1]} cells, a page's size, has the page {model.canvas(*page)}"
            )
    try:
        model.canvas(10**6, 10**6)
    except ModelError:
        return
    raise Violation("a piece of a million rows is not refused with a ModelError")


@check(fundamental=True)
def shapes(subject: ModelSubject) -> None:
    """Pages (B, H, W) become mean and logvar of `latent_shape`, and z becomes logits (B, 95, H, W)."""
    model = subject.made()
    for piece in PIECES:
        ids = _pages_for(model, piece)
        posterior = model.encode(ids)
        expected = (2, *model.latent_shape(*ids.shape[1:]))
        for name in ("mean", "logvar"):
            if (found := tuple(getattr(posterior, name).shape)) != expected:
                raise Violation(f"{name} of pages {tuple(ids.shape)} is {found}, and latent_shape says {expected}")
        logits = model.decode(posterior.mean)
        if (found := tuple(logits.shape)) != (2, SIZE, *ids.shape[1:]):
            raise Violation(f"logits of pages {tuple(ids.shape)} are {found}")
        if not bool(posterior.mean.isfinite().all() and posterior.logvar.isfinite().all() and logits.isfinite().all()):
            raise Violation(f"initial weights give non-finite values for pages {tuple(ids.shape)}")


@check()
def deterministic(subject: ModelSubject) -> None:
    """In evaluation mode it is deterministic, and does not draw from global generators; noise is given to `forward`."""
    model = subject.made()
    ids = _pages_for(model, PIECES[0])
    with random_state_kept():
        first, second = model(ids), model(ids)
        if not torch.equal(first.logits, second.logits):
            raise Violation(f"logits differ by {number(first.logits - second.logits)} from one pass to the next")


@check()
def independent_pieces(subject: ModelSubject) -> None:
    """In evaluation mode the outputs for a piece do not depend on the other pieces of the batch."""
    model = subject.made()
    ids = _pages_for(model, PIECES[0], 3)
    together, alone = model(ids).logits[:1], model(ids[:1]).logits
    if not close(together, alone):
        raise Violation(f"logits differ by {number(together - alone)} with other pieces in the batch")


@check()
def gradients(subject: ModelSubject) -> None:
    """Every parameter that requires a gradient gets one from the logits or the posterior."""
    model = subject.made().train()
    ids = _pages_for(model, PIECES[1], 4)
    draw = torch.Generator().manual_seed(0)
    for parameter in model.parameters():  # zero-initialised layers would block gradients
        if parameter.requires_grad:
            parameter.data += 0.05 * torch.randn(parameter.shape, generator=draw)
    output = model(ids, draw)
    (output.logits.square().mean() + output.posterior.logvar.square().mean()).backward()
    unreached = [name for name, value in model.named_parameters() if value.requires_grad and value.grad is None]
    if unreached:
        raise Violation(f"no gradient reaches {', '.join(unreached[:5])}")


@check()
def weights(subject: ModelSubject) -> None:
    """Its state_dict determines its outputs."""
    model, other = subject.made(), subject.made()
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    buffer.seek(0)
    other.load_state_dict(torch.load(buffer, weights_only=True))
    ids = _pages_for(model, PIECES[0])
    if not torch.equal(model(ids).logits, other(ids).logits):
        raise Violation("an instance with the same state_dict gives other logits; is a tensor missing from it?")


@check()
def device(subject: ModelSubject) -> None:
    """Its tensors are parameters or buffers, which are moved to the run's device."""
    model = subject.made()
    ids = _pages_for(model, PIECES[0]).to("meta")
    on_any_device(model, lambda: model(ids))


CHECKS = (declaration, options, canvas, shapes, deterministic, independent_pieces, gradients, weights, device)
