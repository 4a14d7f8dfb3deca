"""The checks of a renderer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from asciivae.errors import AsciivaeError
from asciivae.losses.objective import one_hot, rendered_glyphs
from asciivae.settings.component import Component
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
from asciivae.testing.inputs import glyphs, pages, scores


@dataclass(frozen=True)
class RendererSubject:
    """A renderer class with one set of options."""

    plugin: type[Any]
    config: Any

    def made(self, atlas: Tensor | None = None) -> Any:
        """A new renderer for an atlas (95, h, w), by default that of the kit."""
        return self.plugin(self.config, glyphs() if atlas is None else atlas)


def soft_page(batch: int = 2, height: int = 3, width: int = 5, *, seed: int = 1) -> Tensor:
    """Random distributions over the characters: (batch, 95, height, width) float32."""
    return scores(pages(batch, height, width), seed=seed).softmax(dim=1)


def hard_page(batch: int = 2, height: int = 3, width: int = 5) -> Tensor:
    """Random one-hot pages: (batch, 95, height, width) float32."""
    return one_hot(pages(batch, height, width, ink=0.8), torch.float32)


@check(fundamental=True)
def declaration(subject: RendererSubject) -> None:
    """It declares the contract's number, a frozen Config, its cell, and whether it is differentiable and linear."""
    states_the_contract(subject.plugin)
    renderer = subject.made()
    cell = getattr(renderer, "cell", None)
    if not (isinstance(cell, tuple) and len(cell) == 2 and all(type(side) is int and side > 0 for side in cell)):
        raise Violation(f"`cell` is {cell!r}, not (h, w) in pixels")
    for name in ("differentiable", "linear"):
        if type(getattr(renderer, name, None)) is not bool:
            raise Violation(f"`{name}` is {getattr(renderer, name, None)!r}, neither True nor False")
    if not (isinstance(getattr(renderer, "digest", None), str) and renderer.digest):
        raise Violation("`digest` is not a non-empty string")


@check()
def options(subject: RendererSubject) -> None:
    """Its options survive being written to a recipe and read back."""
    options_survive(subject.config, reserved=Component.own_keys())


@check(fundamental=True)
def shape(subject: RendererSubject) -> None:
    """It draws float32 pictures (B, 1, H·h, W·w) of pages of any size."""
    renderer = subject.made()
    height, width = renderer.cell
    for rows, columns in ((3, 5), (1, 1), (1, 7), (7, 1), (2, 3)):
        picture: Any = renderer(soft_page(2, rows, columns))
        expected = (2, 1, rows * height, columns * width)
        found = tuple(picture.shape) if isinstance(picture, Tensor) else type(picture).__name__
        if found != expected:
            raise Violation(f"a page of {rows} × {columns} cells became {found}, not {expected}")
        if picture.dtype != torch.float32:
            raise Violation(f"the picture is {picture.dtype}, not torch.float32")


@check()
def range_(subject: RendererSubject) -> None:
    """Grey values are in [0, 1]: paper is 1, ink is 0."""
    renderer = subject.made()
    for picture in (renderer(soft_page()), renderer(hard_page())):
        if not bool(picture.isfinite().all()):
            raise Violation("a grey value is not finite")
        if bool((picture < -1e-6).any()) or bool((picture > 1 + 1e-6).any()):
            raise Violation(f"grey values are in [{picture.min():.4g}, {picture.max():.4g}]")
    strip = rendered_glyphs(renderer)
    if float(strip[0].mean()) <= float(strip[1:].mean()):
        raise Violation("the space is not lighter than the other characters; paper is 1 and ink 0")


@check()
def one_hot_page(subject: RendererSubject) -> None:
    """The picture of a one-hot page consists of the pictures of its characters, if it is linear; else nearly."""
    renderer = subject.made()
    if not renderer.linear:
        _same_everywhere(renderer)
        return
    ids = pages(2, 3, 5, ink=0.8)
    height, width = renderer.cell
    cells = renderer(one_hot(ids, torch.float32)).view(2, 3, height, 5, width).transpose(2, 3)
    expected = rendered_glyphs(renderer)[ids]
    if not close(cells, expected):
        raise Violation(f"a cell differs from its character's picture by {number(cells - expected)}")


def _same_everywhere(renderer: Any) -> None:
    """A character looks the same wherever it stands on paper, and does not change the picture far away."""
    height, width = renderer.cell
    ids = torch.zeros(4, 9, 9, dtype=torch.int64)
    blank = renderer(one_hot(ids[:1], torch.float32))
    ids[torch.arange(4), torch.tensor([4, 4, 3, 5]), torch.tensor([4, 5, 4, 3])] = 34
    pictures = renderer(one_hot(ids, torch.float32)) - blank
    moved = [(0, 0), (0, 1), (-1, 0), (1, -1)]
    around = [(slice((2 + y) * height, (7 + y) * height), slice((2 + x) * width, (7 + x) * width)) for y, x in moved]
    first = pictures[0, 0][around[0]]
    for picture, (rows, columns) in zip(pictures[:, 0], around, strict=True):
        found = picture[rows, columns]
        if not close(found, first):
            raise Violation(f"a character looks different in another cell, by {number(found - first)}")
        if not bool((picture.abs().sum() - found.abs().sum()).abs() <= 1e-3 * found.abs().sum()):
            raise Violation("a character changes the picture more than two cells away")


