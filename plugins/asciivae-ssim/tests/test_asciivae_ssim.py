from collections.abc import Callable

import pytest
import torch
from asciivae_ssim import MSSSIM, SSIM, MSSSIMConfig, SSIMConfig
from torch import Tensor

from asciivae.contract import Facts, LossInputs, Posterior
from asciivae.testing import loss_checks

FACTS = Facts(glyphs=torch.rand(95, 8, 4), character_counts=torch.ones(95, dtype=torch.int64))


@loss_checks(SSIM, [SSIMConfig(), SSIMConfig(sigma=0.8)])
def test_contract(check: Callable[[], None]) -> None:
    check()


@loss_checks(MSSSIM, [MSSSIMConfig(), MSSSIMConfig(scales=2, sigma=0.8)])
def test_contract_of_several_scales(check: Callable[[], None]) -> None:
    check()


def pictures(original: Tensor, drawn: Tensor) -> LossInputs:
    rows, columns = original.shape[2] // 8, original.shape[3] // 4
    logits = torch.zeros(len(original), 95, rows, columns)
    return LossInputs(
        logits=logits,
        probs=logits.softmax(1),
        target=torch.zeros(len(original), rows, columns, dtype=torch.int64),
        mask=torch.ones(len(original), rows, columns, dtype=torch.bool),
        posterior=Posterior(logits[:, 0, 0], logits[:, 0, 0]),
        target_image=original,
        recon_image=drawn,
    )


def test_a_negative_is_as_far_as_can_be_and_a_paler_picture_is_near() -> None:
    original = (torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    paler = 0.1 + 0.8 * original
    loss = SSIM(SSIMConfig(), FACTS)
    near, far = (float(loss(pictures(original, drawn))[""]) for drawn in (paler, 1.0 - original))
    assert 0.0 < near < 0.2 < 1.5 < far <= 2.0


def test_coarse_scales_forgive_what_one_pixel_of_displacement_does() -> None:
    original = (torch.rand(1, 1, 128, 128, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    original = torch.nn.functional.interpolate(original[..., :16, :16], scale_factor=8)
    moved = original.roll(1, 3)
    one = SSIM(SSIMConfig(), FACTS)(pictures(original, moved))[""]
    several = MSSSIM(MSSSIMConfig(scales=3), FACTS)(pictures(original, moved))[""]
    assert 0.0 < float(several) < float(one)


@pytest.mark.parametrize("options", [{"sigma": 0.0}, {"sigma": 11.0}, {"scales": 0}, {"scales": 6}])
def test_invalid_options_are_rejected(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        MSSSIMConfig(**options)  # type: ignore[arg-type]
