"""Pixelwise losses on pictures.

mean        mean over the pixels of a piece
sum         sum over the pixels of a piece
batch-sum   sum over the pixels of the whole batch, as in the log (PyTorch's deprecated `size_average=False`)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor, nn

from asciivae.contract import CONTRACT, Facts, LossInputs


@dataclass(frozen=True, kw_only=True)
class PixelConfig:
    """Options of `mse` and `l1`.

    Attributes:
        reduction: `mean`, `sum` or `batch-sum` over the pixels; see the module.
    """

    reduction: Literal["mean", "sum", "batch-sum"] = "mean"


class PixelLoss(nn.Module):
    """Reduces a sum over pixels according to the options."""

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = PixelConfig
    minimum: ClassVar[float] = 0.0

    def __init__(self, config: PixelConfig, facts: Facts) -> None:
        super().__init__()
        self.config = config
        self.couples_pieces = config.reduction == "batch-sum"
        self.pixels_per_cell = facts.glyphs[0].numel()

    def reduce(self, pixel_sum: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Turn sums over the pixels of each piece (B,) into its loss."""
        if self.config.reduction == "mean":
            return {"": pixel_sum / (mask.flatten(1).sum(1) * self.pixels_per_cell)}
        if self.config.reduction == "batch-sum":
            # The objective takes the mean over the pieces.
            return {"": pixel_sum * len(pixel_sum)}
        return {"": pixel_sum}


class MSE(PixelLoss):
    """The squared difference of the two pictures (`mse`)."""

    needs: frozenset[str] = frozenset({"squared_error"})

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the loss per piece, (B,); grey values are in [0, 1]."""
        assert inputs.squared_error is not None
        return self.reduce(inputs.squared_error, inputs.mask)


class L1(PixelLoss):
    """The absolute difference of the two pictures (`l1`)."""

    needs: frozenset[str] = frozenset({"target_image", "recon_image"})

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the loss per piece, (B,); grey values are in [0, 1]."""
        assert inputs.recon_image is not None
        assert inputs.target_image is not None
        return self.reduce((inputs.recon_image - inputs.target_image).abs().flatten(1).sum(1), inputs.mask)
