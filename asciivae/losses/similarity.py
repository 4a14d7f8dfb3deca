"""The expected visual distance between the decoder's characters and the true ones (`similarity`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from asciivae.contract import CONTRACT, Facts, LossInputs
from asciivae.render.legibility import visual_distance


@dataclass(frozen=True, kw_only=True)
class SimilarityConfig:
    """Options of `similarity`.

    Attributes:
        reduction: `mean` over the cells of a piece, or their `sum`.
    """

    reduction: Literal["mean", "sum"] = "mean"


class Similarity(nn.Module):
    """The expected visual distance between characters, Σ_c p_c n(c, y), in [0, 1] per cell (`similarity`).

    n(i, j) = ‖g_i - g_j‖² / (‖g_i‖² + ‖g_j‖²) on the ink of the run's glyphs. Unlike cross-entropy it tolerates a `(`
    for a `|`; like cross-entropy it prefers the blank page when positions are uncertain.
    """

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = SimilarityConfig
    needs: frozenset[str] = frozenset()
    distance: Tensor

    def __init__(self, config: SimilarityConfig, facts: Facts) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("distance", visual_distance(1.0 - facts.glyphs.double()), persistent=False)

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the loss per piece, (B,)."""
        expected = torch.einsum("bcyx,byxc->byx", inputs.probs, self.distance.to(inputs.probs)[inputs.target])
        pieces = (expected * inputs.mask).flatten(1).sum(1)
        return {"": pieces / inputs.mask.flatten(1).sum(1) if self.config.reduction == "mean" else pieces}
