"""Structural similarity of two pictures (`ssim`; Wang et al. 2004).

Implemented here to reproduce the research log's border: pytorch-msssim only covers pixels where the whole window fits,
and scikit-image has no gradient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.contract import CONTRACT, Facts, LossInputs
from asciivae.filters.kernels import Border, convolve
from asciivae.losses.masking import pixel_mean

C1, C2 = 0.01**2, 0.03**2
"""Stabilisers of the quotients, for grey values in [0, 1]."""


@dataclass(frozen=True, kw_only=True)
class SSIMConfig:
    """Options of `ssim`.

    Attributes:
        window: the side of the Gaussian window in pixels, odd.
        sigma: its standard deviation in pixels.
        pad: padding of the picture: `paper`, or the log's `zero`.
        form: `dissimilarity`, 1 - SSIM; or `similarity`, SSIM, which the log once added with a plus sign by mistake.
    """

    window: int = 11
    sigma: float = 1.5
    pad: Border = "paper"
    form: Literal["dissimilarity", "similarity"] = "dissimilarity"

    def __post_init__(self) -> None:
        """Reject an even window and a sigma that is not positive."""
        if self.window < 1 or self.window % 2 == 0:
            raise ValueError("window must be odd")
        if not self.sigma > 0:
            raise ValueError("sigma must be positive")


class SSIM(nn.Module):
    """1 - SSIM per piece, in [0, 2], 0 for equal pictures (`ssim`)."""

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = SSIMConfig
    needs: frozenset[str] = frozenset({"target_image", "recon_image"})

    def __init__(self, config: SSIMConfig, facts: Facts) -> None:
        super().__init__()
        self.config = config

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the loss per piece, (B,)."""
        assert inputs.recon_image is not None
        assert inputs.target_image is not None
        config = self.config
        similar = ssim_map(inputs.target_image, inputs.recon_image, config.window, config.sigma, config.pad)
        similarity = pixel_mean(similar, inputs.mask)
        return {"": similarity if config.form == "similarity" else 1.0 - similarity}


def ssim_map(one: Tensor, other: Tensor, window: int = 11, sigma: float = 1.5, pad: Border = "paper") -> Tensor:
    """SSIM at each pixel of two pictures (B, 1, height, width) in [0, 1]: the same shape, in [-1, 1]."""
    offsets = torch.arange(window, device=one.device, dtype=torch.float64) - window // 2
    weights = torch.exp(-(offsets**2) / (2.0 * sigma**2))
    kernel = torch.outer(weights, weights).to(one.dtype)
    around = [window // 2] * 4
    x, y = (functional.pad(p, around, value=1.0 if pad == "paper" else 0.0) for p in (one, other))
    moments = torch.cat([x, y, x * x, y * y, x * y])
    mean_x, mean_y, xx, yy, xy = convolve(moments, (kernel / kernel.sum())[None]).chunk(5)
    covariance = xy - mean_x * mean_y
    variances = xx - mean_x**2 + yy - mean_y**2
    luminance = (2.0 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
    similar: Tensor = luminance * (2.0 * covariance + C2) / (variances + C2)
    return similar
