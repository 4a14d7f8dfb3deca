import pytest
import torch
from tensor_checks import assert_gradient, facts, loss_inputs, random_pages, random_tensor
from torch import Tensor

from asciivae.contract import LossInputs
from asciivae.losses.edges import Edge, EdgeConfig

PAGES = random_pages(2, 3, 4)
TARGET, RECON = random_tensor(2, 1, 18, 20).sigmoid(), random_tensor(2, 1, 18, 20, seed=7).sigmoid()
CONFIGS = [EdgeConfig(), EdgeConfig(pad="zero"), EdgeConfig(filter="sobel"), EdgeConfig(filter="sobel", pad="zero")]


def inputs(recon: Tensor = RECON, target: Tensor = TARGET, mask: Tensor | None = None) -> LossInputs:
    return loss_inputs(
        random_tensor(2, 95, 3, 4), PAGES, mask=mask, target_image=target.expand_as(recon), recon_image=recon
    )


def value(config: EdgeConfig, given: LossInputs) -> Tensor:
    result: Tensor = Edge(config, facts())(given)[""]
    return result


@pytest.mark.parametrize("config", CONFIGS)
def test_equal_pictures_have_no_loss_and_others_have(config: EdgeConfig) -> None:
    assert torch.equal(value(config, inputs(TARGET)), torch.zeros(2, dtype=torch.float64))
    assert (value(config, inputs()) > 1e-4).all()


def test_with_the_logs_sigma_it_is_63_times_the_squared_error() -> None:
    logged = value(EdgeConfig(size=15, sigma=0.2, pad="zero"), inputs())
    plain = (RECON - TARGET).square().flatten(1).mean(1)
    torch.testing.assert_close(logged, 63.3 * plain, rtol=2e-3, atol=0.0)


def test_only_sobel_sees_what_lies_around_the_picture() -> None:
    paper, zero = (value(EdgeConfig(pad=pad), inputs()) for pad in ("paper", "zero"))
    torch.testing.assert_close(paper, zero)
    paper, zero = (value(EdgeConfig(filter="sobel", pad=pad), inputs()) for pad in ("paper", "zero"))
    assert not torch.allclose(paper, zero)


@pytest.mark.parametrize("config", CONFIGS)
def test_pieces_are_independent_and_the_mask_is_honoured(config: EdgeConfig) -> None:
    both = value(config, inputs())
    alone = Edge(config, facts())(
        loss_inputs(random_tensor(1, 95, 3, 4), PAGES[1:], target_image=TARGET[1:], recon_image=RECON[1:])
    )[""]
    torch.testing.assert_close(both[1:], alone)
    mask = torch.ones(2, 3, 4, dtype=torch.bool)
    mask[:, :, 2:] = False
    spoiled = RECON.clone()
    spoiled[..., 14:] = 0.0  # ten columns belong to the mask, and a kernel reaches three more
    torch.testing.assert_close(value(config, inputs(mask=mask)), value(config, inputs(spoiled, mask=mask)))


@pytest.mark.parametrize("config", CONFIGS)
def test_gradient(config: EdgeConfig) -> None:
    small = random_tensor(2, 1, 6, 8).sigmoid()
    assert_gradient(lambda recon: value(config, inputs(recon, target=small[:1] * 0.5)), small)


def test_a_blank_page_has_a_finite_gradient() -> None:
    white = torch.ones(2, 1, 18, 20, requires_grad=True)
    value(EdgeConfig(filter="sobel"), inputs(white)).sum().backward()
    assert white.grad is not None
    assert white.grad.isfinite().all()


@pytest.mark.parametrize(("options", "complaint"), [({"size": 4}, "odd"), ({"sigma": 0.0}, "positive")])
def test_options_without_a_meaning_are_refused(options: dict[str, float], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        EdgeConfig(**options)  # type: ignore[arg-type]
