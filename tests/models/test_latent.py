import torch
from tensor_checks import assert_gradient, random_tensor

from asciivae.contract import Posterior
from asciivae.models.latent import LOGVAR_RANGE, bounded_logvar, sample_latent


def test_a_sample_is_mean_plus_deviation_times_noise() -> None:
    mean, deviation, noise = random_tensor(3, 4), random_tensor(3, 4, seed=7).exp(), random_tensor(3, 4, seed=8)
    z = sample_latent(Posterior(mean, deviation.square().log()), noise)
    torch.testing.assert_close(z, mean + deviation * noise)


def test_gradient_of_a_sample() -> None:
    noise = random_tensor(2, 3)
    assert_gradient(lambda mean, logvar: sample_latent(Posterior(mean, logvar), noise), *random_tensor(2, 2, 3))


def test_bounded_logvar_stays_in_its_range_and_keeps_the_order() -> None:
    raw = torch.linspace(-200.0, 200.0, 4001, dtype=torch.float64)
    bounded = bounded_logvar(raw)
    low, high = LOGVAR_RANGE
    assert float(bounded.min()) >= low
    assert float(bounded.max()) <= high
    assert bool((bounded.diff() >= 0).all())
    assert bounded_logvar(torch.tensor([-1e30, 1e30])).tolist() == [low, high]


def test_bounded_logvar_is_nearly_the_identity_around_zero() -> None:
    raw = torch.tensor([-0.5, 0.0, 0.5], dtype=torch.float64)
    torch.testing.assert_close(bounded_logvar(raw), raw, rtol=1e-3, atol=0)
    assert float(bounded_logvar(torch.zeros(()))) == 0.0


def test_gradient_of_bounded_logvar() -> None:
    assert_gradient(bounded_logvar, torch.tensor([-30.0, -3.0, -0.1, 0.1, 3.0, 15.0], dtype=torch.float64))
    at_zero = torch.zeros((), requires_grad=True)
    bounded_logvar(at_zero).backward()
    assert at_zero.grad == 1.0


def test_the_gradient_of_bounded_logvar_is_finite_everywhere() -> None:
    raw = torch.tensor([-1e30, -50.0, 50.0, 1e30], requires_grad=True)
    bounded_logvar(raw).sum().backward()
    assert raw.grad is not None
    assert bool(raw.grad.isfinite().all())
    assert bool((raw.grad[1:3] > 0).all())
