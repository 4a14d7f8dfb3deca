"""Structural similarity as a loss: SSIM and multi-scale SSIM of the two pictures, computed by torchmetrics.

SSIM: Wang, Bovik, Sheikh, Simoncelli 2004. Multi-scale: Wang, Simoncelli, Bovik 2003.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure as ms_ssim
from torchmetrics.functional.image import structural_similarity_index_measure as ssim

from asciivae.contract import Facts, LossInputs

BETAS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""The exponents of the scales, finest first, as in the paper."""


@dataclass(frozen=True, kw_only=True)
class SSIMConfig:
    """Options of `ssim-reflect`.

    Attributes:
        sigma: the standard deviation of the Gaussian window, in pixels; the window is truncated at 3.5 sigma.
    """

    sigma: float = 1.5

    def __post_init__(self) -> None:
        """Validate the options."""
        if not 0 < self.sigma <= 10:
            raise ValueError("sigma must be more than 0 and at most 10")


@dataclass(frozen=True, kw_only=True)
class MSSSIMConfig(SSIMConfig):
    """Options of `ms-ssim`.

    Attributes:
        scales: the number of scales, each at half the resolution of the previous one; small pages use fewer.
    """

    scales: int = 5

    def __post_init__(self) -> None:
        """Validate the options."""
        super().__post_init__()
        if not 1 <= self.scales <= len(BETAS):
            raise ValueError(f"scales must be from 1 to {len(BETAS)}")


class SSIM(nn.Module):
    """1 - SSIM per piece, with reflection padding: 0 for equal pictures, at most 2."""

    contract = 1
    Config: type = SSIMConfig
    needs = frozenset({"target_image", "recon_image"})
    minimum = 0.0

    def __init__(self, config: SSIMConfig, facts: Facts) -> None:
        super().__init__()
        self.config = config

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the loss of each piece, (B,)."""
        # Per piece, because a value must not depend on the canvas size of the batch.
        pairs = _pieces(inputs, self.side)
        return {"": torch.cat([1.0 - self.similarity(original, drawn) for original, drawn in pairs])}

    @property
    def side(self) -> int:
        """The least height and width of a picture, in pixels; smaller ones are padded with paper."""
        return 2 * int(3.5 * self.config.sigma + 0.5) + 1

    def similarity(self, original: Tensor, drawn: Tensor) -> Tensor:
        """The similarity (1,) of two pictures (1, 1, height, width)."""
        with torch.autocast(drawn.device.type, enabled=False):  # variances are differences of near numbers
            found = ssim(drawn, original, sigma=self.config.sigma, data_range=1.0, reduction="none")
        assert isinstance(found, Tensor)
        return found.view(1)


class MSSSIM(SSIM):
    """1 - multi-scale SSIM per piece: 0 for equal pictures, at most 1."""

    Config = MSSSIMConfig
    config: MSSSIMConfig

    def similarity(self, original: Tensor, drawn: Tensor) -> Tensor:
        """The similarity (1,) of two pictures (1, 1, height, width)."""
        smallest = min(original.shape[2:])
        scales = [n for n in range(1, self.config.scales + 1) if smallest >> (n - 1) >= self.side]
        betas = torch.tensor(BETAS[: len(scales)])
        # `simple` maps similarities from [-1, 1] to [0, 1]: powers of negative values are NaN, and clamping gives
        # non-finite gradients.
        found = ms_ssim(
            drawn,
            original,
            sigma=self.config.sigma,
            kernel_size=self.side,
            data_range=1.0,
            reduction="none",
            betas=tuple((betas / betas.sum()).tolist()),
            normalize="simple",
        )
        return found.view(1)


def _pieces(inputs: LossInputs, side: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The two pictures (1, 1, height, width) of each piece, without padding."""
    assert inputs.target_image is not None
    assert inputs.recon_image is not None
    cell = inputs.target_image.shape[2] // inputs.mask.shape[1], inputs.target_image.shape[3] // inputs.mask.shape[2]
    for number, mask in enumerate(inputs.mask):
        rows, columns = mask.any(1).nonzero(), mask.any(0).nonzero()
        down = slice(int(rows.min()) * cell[0], (int(rows.max()) + 1) * cell[0])
        across = slice(int(columns.min()) * cell[1], (int(columns.max()) + 1) * cell[1])
        original, drawn = (p[number : number + 1, :, down, across] for p in (inputs.target_image, inputs.recon_image))
        missing = max(0, side - original.shape[3]), max(0, side - original.shape[2])
        paper = (0, missing[0], 0, missing[1])
        yield nn.functional.pad(original, paper, value=1.0), nn.functional.pad(drawn, paper, value=1.0)
