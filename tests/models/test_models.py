"""What all models share."""

import copy

import pytest
import torch
from tensor_checks import random_pages, random_tensor

from asciivae.models.base import VAE
from asciivae.models.spatial import SpatialConfig, SpatialVAE
from asciivae.reproduction.logged import LoggedConfig, LoggedVAE


@pytest.mark.parametrize(
    ("model", "side"),
    [(SpatialVAE(SpatialConfig(fine_channels=8, coarse_channels=8)), 16), (LoggedVAE(LoggedConfig(variant="D")), 64)],
    ids=["spatial", "logged"],
)
def test_a_pass_and_its_gradients_are_the_same_on_every_device(model: VAE, side: int, device: torch.device) -> None:
    noise = random_tensor(2, *model.latent_shape(side, side)).float()

    def passed(where: torch.device) -> dict[str, torch.Tensor]:
        moved = copy.deepcopy(model).to(where).eval()
        output = moved(random_pages(2, side, side).to(where), noise.to(where))
        output.logits.square().mean().backward()
        found = {"logits": output.logits, "mean": output.posterior.mean, "logvar": output.posterior.logvar}
        assert {value.device.type for value in found.values()} == {where.type}
        gradients = {name: value.grad for name, value in moved.named_parameters() if value.grad is not None}
        return {name: value.detach().cpu() for name, value in (found | gradients).items()}

    found = passed(device)
    assert len(found) > 10
    torch.testing.assert_close(found, passed(torch.device("cpu")), rtol=1e-3, atol=1e-4)
