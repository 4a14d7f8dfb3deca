"""The chamfer distance between the contours of two pictures (Barrow et al. 1977), as a loss.

A contour is where the grey value changes: |∇| between neighbouring pixels, in [0, 1]. Contours of the reconstruction
that the original lacks cost their distance from the original's nearest; contours that are missing cost theirs from the
reconstruction's nearest. The distances are exact and Euclidean, by SciPy, on the CPU; the gradient flows through the
strength of the contours, as in the distance-transform loss of Karimi and Salcudean 2019.
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
        threshold: how strong a contour is, in [0, 1], from which on distances are measured to it.
        reach: the largest distance that counts, in heights of a cell.
    """

    threshold: float = 0.5
    reach: float = 2.0

    def __post_init__(self) -> None:
        """Refuse what finds nothing or counts nothing."""
        if not 0 < self.threshold < 1:
            raise ValueError("threshold must be between 0 and 1")
        if not self.reach > 0:
            raise ValueError("reach must be positive")


class Chamfer(nn.Module):
    """How far contours are from where they belong, in heights of a cell: those too many, and those missing."""

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
        length = original.flatten(1).sum(1) + 1.0  # a blank page has none
        extra = excess.relu() * self.distances(original)
        missing = (-excess).relu() * self.distances(drawn)
        return {"extra": extra.flatten(1).sum(1) / length, "missing": missing.flatten(1).sum(1) / length}

    @torch.no_grad()
    def distances(self, strength: Tensor) -> Tensor:
        """How far each pixel of (B, height, width) is from the nearest contour, in heights of a cell, up to `reach`."""
        reach = self.config.reach
        away = (strength < self.config.threshold).cpu().numpy()
        # Without any contour SciPy would measure the distance from a pixel outside.
        found = [distance_transform_edt(piece) if not piece.all() else np.full(piece.shape, np.inf) for piece in away]
        measured = np.minimum(np.stack(found) / self.height, reach)
        return torch.from_numpy(measured).to(strength)


def contours(picture: Tensor) -> Tensor:
    """How much the grey value changes at each pixel of (B, 1, height, width): (B, height + 1, width + 1) in [0, 1].

    Paper lies around the picture, so that ink at its border has a contour there.
    """
    paper = nn.functional.pad(picture[:, 0], (1, 1, 1, 1), value=1.0)
    down = (paper[:, 1:, :-1] - paper[:, :-1, :-1]).abs()
    across = (paper[:, :-1, 1:] - paper[:, :-1, :-1]).abs()
    return torch.maximum(down, across)
