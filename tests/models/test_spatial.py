import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from tensor_checks import random_pages
from torch import nn

from asciivae.errors import ModelError
from asciivae.models.latent import LOGVAR_RANGE, sample_latent
from asciivae.models.spatial import INITIAL_LOGVAR, ChannelNorm, DensityBias, ResidualBlock, SpatialConfig, SpatialVAE

TINY = SpatialConfig(
    latent=3, budget=24, fine_channels=8, coarse_channels=12, fine_blocks=1, coarse_blocks=1, embedding=4
)


def build(config: SpatialConfig = TINY, seed: int = 0) -> SpatialVAE:
    torch.manual_seed(seed)
    return SpatialVAE(config)


def trained(config: SpatialConfig = TINY) -> SpatialVAE:
    """A model whose blocks have long left the identity, in float64."""
    model = build(config).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(
                0.2 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(parameter.numel()))
            )
    return model


@pytest.mark.parametrize("size", [(8, 8), (8, 24), (40, 16), (64, 64)])
def test_any_page_of_multiples_of_8_goes_through(size: tuple[int, int]) -> None:
    model = build()
    posterior = model.encode(random_pages(2, *size))
    assert posterior.mean.shape == posterior.logvar.shape == (2, *model.latent_shape(*size))
    assert model.decode(posterior.mean).shape == (2, 95, *size)