@check()
def linear(subject: RendererSubject) -> None:
    """If it is declared linear, the picture of a cell is the expected glyph."""
    renderer = subject.made()
    if not renderer.linear:
        raise NotApplicable("it is not linear")
    probs = soft_page()
    height, width = renderer.cell
    cells = renderer(probs).view(2, 3, height, 5, width).transpose(2, 3)
    expected = torch.einsum("bcyx,chw->byxhw", probs, rendered_glyphs(renderer))
    if not close(cells, expected):
        raise Violation(f"`linear` is True, and a picture is off by {number(cells - expected)}")


@check()
def gradient(subject: RendererSubject) -> None:
    """If it is declared differentiable, a finite gradient reaches the probabilities; otherwise none does."""
    renderer = subject.made()
    probs = soft_page().requires_grad_()
    picture = renderer(probs)
    if not renderer.differentiable:
        if picture.requires_grad:
            raise Violation("`differentiable` is False, and the picture takes a gradient")
        return
    if not picture.requires_grad:
        raise Violation("`differentiable` is True, and the picture takes no gradient")
    (picture * torch.linspace(0.5, 1.0, picture.shape[-1])).sum().backward()
    if probs.grad is None or not bool((probs.grad != 0).any()):
        raise Violation("`differentiable` is True, and no gradient reaches the probabilities")
    if not bool(probs.grad.isfinite().all()):
        raise Violation("the gradient is not finite")


@check()
def digest(subject: RendererSubject) -> None:
    """The digest is equal for equal glyphs and differs for others, unless it refuses these."""
    first, again = subject.made(), subject.made()
    if first.digest != again.digest:
        raise Violation(f"two renderers with the same glyphs have the digests {first.digest} and {again.digest}")
    try:
        other = subject.made(glyphs().flip(2))
    except (AsciivaeError, ValueError):
        return
    alike = torch.equal(rendered_glyphs(other), rendered_glyphs(first))
    if not alike and other.digest == first.digest:
        raise Violation("renderers that draw different glyphs have the same digest")


@check()
def batch_independence(subject: RendererSubject) -> None:
    """The pictures of a batch are those of its pieces."""
    renderer = subject.made()
    probs = soft_page(3)
    whole = renderer(probs)
    apart = torch.cat([renderer(piece[None]) for piece in probs])
    if not close(apart, whole):
        raise Violation(f"a picture depends on the other pieces of the batch, by {number(apart - whole)}")


@check()
def inputs_unchanged(subject: RendererSubject) -> None:
    """It does not modify the page or the glyphs."""
    atlas = glyphs().clone()
    renderer = subject.made(atlas)
    probs = soft_page()
    copy = probs.clone()
    renderer(probs)
    if probs._version or not torch.equal(probs, copy):
        raise Violation("it wrote into the page")
    if not torch.equal(atlas, glyphs()):
        raise Violation("it wrote into the glyphs")


@check()
def random_state(subject: RendererSubject) -> None:
    """It does not draw from the global generators of PyTorch, NumPy and Python."""
    with random_state_kept():
        subject.made()(soft_page())


@check()
def determinism(subject: RendererSubject) -> None:
    """The same page gives the same picture, from the same renderer and from another instance."""
    renderer = subject.made()
    first = renderer(soft_page())
    if not torch.equal(renderer(soft_page()), first):
        raise Violation("the picture changed from one call to the next")
    if not torch.equal(subject.made()(soft_page()), first):
        raise Violation("two renderers with the same options draw differently")


@check()
def no_grad(subject: RendererSubject) -> None:
    """Without gradients, as in validation, it draws the same."""
    renderer = subject.made()
    expected = renderer(soft_page().requires_grad_()).detach()
    with torch.no_grad():
        found = renderer(soft_page())
    if not close(found, expected):
        raise Violation(f"the picture differs without gradients by {number(found - expected)}")


@check()
def device(subject: RendererSubject) -> None:
    """Its tensors are parameters or buffers, which are moved to the run's device."""
    renderer = subject.made()
    on_any_device(renderer, lambda: renderer(soft_page().to("meta")))


@check()
def parameters(subject: RendererSubject) -> None:
    """It has no parameters that require a gradient, since no optimiser updates them."""
    renderer = subject.made()
    for name, value in renderer.named_parameters() if isinstance(renderer, nn.Module) else ():
        if value.requires_grad:
            raise Violation(f"its parameter {name!r} is not trained by anything: requires_grad_(False), or a buffer")


CHECKS = (
    declaration,
    options,
    shape,
    range_,
    one_hot_page,
    linear,
    gradient,
    digest,
    batch_independence,
    inputs_unchanged,
    random_state,
    determinism,
    no_grad,
    device,
    parameters,
)
"""Every check of a renderer."""
