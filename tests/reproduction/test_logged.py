from typing import cast

import pytest
import torch
from tensor_checks import random_pages
from torch import nn

from asciivae.errors import ModelError
from asciivae.reproduction.logged import VARIANTS, LoggedConfig, LoggedVAE, VariantName

PARAMETERS = {
    "A": 9_205_983,
    "B": 490_863,
    "C": 639_227,
    "C'": 639_227,
    "D": 1_883_831,
    "E": 1_582_381,
    "F": 1_582_381,
}
LATENT = {"A": 128, "B": 128, "C": 256, "C'": 256, "D": 512, "E": 512, "F": 512}


def build(variant: str, *, init_std: float | None = None, seed: int = 0) -> LoggedVAE:
    torch.manual_seed(seed)
    return LoggedVAE(LoggedConfig(variant=cast(VariantName, variant), init_std=init_std))


def test_every_variant_is_listed_here() -> None:
    assert PARAMETERS.keys() == LATENT.keys() == VARIANTS.keys()


@pytest.mark.parametrize("variant", PARAMETERS)
def test_parameters_and_shapes_are_the_logs(variant: str) -> None:
    model = build(variant)
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[variant]
    posterior = model.encode(random_pages(2, 64, 64, ink=0.1))
    latent = (LATENT[variant],)
    assert model.latent_shape(64, 64) == latent
    assert posterior.mean.shape == posterior.logvar.shape == (2, *latent)
    assert model.decode(posterior.mean).shape == (2, 95, 64, 64)


@pytest.mark.parametrize("variant", ["B", "D"])
def test_the_gradient_reaches_every_parameter(variant: str) -> None:
    model = build(variant)
    posterior = model.encode(random_pages(2, 64, 64, ink=0.1))
    (model.decode(posterior.mean).square().mean() + posterior.logvar.square().mean()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert bool(parameter.grad.isfinite().all()), name


@pytest.mark.parametrize(("variant", "slope"), [("A", 0.01), ("B", 0.01), ("C", 0.01), ("C'", 0), ("D", 0), ("E", 0)])
def test_activations_come_before_the_norms_and_leak_as_logged(variant: str, slope: float) -> None:
    layers = [m for m in build(variant).modules() if not isinstance(m, nn.Sequential)]
    activations = [m for m in layers if isinstance(m, nn.LeakyReLU | nn.ReLU)]
    assert {m.negative_slope if isinstance(m, nn.LeakyReLU) else 0 for m in activations} == {slope}
    norms = [i for i, m in enumerate(layers) if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    assert len(norms) == len(activations)
    assert all(isinstance(layers[i - 1], nn.LeakyReLU | nn.ReLU) for i in norms)


def test_only_variant_f_ends_its_log_variance_in_a_log_softmax() -> None:
    ids = random_pages(2, 64, 64, ink=0.1)
    for variant, normalised in (("E", False), ("F", True)):
        model = build(variant).eval()
        with torch.no_grad():
            totals = model.encode(ids).logvar.exp().sum(dim=1)
        assert torch.allclose(totals, torch.ones(2), atol=1e-4) is normalised


def test_init_std_redraws_every_parameter() -> None:
    model, again = build("B", init_std=0.05), build("B", init_std=0.05)
    kept = build("B")
    for (name, drawn), same, own in zip(model.named_parameters(), again.parameters(), kept.parameters(), strict=True):
        assert torch.equal(drawn, same), name
        assert not torch.isclose(drawn, own, rtol=0, atol=1e-9).all(), name
        if drawn.numel() >= 64:
            assert float(drawn.detach().std()) == pytest.approx(0.05, rel=0.4), name
            assert float(drawn.detach().mean()) == pytest.approx(0.0, abs=0.025), name


def test_another_seed_draws_other_parameters() -> None:
    one, other = (build("B", init_std=0.05, seed=seed) for seed in (0, 1))
    assert not torch.equal(one.mean.weight, other.mean.weight)


@pytest.mark.parametrize("std", [0.0, -1.0, float("nan")])
def test_error_for_a_width_that_is_no_width(std: float) -> None:
    with pytest.raises(ValueError, match=r"^init_std must be positive$"):
        LoggedConfig(init_std=std)


@pytest.mark.parametrize("size", [(1, 1), (64, 64), (20, 30)])
def test_the_canvas_is_always_64_by_64(size: tuple[int, int]) -> None:
    assert build("B").canvas(*size) == (64, 64)


@pytest.mark.parametrize("size", [(65, 10), (10, 65)])
def test_error_for_a_piece_that_does_not_fit(size: tuple[int, int]) -> None:
    with pytest.raises(ModelError) as caught:
        build("B").canvas(*size)
    assert str(caught.value) == (
        f"a piece of {size[0]} rows and {size[1]} columns is too large for this model, "
        "which reads pages of 64 × 64 cells\n\nhint: crop the piece, or use a model that takes any size"
    )
