"""What a renderer learns by, beside its decoder."""

from __future__ import annotations

import pytest
import torch
from tensor_checks import random_pages, random_tensor

from asciivae.contract import Posterior
from asciivae.losses.objective import LossValues
from asciivae.models.base import VAEOutput
from asciivae.onehot2raa.inputs import SoftPages
from asciivae.onehot2raa.network import Network
from asciivae.onehot2raa.objective import RendererObjective
from asciivae.onehot2raa.settings import Inputs, Weights
from asciivae.render.glyphs import atlas

GLYPHS = atlas(res=(6, 4))
IDS = random_pages(2, 8, 8)
LOGITS = random_tensor(2, 95, 8, 8).float()
MASK = torch.ones(2, 8, 8, dtype=torch.bool)


def learner() -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Network((6, 4), 4)


def evaluated(network: Network, logits: torch.Tensor, mask: torch.Tensor = MASK, **weights: float) -> LossValues:
    pages = SoftPages(Inputs(), GLYPHS, seed=0)
    objective = RendererObjective(GLYPHS, pages, Weights(**{"picture": 0.0, "noise": 0.0, "decoder": 0.0, **weights}))
    nothing = torch.zeros(2, 1)
    output = VAEOutput(Posterior(nothing, nothing), nothing, logits)
    return objective(network, output, IDS, mask, 0)


def test_total_is_the_weighted_sum() -> None:
    found = evaluated(learner(), LOGITS, picture=10.0, noise=2.0, decoder=0.5)
    expected = 10 * found.terms["picture"] + 2 * found.terms["noise"] + 0.5 * found.terms["decoder"]
    assert torch.allclose(found.total, expected)
    assert found.terms["decoder"].item() > 4  # nats: it knows nothing


def test_renderer_and_decoder_learn_each_for_itself() -> None:
    network, logits = learner(), LOGITS.clone().requires_grad_()
    evaluated(network, logits, picture=1.0, noise=1.0).total.backward()
    assert logits.grad is None or not bool(logits.grad.any())
    assert all(parameter.grad is not None for parameter in network.parameters())
    network.zero_grad(set_to_none=True)
    evaluated(network, logits, decoder=1.0).total.backward()
    assert bool(logits.grad.any())
    assert not any(parameter.grad is not None and bool(parameter.grad.any()) for parameter in network.parameters())


def test_the_decoder_learns_by_cells_of_pieces_only() -> None:
    mask = MASK.clone()
    mask[:, 4:] = False
    spoiled = LOGITS.clone()
    spoiled[:, :, 4:] = 100 * random_tensor(2, 95, 4, 8).float()
    terms = [evaluated(learner(), logits, mask).terms["decoder"] for logits in (LOGITS, spoiled)]
    assert torch.equal(*terms)


@pytest.mark.parametrize("factor", [torch.nan, torch.inf, -torch.inf])
def test_a_decoder_that_diverged_is_left_to_the_guard(factor: float) -> None:
    found = evaluated(learner(), LOGITS * factor, picture=1.0, noise=1.0, decoder=1.0)
    assert bool(found.terms["decoder"].isnan())
    assert bool(found.terms["picture"].isfinite())


def test_its_precision_is_the_decoders() -> None:
    assert evaluated(learner().double(), LOGITS.double(), picture=1.0).total.dtype == torch.float64
