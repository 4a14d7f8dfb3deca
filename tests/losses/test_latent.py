import pytest
import torch
from tensor_checks import assert_gradient, facts, loss_inputs, random_pages, random_tensor
from torch import Tensor
from torch.distributions import Normal
from torch.distributions import kl_divergence as pytorchs

from asciivae.contract import CONTRACT, Posterior
from asciivae.losses.latent import KLConfig, KLDivergence, kl_divergence

MEAN, LOGVAR = random_tensor(3, 4, 2, 2), random_tensor(3, 4, 2, 2, seed=7)


def kl(config: KLConfig, mean: Tensor = MEAN, logvar: Tensor = LOGVAR) -> Tensor:
    pages = random_pages(len(mean), 2, 2)
    inputs = loss_inputs(random_tensor(len(mean), 95, 2, 2), pages, posterior=Posterior(mean, logvar))
    values = KLDivergence(config, facts())(inputs)
    assert list(values) == [""]
    result: Tensor = values[""]
    return result


def reference() -> Tensor:
    """PyTorch's own divergence from the prior, number by number."""
    prior = Normal(torch.zeros_like(MEAN), torch.ones_like(MEAN))
    each: Tensor = pytorchs(Normal(MEAN, (0.5 * LOGVAR).exp()), prior)
    return each.flatten(1)


def test_what_it_declares() -> None:
    assert (KLDivergence.contract, KLDivergence.Config, KLDivergence.needs) == (CONTRACT, KLConfig, frozenset())


def test_the_sum_over_the_latent_numbers_of_each_piece() -> None:
    value = kl(KLConfig())
    assert value.shape == (3,)
    torch.testing.assert_close(value, reference().sum(dim=1), rtol=1e-12, atol=1e-12)


def test_the_mean_over_the_latent_numbers_of_each_piece() -> None:
    torch.testing.assert_close(kl(KLConfig(reduction="mean")), reference().mean(dim=1), rtol=1e-12, atol=1e-12)


def test_free_bits_are_given_to_every_latent_number() -> None:
    each = reference()
    assert bool((each < 0.5).any())
    torch.testing.assert_close(kl(KLConfig(free_bits=0.5)), each.clamp(min=0.5).sum(dim=1))


def test_what_is_free_has_no_gradient() -> None:
    mean = MEAN.clone().requires_grad_()
    kl(KLConfig(free_bits=0.5), mean).sum().backward()
    assert mean.grad is not None
    charged = reference().view_as(mean) > 0.5
    torch.testing.assert_close(mean.grad, torch.where(charged, MEAN, 0.0))


def test_it_vanishes_at_the_prior_and_is_positive_elsewhere() -> None:
    assert kl(KLConfig(), torch.zeros_like(MEAN), torch.zeros_like(MEAN)).tolist() == [0.0, 0.0, 0.0]
    assert bool((kl_divergence(MEAN, LOGVAR) > 0).all())


def test_gradient() -> None:
    assert_gradient(kl_divergence, MEAN[0], LOGVAR[0])


def test_error_for_a_negative_allowance() -> None:
    with pytest.raises(ValueError, match=r"^free_bits must not be negative$"):
        KLConfig(free_bits=-0.1)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_latent_numbers_beyond_a_pieces_own_canvas_are_free(reduction: str) -> None:
    """A piece costs the same alone and on the larger page of a batch."""
    generator = torch.Generator().manual_seed(4)
    mean, logvar = (torch.randn(1, 3, 2, 4, generator=generator) for _ in range(2))
    mask = torch.zeros(1, 16, 32, dtype=torch.bool)
    mask[:, :8, :16] = True
    loss = KLDivergence(KLConfig(reduction=reduction), facts())

    def cost(mean: Tensor, logvar: Tensor, mask: Tensor) -> Tensor:
        pages = torch.zeros(mask.shape, dtype=torch.int64)
        inputs = loss_inputs(torch.zeros(1, 95, *mask.shape[1:]), pages, mask=mask, posterior=Posterior(mean, logvar))
        return loss(inputs)[""]

    alone = cost(mean[..., :1, :2], logvar[..., :1, :2], mask[:, :8, :16])
    torch.testing.assert_close(cost(mean, logvar, mask), alone)
