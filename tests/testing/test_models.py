"""The conformance kit for models: the models that come along keep every promise, and each broken promise is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from asciivae.contract import Posterior
from asciivae.errors import ModelError
from asciivae.models.base import VAE
from asciivae.models.spatial import SpatialConfig, SpatialVAE
from asciivae.reproduction.logged import LoggedConfig, LoggedVAE
from asciivae.testing import Violation, check_model, examine, model_checks

TINY = SpatialConfig(latent=2, fine_channels=8, coarse_channels=8, fine_blocks=1, coarse_blocks=1, embedding=4)


@model_checks(SpatialVAE, [TINY, SpatialConfig(budget=0, fine_channels=8, coarse_channels=8)])
def test_spatial(check: Callable[[], None]) -> None:
    check()


@model_checks(LoggedVAE, [LoggedConfig(variant="B")])
def test_logged(check: Callable[[], None]) -> None:
    check()


@dataclass(frozen=True)
class Options:
    """No options."""


class Sound(VAE):
    """A linear model of pages of 16 × 24 cells."""

    Config = Options

    def __init__(self, config: Options) -> None:
        super().__init__()
        self.table = nn.Embedding(95, 4)
        self.heads = nn.Linear(4, 6)
        self.out = nn.Linear(3, 95)

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        if height > 16 or width > 24:
            raise ModelError("too large")
        return 16, 24

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        return 3, height, width

    def encode(self, ids: Tensor) -> Posterior:
        mean, logvar = self.heads(self.table(ids)).permute(0, 3, 1, 2).chunk(2, 1)
        return Posterior(mean, logvar)

    def decode(self, z: Tensor) -> Tensor:
        logits: Tensor = self.out(z.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return logits


def test_a_sound_model_is_sound() -> None:
    check_model(Sound)


class NotOurs(nn.Linear):
    Config = Options
    contract = 1

    def __init__(self, config: Options) -> None:
        super().__init__(1, 1)


class SmallPage(Sound):
    def canvas(self, height: int, width: int) -> tuple[int, int]:
        return 8, 8


class Growing(Sound):
    def canvas(self, height: int, width: int) -> tuple[int, int]:
        if height > 400:
            raise ModelError("too large")
        return height + 1, width


class Endless(Sound):
    def canvas(self, height: int, width: int) -> tuple[int, int]:
        return height, width


class OtherLatent(Sound):
    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        return 2, height, width


class FewCharacters(Sound):
    def decode(self, z: Tensor) -> Tensor:
        return super().decode(z)[:, :94]


class Noisy(Sound):
    def encode(self, ids: Tensor) -> Posterior:
        posterior = super().encode(ids)
        return Posterior(posterior.mean + torch.randn_like(posterior.mean), posterior.logvar)


class Coupled(Sound):
    def encode(self, ids: Tensor) -> Posterior:
        posterior = super().encode(ids)
        return Posterior(posterior.mean - posterior.mean.mean(0), posterior.logvar)


class Idle(Sound):
    def __init__(self, config: Options) -> None:
        super().__init__(config)
        self.forgotten = nn.Linear(2, 2)


class Secretive(Sound):
    def __init__(self, config: Options) -> None:
        super().__init__(config)
        self.secret = torch.randn(95)

    def decode(self, z: Tensor) -> Tensor:
        return super().decode(z) + self.secret[None, :, None, None]


class Fixed(Sound):
    """A constant that stays on the CPU."""

    def __init__(self, config: Options) -> None:
        super().__init__(config)
        self.factors = torch.ones(95, 1, 1)

    def decode(self, z: Tensor) -> Tensor:
        return super().decode(z) * self.factors


class Reseeding(Sound):
    def decode(self, z: Tensor) -> Tensor:
        torch.manual_seed(0)
        return super().decode(z)


class Infinite(Sound):
    def decode(self, z: Tensor) -> Tensor:
        return super().decode(z) / 0.0


@pytest.mark.parametrize(
    ("plugin", "check", "reason"),
    [
        (NotOurs, "declaration", "does not extend asciivae.VAE"),
        (SmallPage, "canvas", "has a page of 8 × 8"),
        (Growing, "canvas", "a page's size, has the page"),
        (Endless, "canvas", "is not refused"),
        (OtherLatent, "shapes", "latent_shape says"),
        (FewCharacters, "shapes", "logits of pages"),
        (Infinite, "shapes", "non-finite"),
        (Noisy, "deterministic", "from one pass to the next"),
        (Reseeding, "deterministic", "it draws from the global generator of PyTorch, or seeds it"),
        (Fixed, "device", "`factors` is not a buffer"),
        (Coupled, "independent-pieces", "other pieces in the batch"),
        (Idle, "gradients", "no gradient reaches forgotten.weight, forgotten.bias"),
        (Secretive, "weights", "is a tensor missing from it"),
    ],
)
def test_a_broken_promise_is_named(plugin: type[Any], check: str, reason: str) -> None:
    broken = {found.check: found.reason for found in examine("model", plugin, Options()) if found.state == "broken"}
    assert check in broken
    assert reason in broken[check]
    with pytest.raises(Violation, match=check):
        check_model(plugin)
