"""The chamfer distance between the contours of two pictures (Barrow et al. 1977), as a loss.

The contour strength is the absolute difference of neighbouring pixels, in [0, 1]. Extra contours of the reconstruction
cost their distance to the nearest contour of the original; missing contours cost theirs to the nearest contour of the
reconstruction. Distances are exact Euclidean, by SciPy, on the CPU; the gradient flows through the strength of the
contours, as in the distance-transform loss of Karimi and Salcudean 2019.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt  # type: ignore[import-untyped]
from torch import Tensor, nn

from asciivae.contract import Facts, LossInputs


@dataclass(frozen=True, kw_only=True)
class ChamferConfig:
    """Options of `chamfer`.

    Attributes:
        threshold: the least strength of a contour that distances are measured to, in (0, 1).
        reach: the distances are clipped to this, in cell heights.
    """

    threshold: float = 0.5
    reach: float = 2.0

    def __post_init__(self) -> None:
        """Validate the options."""
        if not 0 < self.threshold < 1:
            raise ValueError("threshold must be between 0 and 1")
        if not self.reach > 0:
            raise ValueError("reach must be positive")


class Chamfer(nn.Module):
    """The distance of extra and of missing contours from the nearest counterpart, in cell heights."""

    contract = 1
    Config = ChamferConfig
    needs = frozenset({"target_image", "recon_image"})
    minimum = 0.0

    def __init__(self, config: ChamferConfig, facts: Facts) -> None:
        super().__init__()
        self.config = config
        self.height = facts.glyphs.shape[1]

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the terms `extra` and `missing` of each piece, (B,), per unit of the original's contours."""
        assert inputs.target_image is not None
        assert inputs.recon_image is not None
        original, drawn = contours(inputs.target_image), contours(inputs.recon_image)
        excess = drawn - original
        length = original.flatten(1).sum(1) + 1.0  # + 1 for blank pages
        extra = excess.relu() * self.distances(original)
        missing = (-excess).relu() * self.distances(drawn)
        return {"extra": extra.flatten(1).sum(1) / length, "missing": missing.flatten(1).sum(1) / length}

    @torch.no_grad()
    def distances(self, strength: Tensor) -> Tensor:
        """The distance of each pixel of (B, height, width) to the nearest contour, in cell heights, up to `reach`."""
        reach = self.config.reach
        away = (strength < self.config.threshold).cpu().numpy()
        # For a page without contours SciPy returns distances to a pixel outside.
        found = [distance_transform_edt(piece) if not piece.all() else np.full(piece.shape, np.inf) for piece in away]
        measured = np.minimum(np.stack(found) / self.height, reach)
        return torch.from_numpy(measured).to(strength)


def contours(picture: Tensor) -> Tensor:
    """The contour strength of pictures (B, 1, height, width): (B, height + 1, width + 1) in [0, 1].

    Pictures are padded with paper, so that ink at the border has a contour.
    """
    paper = nn.functional.pad(picture[:, 0], (1, 1, 1, 1), value=1.0)
    down = (paper[:, 1:, :-1] - paper[:, :-1, :-1]).abs()
    across = (paper[:, :-1, 1:] - paper[:, :-1, :-1]).abs()
    return torch.maximum(down, across)