@pytest.mark.parametrize(
    ("size", "numbers"),
    [((64, 64), 8), ((32, 64), 16), ((16, 32), 64), ((24, 24), 56), ((8, 8), 128), ((8, 16), 128), ((512, 512), 8)],
)
def test_every_page_has_512_latent_numbers_to_share_out(size: tuple[int, int], numbers: int) -> None:
    shape = build(SpatialConfig()).latent_shape(*size)
    assert shape == (numbers, size[0] // 8, size[1] // 8)
    assert torch.Size(shape).numel() <= 512 or numbers == 8


def test_without_a_budget_every_block_has_the_same_numbers() -> None:
    model = build(dataclasses.replace(TINY, budget=0))
    assert {model.latent_shape(*size)[0] for size in ((8, 8), (16, 40), (64, 64))} == {3}


def test_a_density_between_two_powers_is_told_as_something_between() -> None:
    bias = DensityBias(24, 2)
    with torch.no_grad():
        bias.values.copy_(torch.arange(12).reshape(6, 2))
    told = [bias(torch.zeros(1, 2, 1, 1), numbers).flatten() for numbers in (1, 16, 24)]
    torch.testing.assert_close(told[0], torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(told[1], torch.tensor([8.0, 9.0]))
    between = 2 * (torch.log2(torch.tensor(24.0)) - 4)
    torch.testing.assert_close(told[2], torch.stack([8 + between, 9 + between]))


def test_what_follows_hears_large_and_small_pages_at_the_same_volume() -> None:
    model = build(SpatialConfig())
    noise = torch.Generator().manual_seed(3)
    volumes = []
    for size in ((8, 8), (64, 64)):
        z = torch.randn(16, *model.latent_shape(*size), generator=noise)
        volumes.append(float((model.decode(z) - model.decode(torch.zeros_like(z)))[..., :8, :8].detach().std()))
    assert volumes[0] == pytest.approx(volumes[1], rel=0.5)


@pytest.mark.parametrize(
    ("size", "canvas"),
    [((1, 1), (8, 8)), ((8, 8), (8, 8)), ((9, 16), (16, 16)), ((64, 65), (64, 72)), ((512, 505), (512, 512))],
)
def test_the_canvas_is_the_next_multiple_of_8(size: tuple[int, int], canvas: tuple[int, int]) -> None:
    assert build().canvas(*size) == canvas


@pytest.mark.parametrize("size", [(513, 8), (8, 513)])
def test_error_for_a_piece_that_is_too_large(size: tuple[int, int]) -> None:
    with pytest.raises(ModelError) as caught:
        build().canvas(*size)
    assert str(caught.value) == (
        f"a piece of {size[0]} rows and {size[1]} columns is too large: this model reads at most 512 × 512 cells\n\n"
        "hint: crop the piece or cut it into parts"
    )


def test_moving_a_piece_by_8_cells_moves_the_logits() -> None:
    model = trained()
    piece = random_pages(1, 6, 6, ink=1.0)
    page = torch.zeros(1, 168, 168, dtype=torch.int64)
    moved = page.clone()
    page[:, 77:83, 75:81] = piece
    moved[:, 85:91, 67:73] = piece
    with torch.no_grad():
        here, there = (model.decode(model.encode(p).mean) for p in (page, moved))
    # The piece reaches 56 cells, and the page's borders reach as far.
    torch.testing.assert_close(here[:, :, 72:88, 72:88], there[:, :, 80:96, 64:80], rtol=1e-9, atol=1e-9)
    assert float((here[:, :, 72:88, 72:88] - there[:, :, 72:88, 72:88]).abs().max()) > 1e-3


def test_pieces_of_a_batch_do_not_see_each_other() -> None:
    model = trained()
    ids = random_pages(3, 16, 24)
    with torch.no_grad():
        together = model.decode(model.encode(ids).mean)
        alone = torch.cat([model.decode(model.encode(piece[None]).mean) for piece in ids])
    torch.testing.assert_close(together, alone, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("config", [TINY, SpatialConfig()], ids=["tiny", "default"])
def test_it_starts_at_the_blank_page(config: SpatialConfig) -> None:
    z = torch.randn(2, *build(config).latent_shape(16, 24), generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        logits = build(config).decode(z)
    assert not logits.argmax(dim=1).any()
    # e⁴ / (e⁴ + 94)
    assert float(logits.softmax(dim=1)[:, 0].mean()) == pytest.approx(0.367, abs=0.05)


def test_the_posterior_starts_narrow() -> None:
    posterior = build(SpatialConfig()).encode(random_pages(2, 32, 32))
    torch.testing.assert_close(posterior.logvar, torch.full_like(posterior.logvar, INITIAL_LOGVAR), rtol=0, atol=1.0)
    assert 0.5 < float(posterior.mean.detach().std()) < 2.0


def test_a_seed_fixes_every_parameter() -> None:
    for one, other in zip(build(seed=1).parameters(), build(seed=1).parameters(), strict=True):
        assert torch.equal(one, other)
    assert not torch.equal(build(seed=1).head.weight, build(seed=2).head.weight)


def test_the_gradient_reaches_every_parameter() -> None:
    model = trained()
    posterior = model.encode(random_pages(2, 16, 16))
    logits = model.decode(posterior.mean)
    (logits.log_softmax(dim=1)[:, 5].mean() + posterior.logvar.square().mean()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert bool(parameter.grad.isfinite().all()), name
        assert bool(parameter.grad.any()), name


@pytest.mark.parametrize("factor", [1e6, -1e6, 1e12])
def test_extreme_weights_leave_log_variance_and_sample_finite(factor: float) -> None:
    model = build()
    with torch.no_grad():
        model.posterior.weight.mul_(factor)
        posterior = model.encode(random_pages(2, 16, 16))
        z = sample_latent(posterior, torch.ones_like(posterior.mean))
        logits = model.decode(z)
    assert LOGVAR_RANGE[0] <= float(posterior.logvar.min()) < float(posterior.logvar.max()) <= LOGVAR_RANGE[1]
    assert bool(z.isfinite().all())
    assert bool(logits.isfinite().all())


def test_under_autocast_posterior_and_logits_are_float32() -> None:
    model = build()
    ids = random_pages(2, 16, 16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        posterior = model.encode(ids)
        logits = model.decode(posterior.mean)
        loss = logits.square().mean() + posterior.logvar.square().mean()
    loss.backward()
    assert posterior.mean.dtype == posterior.logvar.dtype == logits.dtype == torch.float32
    assert all(p.grad is not None and bool(p.grad.isfinite().all()) for p in model.parameters())
    with torch.no_grad():
        torch.testing.assert_close(logits, model.decode(model.encode(ids).mean), rtol=0.05, atol=0.1)


def test_a_channel_norm_looks_at_one_position() -> None:
    x = torch.randn(2, 5, 3, 4, generator=torch.Generator().manual_seed(1))
    normed = ChannelNorm(5)(x)
    torch.testing.assert_close(normed.mean(dim=1), torch.zeros(2, 3, 4), rtol=0, atol=1e-6)
    torch.testing.assert_close(normed.var(dim=1, correction=0), torch.ones(2, 3, 4), rtol=1e-3, atol=0)
    torch.testing.assert_close(normed[:, :, 1:2, 2:3], ChannelNorm(5)(x[:, :, 1:2, 2:3]))


def test_blocks_start_as_the_identity() -> None:
    blocks = [module for module in build().modules() if isinstance(module, ResidualBlock)]
    assert len(blocks) == 4
    for block in blocks:
        channels = block.first.in_channels
        x = torch.randn(1, channels, 4, 4)
        assert torch.equal(block(x), x)


def test_without_blocks_it_still_works() -> None:
    model = build(dataclasses.replace(TINY, fine_blocks=0, coarse_blocks=0))
    assert not any(isinstance(module, ResidualBlock) for module in model.modules())
    assert model.decode(model.encode(random_pages(1, 8, 8)).mean).shape == (1, 95, 8, 8)


def test_convolutions_are_laid_out_channels_last() -> None:
    convolutions = [module for module in build().modules() if isinstance(module, nn.Conv2d)]
    assert all(c.weight.is_contiguous(memory_format=torch.channels_last) for c in convolutions)


@pytest.mark.parametrize("name", ["latent", "fine_channels", "coarse_channels", "embedding"])
def test_error_for_a_size_below_one(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be at least 1$"):
        SpatialConfig(**{name: 0})


@pytest.mark.parametrize("budget", [-1, 4097])
def test_error_for_a_budget_that_is_none(budget: int) -> None:
    with pytest.raises(ValueError, match=r"^budget must be between 0 and 4096$"):
        SpatialConfig(budget=budget)


@pytest.mark.parametrize("name", ["fine_blocks", "coarse_blocks"])
def test_error_for_a_negative_number_of_blocks(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must not be negative$"):
        SpatialConfig(**{name: -1})


NESTED = dataclasses.replace(TINY, latent=1, budget=512, nested=(64, 4096), tail_channels=6)


@pytest.mark.parametrize(
    ("numbers", "size", "per_block"),
    [(64, (64, 64), 1), (512, (64, 64), 8), (1024, (128, 128), 16), (4096, (64, 64), 64), (4096, (16, 16), 128)],
)
def test_the_same_weights_serve_any_budget(numbers: int, size: tuple[int, int], per_block: int) -> None:
    model = build(NESTED)
    other = model.at(numbers)
    assert other.latent_shape(*size) == (per_block, size[0] // 8, size[1] // 8)
    assert model.latent_shape(64, 64)[0] == 8
    assert [a is b for a, b in zip(model.parameters(), other.parameters(), strict=True)] == [True] * len(
        list(model.parameters())
    )
    ids = random_pages(1, 16, 16)
    assert other.decode(other.encode(ids).mean).shape == (1, 95, 16, 16)


def test_a_smaller_latent_is_the_beginning_of_a_larger_one_but_for_the_bias() -> None:
    model = trained(NESTED)
    with torch.no_grad():
        model.encoder_density.values.zero_()
    ids = random_pages(1, 32, 32)
    many, few = model.at(1024).encode(ids), model.at(256).encode(ids)
    assert few.mean.shape[1] == 16
    assert torch.equal(many.mean[:, :16], few.mean)
    assert torch.equal(many.logvar[:, :16], few.logvar)


def test_its_own_options_rebuild_a_model_at_another_budget() -> None:
    model = build(NESTED).at(4096)
    again = build(model.config)
    again.load_state_dict(model.state_dict())
    assert again.latent_shape(64, 64) == model.latent_shape(64, 64) == (64, 8, 8)


@pytest.mark.parametrize(("config", "numbers", "least"), [(NESTED, 63, 64), (NESTED, 4097, 64), (None, 64, 128)])
def test_error_for_a_budget_out_of_range(config: SpatialConfig | None, numbers: int, least: int) -> None:
    small = config or SpatialConfig(fine_channels=8, coarse_channels=8)
    with pytest.raises(ModelError, match=f"cannot have {numbers} latent numbers in this model") as error:
        build(small).at(numbers)
    assert error.value.hint == f"choose between {least} and 4096"


def test_training_draws_a_budget_for_every_step_half_of_them_near_its_own() -> None:
    model = build(NESTED)
    drawn = [model.varied(np.random.default_rng(seed)).config.budget for seed in range(400)]
    assert min(drawn) < 128
    assert max(drawn) > 3000
    assert all(64 <= budget <= 4096 for budget in drawn)
    # Half of them, and a third of the others, which are uniform over six octaves.
    assert sum(256 <= budget <= 1024 for budget in drawn) / len(drawn) == pytest.approx(2 / 3, abs=0.07)
    assert model.varied(np.random.default_rng(5)).config == model.varied(np.random.default_rng(5)).config
    fixed = build()
    assert fixed.varied(np.random.default_rng(0)) is fixed


def test_a_tail_corrects_the_logits_and_starts_at_nothing() -> None:
    model, plain = build(NESTED), build(dataclasses.replace(NESTED, tail_channels=0))
    plain.load_state_dict({name: value for name, value in model.state_dict().items() if "tail" not in name})
    z = torch.randn(1, *model.latent_shape(16, 24), generator=torch.Generator().manual_seed(1))
    assert torch.equal(model.decode(z), plain.decode(z))
    assert model.tail is not None
    model.decode(z).square().sum().backward()
    assert all(bool(layer.weight.grad.any()) for layer in (model.head, model.tail[-1]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nested": (32, 4096)}, "nested must be two budgets between 64 and 4096, the smaller first"),
        ({"nested": (512, 256)}, "nested must be two budgets between 64 and 4096, the smaller first"),
        ({"nested": (1024, 4096)}, "budget must be within nested"),
        ({"tail_channels": -1}, "tail_channels must be between 0 and 4096"),
        ({"tail_blocks": 65}, "tail_blocks must be at most 64"),
        ({"decoder_fine_blocks": -1}, "decoder_fine_blocks must not be negative"),
    ],
)
def test_error_for_options_that_do_not_fit(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        SpatialConfig(**options)
