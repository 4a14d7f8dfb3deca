"""What all renderers of the package share."""

from typing import Any

import pytest
import torch
from tensor_checks import random_tensor

from asciivae import registry
from asciivae.render.glyphs import atlas

SHIPPED = [entry.name for entry in registry.entries("renderer") if entry.distribution == "asciivae"]


@pytest.mark.parametrize("name", SHIPPED)
def test_pictures_and_gradients_are_the_same_on_every_device(name: str, device: torch.device) -> None:
    def drawn(where: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        plugin: Any = registry.load("renderer", f"asciivae:{name}")
        renderer = plugin(plugin.Config(), atlas()).to(where)
        probs = random_tensor(2, 95, 4, 6, scale=2.0).float().softmax(1).to(where).requires_grad_()
        picture = renderer(probs)
        assert picture.device.type == where.type
        gradient = torch.zeros(())
        if picture.requires_grad:  # discrete pictures have no gradient
            (picture * random_tensor(*picture.shape).float().to(where)).sum().backward()
            assert probs.grad is not None
            gradient = probs.grad.cpu()
        return picture.detach().cpu(), gradient

    torch.testing.assert_close(drawn(device), drawn(torch.device("cpu")), rtol=1e-4, atol=1e-4)
