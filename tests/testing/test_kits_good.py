"""Plugins that are correct, of the kinds that researchers write: no check complains of them."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any, ClassVar

import kornia
import pytest
import torch
from plugin_site import PLUGINS
from torch import Tensor, nn
from torch.nn import functional

from asciivae.contract import Facts, LossInputs
from asciivae.models.spatial import SpatialConfig, SpatialVAE
from asciivae.registry import files
from asciivae.testing import examine
from asciivae.testing.checks import configurations


@dataclass(frozen=True)
class Options:
    pass


class Base(nn.Module):
    contract: ClassVar[int] = 2
    Config: ClassVar[type] = Options
    needs: frozenset[str] = frozenset()

    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__()


@dataclass(frozen=True)
class FocalOptions:
    gamma: float = 2.0


class Focal(Base):
    """Focal loss (Lin et al. 2017), from log-probabilities."""

    Config = FocalOptions
    examples: ClassVar[tuple[FocalOptions, ...]] = (FocalOptions(0.0), FocalOptions(5.0))

    def __init__(self, config: FocalOptions, facts: Facts) -> None:
        super().__init__(config, facts)
        self.gamma = config.gamma

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        log_p = functional.log_softmax(inputs.logits, 1).gather(1, inputs.target[:, None])[:, 0]
        cells = -((1 - log_p.exp()).clamp(min=1e-6) ** self.gamma) * log_p
        return {"": (cells * inputs.mask).flatten(1).sum(1)}


class FrozenNetwork(Base):
    """The distance of features of a frozen convolutional network, which computes in float32."""

    needs = frozenset({"target_image", "recon_image"})

    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__(config, facts)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(7)
            layers = [nn.Conv2d(1, 4, 3, padding=1), nn.Softplus(), nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)]
            self.net = nn.Sequential(*layers).eval().requires_grad_(False)

    def features(self, picture: Tensor) -> Tensor:
        features: Tensor = self.net.float()(1 - picture.float())  # padded with paper
        return features

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        assert inputs.recon_image is not None
        assert inputs.target_image is not None
        difference = self.features(inputs.recon_image) - self.features(inputs.target_image)
        return {"": difference.square().flatten(1).sum(1)}


class Pictures(Base):
    """The squared difference of features of the two pictures."""

    needs = frozenset({"target_image", "recon_image"})
    minimum = 0.0

    def features(self, picture: Tensor) -> Tensor:
        raise NotImplementedError

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        assert inputs.recon_image is not None
        assert inputs.target_image is not None
        difference = self.features(inputs.recon_image) - self.features(inputs.target_image)
        return {"": difference.square().flatten(1).sum(1)}


class Sobel(Pictures):
    """By kornia's Sobel filter."""

    def features(self, picture: Tensor) -> Tensor:
        return kornia.filters.sobel(picture, eps=1e-3)


class Gradients(Pictures):
    """Histograms of oriented gradients (Dalal and Triggs 2005) in blocks of 8 pixels, on kornia's gradients."""

    def features(self, picture: Tensor) -> Tensor:
        across, down = kornia.filters.spatial_gradient(picture)[:, 0].unbind(1)
        angles = torch.arange(9, device=picture.device, dtype=picture.dtype) * (math.pi / 9)
        # The share of each of nine directions, without their signs; smooth, unlike an angle in bins.
        along = across[:, None] * angles.cos()[:, None, None] + down[:, None] * angles.sin()[:, None, None]
        return functional.avg_pool2d(along.square(), 8, ceil_mode=True)


class Scheduled(Base):
    """Entropy of the page, from the second half of the run on; 0 before that."""

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        factor = max(0.0, 2 * inputs.step / inputs.total_steps - 0.1)
        log_p = functional.log_softmax(inputs.logits, 1)
        cells = -(log_p.exp() * log_p).sum(1)
        return {"": factor * (cells * inputs.mask).flatten(1).sum(1)}


