"""What all losses of the package share."""

import torch
from tensor_checks import random_pages, random_tensor
from torch import Tensor

from asciivae import registry
from asciivae.contract import Posterior
from asciivae.losses.objective import LossValues, Objective, Term
from asciivae.losses.schedule import constant
from asciivae.models.base import VAEOutput
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.testing.inputs import facts, glyphs

SHIPPED = [entry.name for entry in registry.entries("loss") if entry.distribution == "asciivae"]
TARGET = random_pages(2, 6, 5)


def evaluated(device: torch.device) -> tuple[LossValues, Tensor]:
    """Every loss of the package on random pages, in float32, and the gradient of their sum."""
    terms = [
        Term(name, plugin(plugin.Config(), facts()), constant(0.1))
        for name in SHIPPED
        for plugin in [registry.load("loss", f"asciivae:{name}")]
    ]
    objective = Objective(terms, Analytic(AnalyticConfig(), glyphs())).to(device)
    logits = random_tensor(2, 95, 6, 5, scale=2.0).float().to(device).requires_grad_()
    mean, logvar = (random_tensor(2, 4, seed=seed).float().to(device) for seed in (3, 4))
    target = TARGET.to(device)
    output = VAEOutput(Posterior(mean, logvar), mean, logits)
    values = objective(output, logits.softmax(1), target, torch.ones_like(target, dtype=torch.bool), 0)
    values.total.backward()
    assert logits.grad is not None
    return values, logits.grad


def test_values_and_gradients_are_the_same_on_every_device(device: torch.device) -> None:
    found, gradient = evaluated(device)
    expected, expected_gradient = evaluated(torch.device("cpu"))

    assert len(SHIPPED) >= 9
    assert {name.partition(".")[0] for name in found.pieces} == set(SHIPPED)
    assert gradient.device.type == device.type
    torch.testing.assert_close({name: value.cpu() for name, value in found.pieces.items()}, expected.pieces)
    torch.testing.assert_close(gradient.cpu(), expected_gradient, rtol=1e-4, atol=1e-5)
