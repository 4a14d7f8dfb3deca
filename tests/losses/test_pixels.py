import pytest
import torch
from tensor_checks import assert_gradient, facts, loss_inputs, random_glyphs, random_pages, random_tensor
from torch import Tensor
from torch.nn import functional

from asciivae.contract import CONTRACT, LossInputs
from asciivae.losses.pixels import L1, MSE, PixelConfig, PixelLoss

# Three pages of 2 × 4 cells of 3 × 2 pixels.
PAGES = random_pages(3, 2, 4)
TARGET, RECON = random_tensor(3, 1, 6, 8).sigmoid(), random_tensor(3, 1, 6, 8, seed=7).sigmoid()
LOSSES = [(MSE, functional.mse_loss), (L1, functional.l1_loss)]
SUM = PixelConfig(reduction="sum")


def inputs(recon: Tensor = RECON, mask: Tensor | None = None) -> LossInputs:
    return loss_inputs(
        random_tensor(3, 95, 2, 4),
        PAGES,
        mask=mask,
        target_image=TARGET,
        recon_image=recon,
        squared_error=(recon - TARGET).square().flatten(1).sum(1),
    )


def value(loss: type[PixelLoss], config: PixelConfig, given: LossInputs) -> Tensor:
    values = loss(config, facts(random_glyphs(3, 2)))(given)
    assert list(values) == [""]
    result: Tensor = values[""]
    return result


def test_what_they_declare() -> None:
    assert MSE.needs == {"squared_error"}
    assert L1.needs == {"target_image", "recon_image"}
    for loss in (MSE, L1):
        assert (loss.contract, loss.Config) == (CONTRACT, PixelConfig)


@pytest.mark.parametrize(("loss", "pytorchs"), LOSSES)
def test_per_piece_they_are_pytorchs(loss: type[PixelLoss], pytorchs: type) -> None:
    each = pytorchs(RECON, TARGET, reduction="none").flatten(1)
    torch.testing.assert_close(value(loss, SUM, inputs()), each.sum(dim=1))
    torch.testing.assert_close(value(loss, PixelConfig(), inputs()), each.mean(dim=1))


@pytest.mark.parametrize(("loss", "pytorchs"), LOSSES)
def test_the_engines_mean_of_batch_sum_is_the_sum_over_the_batch(loss: type[PixelLoss], pytorchs: type) -> None:
    summed = value(loss, PixelConfig(reduction="batch-sum"), inputs())
    assert summed.shape == (3,)
    torch.testing.assert_close(summed.mean(), pytorchs(RECON, TARGET, reduction="sum"))


@pytest.mark.parametrize("loss", [MSE, L1])
def test_the_mean_is_over_the_pixels_of_the_mask(loss: type[PixelLoss]) -> None:
    mask = torch.ones(3, 2, 4, dtype=torch.bool)
    mask[1, :, 3:] = False
    mask[2, 1:] = False
    sums = value(loss, SUM, inputs(mask=mask))
    pixels = torch.tensor([48.0, 36.0, 24.0], dtype=torch.float64)
    torch.testing.assert_close(value(loss, PixelConfig(), inputs(mask=mask)), sums / pixels)


@pytest.mark.parametrize("loss", [MSE, L1])
def test_equal_pictures_cost_nothing(loss: type[PixelLoss]) -> None:
    assert value(loss, PixelConfig(), inputs(TARGET)).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("loss", [MSE, L1])
def test_gradient(loss: type[PixelLoss]) -> None:
    assert_gradient(lambda recon: value(loss, PixelConfig(), inputs(recon)), RECON)