class FreeBits(Base):
    """KL with free bits for each position (Kingma et al. 2016), on vectors and on the grids of `spatial`."""

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        mean, logvar = inputs.posterior.mean, inputs.posterior.logvar
        each = 0.5 * (mean.square() + logvar.exp() - 1 - logvar)
        return {"": (each.clamp(min=0.05) * inputs.latent_mask).flatten(1).sum(1)}


class TotalCorrelation(Base):
    """The total correlation of β-TC-VAE (Chen et al. 2018), by minibatch-weighted sampling: it couples the pieces."""

    couples_pieces = True

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        keep = inputs.latent_mask.to(inputs.z.dtype)
        z = (inputs.z * keep).flatten(1)
        mean, logvar = ((x * keep).flatten(1) for x in (inputs.posterior.mean, inputs.posterior.logvar))
        density = -0.5 * ((z[:, None] - mean).square() * (-logvar).exp() + logvar + math.log(2 * math.pi))
        density = density * keep.expand_as(inputs.z).flatten(1)[:, None]
        joint = density.sum(2).logsumexp(1)
        return {"": joint - density.logsumexp(1).sum(1) + (z.shape[1] - 1) * math.log(len(z))}


class Blurred(nn.Module):
    """A renderer that blurs across the borders of cells."""

    contract: ClassVar[int] = 2
    Config: ClassVar[type] = Options
    differentiable = True
    linear = False
    glyphs: Tensor

    def __init__(self, config: Options, glyphs: Tensor) -> None:
        super().__init__()
        self.register_buffer("glyphs", glyphs.clone(), persistent=False)
        self.cell = (glyphs.shape[1], glyphs.shape[2])
        self.digest = hashlib.sha256(glyphs.numpy().tobytes()).hexdigest()[:16]

    def forward(self, probs: Tensor) -> Tensor:
        ink = torch.einsum("bcyx,chw->byhxw", probs, 1 - self.glyphs.to(probs.dtype))
        batch, _, rows, columns = probs.shape
        picture = ink.reshape(batch, 1, rows * self.cell[0], columns * self.cell[1])
        return 1 - functional.avg_pool2d(picture, 7, stride=1, padding=3)


class Accuracy(Base):
    """A metric that has no value for blank pieces."""

    higher_is_better = True

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        inked = inputs.mask & (inputs.target != 0)
        right = inked & (inputs.logits.argmax(1) == inputs.target)
        return {"": right.flatten(1).sum(1) / inked.flatten(1).sum(1)}


class Logged(Base):
    """A loss for weight 0: it has no gradient, and says so."""

    differentiable = False

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        wrong = inputs.mask & (inputs.logits.argmax(1) != inputs.target)
        return {"": wrong.float().flatten(1).sum(1)}


class Small(SpatialVAE):
    """A model that extends one of ours."""

    Config = SpatialConfig
    examples: ClassVar[tuple[SpatialConfig, ...]] = (SpatialConfig(fine_channels=8, coarse_channels=8),)


def tensorboard() -> type[Any]:
    file = PLUGINS / "asciivae-tensorboard" / "asciivae_tensorboard.py"
    made: type[Any] = files.executed(file, file.read_bytes()).TensorBoard
    return made


GOOD: list[tuple[str, type[Any]]] = [
    ("loss", Focal),
    ("loss", FrozenNetwork),
    ("loss", Sobel),
    ("loss", Gradients),
    ("loss", Scheduled),
    ("loss", FreeBits),
    ("loss", TotalCorrelation),
    ("loss", Logged),
    ("renderer", Blurred),
    ("metric", Accuracy),
    ("model", Small),
    ("observer", tensorboard()),
]


@pytest.mark.parametrize(("kind", "plugin"), GOOD, ids=lambda value: getattr(value, "__name__", value))
def test_there_is_no_false_alarm(kind: str, plugin: type[Any]) -> None:
    for config in configurations(plugin):
        broken = {found.check: found.reason for found in examine(kind, plugin, config) if found.state == "broken"}
        assert broken == {}, config
