import pytest
import torch
from tensor_checks import random_pages, random_tensor
from torch import Tensor

from asciivae import registry
from asciivae.contract import Posterior
from asciivae.models import spatial
from asciivae.models.base import VAE
from asciivae.models.relax import Gumbel
from asciivae.reproduction import logged


class Ruler(VAE):
    """A model whose pass is easily done by hand: z is how full the page is, the logits are z times a pattern."""

    def __init__(self, dtype: torch.dtype = torch.float64) -> None:
        super().__init__()
        self.pattern = random_tensor(1, 95, 4, 4).to(dtype)

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        return height, width

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        return (1,)

    def encode(self, ids: Tensor) -> Posterior:
        mean = ids.ne(0).to(self.pattern.dtype).mean(dim=(1, 2))[:, None]
        return Posterior(mean, mean - 1.0)

    def decode(self, z: Tensor) -> Tensor:
        return z.to(self.pattern.dtype)[:, :, None, None] * self.pattern


IDS = random_pages(3, 4, 4)


def test_without_noise_the_mean_is_decoded() -> None:
    model = Ruler()
    output = model(IDS)
    assert torch.equal(output.z, output.posterior.mean)
    assert torch.equal(output.logits, model.decode(output.z))


def test_given_noise_is_taken_as_it_is() -> None:
    latent = random_tensor(3, 1)
    output = Ruler()(IDS, latent)
    torch.testing.assert_close(output.z, output.posterior.mean + (0.5 * output.posterior.logvar).exp() * latent)


def test_a_generator_makes_a_pass_repeatable_and_leaves_the_global_one_alone() -> None:
    state = torch.get_rng_state()

    def once(seed: int) -> Tensor:
        logits: Tensor = Ruler()(IDS, torch.Generator().manual_seed(seed)).logits
        return logits

    assert torch.equal(once(3), once(3))
    assert not torch.equal(once(3), once(4))
    assert torch.equal(torch.get_rng_state(), state)


def test_latent_noise_from_a_generator_is_standard_normal() -> None:
    model = Ruler()
    pages = IDS[:1].expand(20_000, 4, 4)
    output = model(pages[:, :1, :1], torch.Generator().manual_seed(0))
    noise = (output.z - output.posterior.mean) / (0.5 * output.posterior.logvar).exp()
    assert float(noise.mean()) == pytest.approx(0.0, abs=0.03)
    assert float(noise.std()) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("computed", "seen"),
    [(torch.bfloat16, torch.float32), (torch.float16, torch.float32), (torch.float64, torch.float64)],
)
def test_losses_see_float32_or_wider(computed: torch.dtype, seen: torch.dtype) -> None:
    output = Ruler(computed)(IDS, torch.Generator().manual_seed(0))
    assert output.posterior.mean.dtype == output.posterior.logvar.dtype == output.z.dtype == seen
    assert output.logits.dtype == seen


@pytest.mark.parametrize(
    "model",
    [
        logged.LoggedVAE(logged.LoggedConfig(variant="B")),
        spatial.SpatialVAE(spatial.SpatialConfig(fine_channels=8, coarse_channels=8)),
    ],
    ids=["logged", "spatial"],
)
def test_of_every_model_under_autocast_losses_see_float32(model: VAE) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = model(random_pages(2, 64, 64, ink=0.1))
    assert output.posterior.mean.dtype == output.posterior.logvar.dtype == torch.float32
    assert output.logits.dtype == torch.float32


def test_the_gradient_of_a_sample_reaches_both_heads_and_the_decoder() -> None:
    model = spatial.SpatialVAE(spatial.SpatialConfig(latent=2, fine_channels=8, coarse_channels=8, embedding=4))
    output = model(random_pages(2, 8, 8), torch.ones(2, *model.latent_shape(8, 8)))
    probs = Gumbel("gumbel", 1.0, hard=True)(output.logits, torch.Generator().manual_seed(1))
    (probs[:, 1:] * torch.arange(94.0).view(94, 1, 1)).sum().backward()
    assert model.posterior.weight.grad is not None
    mean, logvar = model.posterior.weight.grad.chunk(2)
    assert bool(mean.any())
    assert bool(logvar.any())
    assert model.head.weight.grad is not None


def test_models_come_through_entry_points() -> None:
    assert registry.load("model", "logged") is logged.LoggedVAE
    assert registry.load("model", "spatial") is spatial.SpatialVAE
