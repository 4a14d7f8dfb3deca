import math

import pytest
import torch
from tensor_checks import assert_gradient, random_tensor
from torch import Tensor
from torch.nn import functional

from asciivae.models.relax import (
    Annealing,
    Gumbel,
    Logits,
    Relaxation,
    Softmax,
    gumbel_noise,
    gumbel_softmax,
    straight_through,
)

TAUS = [0.1, 0.5, 1.0, 4.0]


def generator(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def logits() -> Tensor:
    return random_tensor(2, 95, 3, 4, scale=2.0)


def noise_of_pytorch(like: Tensor) -> Tensor:
    """The noise that `functional.gumbel_softmax` draws after the same seed."""
    torch.manual_seed(0)
    return -torch.empty_like(like, memory_format=torch.legacy_contiguous_format).exponential_().log()


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("tau", TAUS)
def test_the_sample_and_its_gradient_are_pytorchs(tau: float, hard: bool) -> None:
    ours, theirs = logits().requires_grad_(), logits().requires_grad_()
    noise = noise_of_pytorch(theirs)
    torch.manual_seed(0)
    expected = functional.gumbel_softmax(theirs, tau, hard, dim=1)
    sample = Gumbel("gumbel", tau, hard)(ours, noise, epoch=0)
    torch.testing.assert_close(sample, expected, rtol=1e-12, atol=1e-12)
    upstream = random_tensor(*expected.shape, seed=8)
    expected.backward(upstream)
    sample.backward(upstream)
    assert ours.grad is not None
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("tau", TAUS)
def test_gradient_of_the_soft_sample(tau: float) -> None:
    noise = gumbel_noise(random_tensor(1, 5, 2, 2), generator())
    assert_gradient(lambda x: gumbel_softmax(x, noise.clone(), tau), random_tensor(1, 5, 2, 2))


def test_without_noise_it_is_a_softmax() -> None:
    page = logits()
    torch.testing.assert_close(gumbel_softmax(page, torch.zeros_like(page), 1.0), page.softmax(dim=1))


def test_the_noise_is_overwritten_and_the_logits_are_not() -> None:
    page = logits()
    noise = gumbel_noise(page, generator())
    before, noise_before = page.clone(), noise.clone()
    gumbel_softmax(page, noise, 0.5)
    assert torch.equal(page, before)
    assert not torch.equal(noise, noise_before)


def test_a_hard_sample_is_one_hot_and_does_not_depend_on_tau() -> None:
    page = logits()
    samples = [Gumbel("gumbel", tau, True)(page, gumbel_noise(page, generator()), 0) for tau in TAUS]
    for sample in samples:
        assert torch.equal(sample, samples[0])
        assert torch.equal(sample.sum(dim=1), torch.ones(2, 3, 4, dtype=torch.float64))
        assert set(sample.unique().tolist()) == {0.0, 1.0}


def test_hard_samples_follow_the_softmax_whatever_the_temperature() -> None:
    probabilities = torch.tensor([0.5, 0.25, 0.15, 0.1])
    page = probabilities.log().view(1, 4, 1, 1).expand(1, 4, 200, 200)
    sample = Gumbel("gumbel", 0.3, True)(page, gumbel_noise(page.contiguous(), generator()), 0)
    torch.testing.assert_close(sample.mean(dim=(0, 2, 3)), probabilities, rtol=0, atol=0.01)


def test_straight_through_takes_the_largest_and_passes_the_gradient() -> None:
    soft = logits().softmax(dim=1).requires_grad_()
    hard = straight_through(soft)
    assert torch.equal(hard.argmax(dim=1), soft.argmax(dim=1))
    upstream = random_tensor(*soft.shape)
    hard.backward(upstream)
    assert soft.grad is not None
    assert torch.equal(soft.grad, upstream)


def test_noise_has_the_gumbel_distribution() -> None:
    noise = gumbel_noise(torch.empty(200_000, dtype=torch.float64), generator())
    assert float(noise.mean()) == pytest.approx(0.5772, abs=0.012)
    assert float(noise.var()) == pytest.approx(math.pi**2 / 6, rel=0.02)
    # The median and the 90 % point of the distribution function exp(-exp(-g)).
    for share in (0.5, 0.9):
        assert float((noise < -math.log(-math.log(share))).double().mean()) == pytest.approx(share, abs=0.005)


def test_noise_is_a_function_of_the_generator_and_leaves_the_global_one_alone() -> None:
    page = logits()
    state = torch.get_rng_state()
    assert torch.equal(gumbel_noise(page, generator()), gumbel_noise(page, generator()))
    assert not torch.equal(gumbel_noise(page, generator()), gumbel_noise(page, generator(6)))
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_noise_is_finite_even_where_the_uniform_draw_is_zero(
    monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype
) -> None:
    monkeypatch.setattr(torch.Tensor, "uniform_", lambda self, generator: self.zero_())
    noise = gumbel_noise(torch.empty(3, dtype=dtype), generator())
    assert noise.dtype == dtype
    assert bool(noise.isfinite().all())


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_noise_lies_in_memory_as_the_logits_do(memory_format: torch.memory_format) -> None:
    page = logits().contiguous(memory_format=memory_format).requires_grad_()
    noise = gumbel_noise(page, generator())
    assert noise.stride() == page.stride()
    assert not noise.requires_grad


def test_the_sample_does_not_depend_on_the_memory_layout() -> None:
    noise = gumbel_noise(logits(), generator())
    plain = Gumbel("gumbel", 0.5, True)(logits(), noise.clone(), 0)
    page = logits().contiguous(memory_format=torch.channels_last)
    assert torch.equal(Gumbel("gumbel", 0.5, True)(page, noise.clone(), 0), plain)


@pytest.mark.parametrize("relaxation", [Softmax(), Logits()])
def test_relaxations_without_noise(relaxation: Relaxation) -> None:
    page = logits()
    expected = page.softmax(dim=1) if relaxation.use == "softmax" else page
    assert torch.equal(relaxation(page, None, 0), expected)


def test_a_gumbel_relaxation_without_noise_is_the_softmax() -> None:
    assert torch.equal(Gumbel("gumbel", 0.3, hard=True)(logits()), logits().softmax(dim=1))


def test_a_generator_draws_the_noise() -> None:
    relaxation = Gumbel("gumbel", 0.5)
    expected = relaxation(logits(), gumbel_noise(logits(), generator()))
    assert torch.equal(relaxation(logits(), generator()), expected)


def test_an_annealed_temperature_falls_exponentially_to_its_minimum() -> None:
    relaxation = Gumbel("gumbel", Annealing(min=0.25, rate=0.01))
    assert relaxation.temperature(0) == 1.0
    assert relaxation.temperature(100) == pytest.approx(1 / math.e)
    assert relaxation.temperature(10_000) == 0.25
    assert Gumbel("gumbel", 0.7).temperature(10_000) == 0.7


def test_the_epochs_temperature_reaches_the_sample() -> None:
    page = logits()
    relaxation = Gumbel("gumbel", Annealing(min=0.25, rate=0.01))
    sample = relaxation(page, gumbel_noise(page, generator()), 100)
    expected = gumbel_softmax(page, gumbel_noise(page, generator()), math.exp(-1))
    torch.testing.assert_close(sample, expected)
