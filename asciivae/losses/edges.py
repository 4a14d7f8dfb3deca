"""The squared difference of two pictures' edges (`edge`): with the research log's filter, or Sobel's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor, nn

from asciivae.contract import CONTRACT, Facts, LossInputs
from asciivae.filters.kernels import Border, log_response, sobel_magnitude
from asciivae.losses.masking import pixel_mean


@dataclass(frozen=True, kw_only=True)
class EdgeConfig:
    """Options of `edge`.

    Attributes:
        filter: `log`, the Laplacian of Gaussian, or `sobel`, the norm of the gradient.
        size: with `log`: the side of the kernel in pixels, odd.
        sigma: with `log`: pixels. The log's 0.2 makes the kernel -8 times the identity and the loss 63 times `mse`.
        pad: padding of the picture: `paper`, or the log's `zero`, which adds an edge around every page. With `log` the
            two pictures' frames cancel, so `pad` only matters with `sobel`.
    """

    filter: Literal["log", "sobel"] = "log"
    size: int = 7
    sigma: float = 1.0
    pad: Border = "paper"

    def __post_init__(self) -> None:
        """Reject an even size and a sigma that is not positive."""
        if self.size < 1 or self.size % 2 == 0:
            raise ValueError("size must be odd")
        if not self.sigma > 0:
            raise ValueError("sigma must be positive")


class Edge(nn.Module):
    """mean over the pixels of (edges of the reconstruction - edges of the original)² (`edge`)."""

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = EdgeConfig
    needs: frozenset[str] = frozenset({"target_image", "recon_image"})

    def __init__(self, config: EdgeConfig, facts: Facts) -> None:
        super().__init__()
        self.config = config

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the loss per piece, (B,); grey values are in [0, 1]."""
        assert inputs.recon_image is not None
        assert inputs.target_image is not None
        difference = self.edges(inputs.recon_image) - self.edges(inputs.target_image)
        return {"": pixel_mean(difference.square(), inputs.mask)}

    def edges(self, picture: Tensor) -> Tensor:
        """The filtered picture (B, 1, H·h, W·w), paper = 1."""
        if self.config.filter == "sobel":
            return sobel_magnitude(picture, self.config.pad)
        return log_response(picture, self.config.size, self.config.sigma, self.config.pad)
