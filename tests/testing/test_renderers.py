"""Each check of a renderer catches a renderer that breaks just that promise, and no other check does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn

from asciivae import registry
from asciivae.render.glyphs import digest
from asciivae.testing import Violation, check_renderer, examine, renderer_checks
from asciivae.testing.renderers import CHECKS


@dataclass(frozen=True)
class Config:
    darkness: float = 1.0


class Sound(nn.Module):
    """The expected glyph of each cell: it keeps every promise."""

    contract: ClassVar[int] = 1
    Config: ClassVar[type] = Config
    differentiable: Any = True
    linear: Any = True
    glyphs: Tensor

    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__()
        self.register_buffer("glyphs", 1.0 - config.darkness * (1.0 - glyphs), persistent=False)
        self.cell: Any = (glyphs.shape[1], glyphs.shape[2])
        self.digest = digest(self.glyphs)

    def forward(self, probs: Tensor) -> Tensor:
        batch, _, rows, columns = probs.shape
        cells = torch.einsum("bcyx,chw->byhxw", probs, self.glyphs)
        return cells.reshape(batch, 1, rows * self.cell[0], columns * self.cell[1])


class OtherContract(Sound):
    contract = 0


class CellOfOneNumber(Sound):
    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__(config, glyphs)
        self.cell = 18


class PerhapsLinear(Sound):
    linear = None


class Nameless(Sound):
    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__(config, glyphs)
        self.digest = ""


@dataclass(frozen=True)
class Using:
    darkness: float = 1.0
    use: str = "pen"


class ReservedOption(Sound):
    Config = Using


class EvenOnly(Sound):
    def forward(self, probs: Tensor) -> Tensor:
        return super().forward(probs)[:, :, :, : probs.shape[3] // 2 * 2 * self.cell[1]]


class Wide(Sound):
    def forward(self, probs: Tensor) -> Tensor:
        return super().forward(probs).double()


class Flat(Sound):
    def forward(self, probs: Tensor) -> Tensor:
        return super().forward(probs).squeeze(1)


class Negative(Sound):
    """Ink is 1: the wrong way round."""

    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__(config, 1.0 - glyphs)


class Bytes(Sound):
    """Grey values up to 255."""

    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__(config, glyphs * 255.0)


class Mirrored(Sound):
    """Every other column of cells is drawn the other way round."""

    linear = False

    def forward(self, probs: Tensor) -> Tensor:
        picture = super().forward(probs)
        cells = picture.unflatten(3, (-1, self.cell[1]))
        odd = torch.arange(cells.shape[3]) % 2 == 1
        return torch.where(odd[:, None], cells.flip(4), cells).flatten(3)


class Squared(Sound):
    """Says that it is linear."""

    def forward(self, probs: Tensor) -> Tensor:
        return super().forward(probs.square() / probs.square().sum(1, keepdim=True))


class SaysDifferentiable(Sound):
    def forward(self, probs: Tensor) -> Tensor:
        return super().forward(probs.detach())


class SaysNotDifferentiable(Sound):
    differentiable = False


class GradientToNowhere(Sound):
    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__(config, glyphs)
        self.register_buffer("scale", torch.ones(()).requires_grad_(), persistent=False)

    def forward(self, probs: Tensor) -> Tensor:
        return super().forward(probs.detach()) * self.scale


class Ghosts(Sound):
    """The picture is darker wherever there is ink anywhere."""

    linear = False

    def forward(self, probs: Tensor) -> Tensor:
        picture = super().forward(probs)
        return picture * (0.9 + 0.1 * picture.mean((1, 2, 3), keepdim=True)) if probs.shape[2] > 1 else picture


class NoBuffer(Sound):
    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__(config, glyphs)
        self.paper = torch.ones(1, 1, 1, 1)

    def forward(self, probs: Tensor) -> Tensor:
        return super().forward(probs) * self.paper


class Trainable(Sound):
    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__(config, glyphs)
        self.factor = nn.Parameter(torch.ones(()))


class OneDigestForAll(Sound):
    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__(config, glyphs)
        self.digest = "glyphs"


class NewDigestEachTime(Sound):
    made = 0

    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__(config, glyphs)
        NewDigestEachTime.made += 1
        self.digest = f"glyphs {self.made}"


class SharesTheBatch(Sound):
    """Pages of a batch of three bleed into each other."""

    def forward(self, probs: Tensor) -> Tensor:
        picture = super().forward(probs)
        return picture if len(probs) != 3 else 0.5 * (picture + picture.mean(0, keepdim=True))


class WritesIntoThePage(Sound):
    def forward(self, probs: Tensor) -> Tensor:
        picture = super().forward(probs)
        with torch.no_grad():
            probs.detach().mul_(1.0)
        return picture


class WritesIntoTheGlyphs(Sound):
    """The caller's glyphs, where they are the caller's own copy."""

    def __init__(self, config: Any, glyphs: Tensor) -> None:
        super().__init__(config, glyphs.clone())
        from asciivae.testing.inputs import glyphs as shared

        if glyphs.data_ptr() != shared().data_ptr():
            glyphs[0] = 0.5


class Dithered(Sound):
    def forward(self, probs: Tensor) -> Tensor:
        torch.rand(1)
        return super().forward(probs)


class Fading(Sound):
    calls = 0

    def forward(self, probs: Tensor) -> Tensor:
        self.calls += 1
        return super().forward(probs) * (1 - 1e-6 * (self.calls - 1))


class SketchesInValidation(Sound):
    def forward(self, probs: Tensor) -> Tensor:
        picture = super().forward(probs)
        if not torch.is_grad_enabled() and len(probs) == 2:
            return 0.5 + 0.5 * picture
        return picture


CULPRITS: list[tuple[str, type[Sound], str]] = [
    ("declaration", OtherContract, "`contract` is 0, and this asciivae has contracts 1 and 2"),
    ("declaration", CellOfOneNumber, "`cell` is 18, not (h, w) in pixels"),
    ("declaration", PerhapsLinear, "`linear` is None, neither True nor False"),
    ("declaration", Nameless, "`digest` is not a non-empty string"),
    ("options", ReservedOption, "the option 'use' has a name that is reserved in recipes"),
    ("shape", EvenOnly, "a page of 3 × 5 cells became (2, 1, 54, 36), not (2, 1, 54, 45)"),
    ("shape", Flat, "a page of 3 × 5 cells became (2, 54, 45), not (2, 1, 54, 45)"),
    ("shape", Wide, "the picture is torch.float64, not torch.float32"),
    ("range", Negative, "the space is not lighter than the other characters; paper is 1 and ink 0"),
    ("range", Bytes, "grey values are in ["),
    ("one-hot-page", Mirrored, "a character looks different in another cell, by "),
    ("linear", Squared, "`linear` is True, and a picture is off by "),
    ("gradient", SaysDifferentiable, "`differentiable` is True, and the picture takes no gradient"),
    ("gradient", SaysNotDifferentiable, "`differentiable` is False, and the picture takes a gradient"),
    ("gradient", GradientToNowhere, "`differentiable` is True, and no gradient reaches the probabilities"),
    ("digest", OneDigestForAll, "renderers that draw different glyphs have the same digest"),
    ("digest", NewDigestEachTime, "two renderers with the same glyphs have the digests glyphs "),
    ("batch-independence", SharesTheBatch, "a picture depends on the other pieces of the batch, by "),
    ("inputs-unchanged", WritesIntoThePage, "it wrote into the page"),
    ("inputs-unchanged", WritesIntoTheGlyphs, "it wrote into the glyphs"),
    ("random-state", Dithered, "it draws from the global generator of PyTorch"),
    ("determinism", Fading, "the picture changed from one call to the next"),
    ("no-grad", SketchesInValidation, "the picture differs without gradients by "),
    ("one-hot-page", Ghosts, "a character changes the picture more than two cells away"),
    ("device", NoBuffer, "`paper` is not a buffer and stays on the CPU"),
    ("parameters", Trainable, "its parameter 'factor' is not trained by anything"),
]


@pytest.mark.parametrize(("name", "culprit", "reason"), CULPRITS, ids=lambda v: getattr(v, "__name__", None))
def test_a_check_catches_its_culprit_alone(name: str, culprit: type[Sound], reason: str) -> None:
    broken = {o.check: o.reason for o in examine("renderer", culprit, culprit.Config()) if o.state == "broken"}
    assert list(broken) == [name]
    assert reason in broken[name]


def test_every_check_has_a_culprit() -> None:
    assert {name for name, _, _ in CULPRITS} == {check.name for check in CHECKS}


def test_a_sound_renderer_keeps_every_promise() -> None:
    assert {o.state for o in examine("renderer", Sound, Config())} == {"kept"}


def test_as_a_plain_function() -> None:
    check_renderer(Sound, Config(), Config(darkness=0.5))
    with pytest.raises(Violation, match="linear: `linear` is True"):
        check_renderer(Squared)


@renderer_checks(Sound, [Config(), Config(darkness=0.5)])
def test_as_a_parametrisation(check: Callable[[], None]) -> None:
    check()


@pytest.mark.parametrize("name", [e.name for e in registry.entries("renderer") if e.distribution == "asciivae"])
def test_our_own_renderers_keep_the_contract(name: str) -> None:
    check_renderer(registry.load("renderer", name))
