import numpy as np
import pytest
import torch
from tensor_checks import assert_gradient, facts, loss_inputs, random_pages, random_tensor
from torch import Tensor

from asciivae.losses.ssim import SSIM, SSIMConfig, ssim_map

PAGES = random_pages(2, 3, 4)
TARGET, RECON = random_tensor(2, 1, 18, 20).sigmoid(), random_tensor(2, 1, 18, 20, seed=7).sigmoid()


def value(config: SSIMConfig, recon: Tensor = RECON, target: Tensor = TARGET, mask: Tensor | None = None) -> Tensor:
    given = loss_inputs(random_tensor(2, 95, 3, 4), PAGES, mask=mask, target_image=target, recon_image=recon)
    result: Tensor = SSIM(config, facts())(given)[""]
    return result


def test_where_the_window_fits_it_is_scikit_images() -> None:
    from skimage.metrics import structural_similarity

    ours = ssim_map(TARGET, RECON)
    for one, other, found in zip(TARGET, RECON, ours, strict=True):
        _, theirs = structural_similarity(
            one[0].numpy(),
            other[0].numpy(),
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=1.0,
            full=True,
        )
        np.testing.assert_allclose(found[0, 5:-5, 5:-5].numpy(), theirs[5:-5, 5:-5], rtol=1e-9)


@pytest.mark.parametrize("pad", ["paper", "zero"])
def test_it_is_0_for_equal_pictures_symmetric_and_positive(pad: str) -> None:
    config = SSIMConfig(pad=pad)  # type: ignore[arg-type]
    torch.testing.assert_close(value(config, TARGET), torch.zeros(2, dtype=torch.float64))
    torch.testing.assert_close(value(config), value(config, TARGET, RECON))
    assert (value(config) > 0.1).all()
    assert (value(config, 1 - TARGET) <= 2.0).all()


def test_the_logs_form_is_the_similarity() -> None:
    torch.testing.assert_close(value(SSIMConfig(form="similarity")), 1 - value(SSIMConfig()))


def test_paper_around_a_page_changes_nothing() -> None:
    wide = [torch.nn.functional.pad(p, (0, 10, 0, 6), value=1.0) for p in (RECON, TARGET)]
    mask = torch.zeros(2, 4, 6, dtype=torch.bool)
    mask[:, :3, :4] = True
    given = loss_inputs(
        random_tensor(2, 95, 4, 6), random_pages(2, 4, 6), mask=mask, recon_image=wide[0], target_image=wide[1]
    )
    torch.testing.assert_close(SSIM(SSIMConfig(), facts())(given)[""], value(SSIMConfig()))


def test_flat_pictures_have_a_finite_gradient() -> None:
    white = torch.ones(2, 1, 18, 20, requires_grad=True)
    loss = value(SSIMConfig(), white, torch.ones(2, 1, 18, 20))
    loss.sum().backward()
    assert white.grad is not None
    assert white.grad.isfinite().all()
    torch.testing.assert_close(loss, torch.zeros(2), atol=1e-5, rtol=0)


def test_gradient() -> None:
    assert_gradient(lambda recon: ssim_map(TARGET[:1, :, :6, :7], recon, window=5), RECON[:1, :, :6, :7])


@pytest.mark.parametrize(("options", "complaint"), [({"window": 4}, "odd"), ({"sigma": 0.0}, "positive")])
def test_options_without_a_meaning_are_refused(options: dict[str, float], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        SSIMConfig(**options)  # type: ignore[arg-type]
