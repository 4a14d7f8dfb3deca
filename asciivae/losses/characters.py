"""Losses on the characters themselves: cross-entropy in the forms that the research log used, and in its plain one.

Units are nats. With weights w (one per character), ℓ the loss of a cell and y its true character:

    sum             Σ_cells w_y ℓ             per piece; with w = 1 the negative log-likelihood of the page
    mean            Σ_cells w_y ℓ / cells     per piece
    weighted-mean   Σ w_y ℓ / Σ w_y           over all cells of the *batch*, PyTorch's own, hence the log's
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.contract import CONTRACT, Facts, LossInputs
from asciivae.text.charset import SPACE

Reduction = Literal["sum", "mean", "weighted-mean"]


@dataclass(frozen=True, kw_only=True)
class CharacterConfig:
    """Options that all character losses share.

    Attributes:
        char_power: s in the character weight (n + 1)^-s, n being the character's count in the training split;
            0 weighs all alike.
        space_deemph: the weight of the space is divided by this.
        reduction: see the module.
    """

    char_power: float = 0.0
    space_deemph: float = 1.0
    reduction: Reduction = "sum"

    def __post_init__(self) -> None:
        """Refuse weights that are not positive."""
        if self.char_power < 0:
            raise ValueError("char_power must not be negative")
        if not self.space_deemph > 0:
            raise ValueError("space_deemph must be positive")


@dataclass(frozen=True, kw_only=True)
class CrossEntropyConfig(CharacterConfig):
    """Options of `ce`.

    Attributes:
        label_smoothing: ε in [0, 1): ℓ = (1-ε)(-ln p_y) + (ε/95) Σ_c (w_c / w_y)(-ln p_c).
        input: what is taken for logits. `softmax` (a softmax of a softmax) and `sample` (the relaxed sample, say a
            hard one-hot) are what some commits of the log did: with them ℓ stays within [3.57, 4.57].
    """

    label_smoothing: float = 0.0
    input: Literal["logits", "softmax", "sample"] = "logits"

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        super().__post_init__()
        if not 0 <= self.label_smoothing < 1:
            raise ValueError("label_smoothing must be at least 0 and less than 1")


class CharacterLoss(nn.Module):
    """The weighted cross-entropy of pages, reduced as the options say."""

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = CharacterConfig
    needs: frozenset[str] = frozenset()
    weights: Tensor

    def __init__(self, config: CharacterConfig, facts: Facts) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("weights", character_weights(facts.character_counts, config), persistent=False)

    def reduce(self, logits: Tensor, inputs: LossInputs, label_smoothing: float = 0.0) -> dict[str, Tensor]:
        """The loss (B,) of logits (B, 95, H, W) against the target, over the cells of the mask."""
        weights = self.weights.to(logits.dtype)
        cells = functional.cross_entropy(
            logits, inputs.target, weights, reduction="none", label_smoothing=label_smoothing
        )
        pieces = (cells * inputs.mask).flatten(1).sum(1)
        if self.config.reduction == "mean":
            pieces = pieces / inputs.mask.flatten(1).sum(1)
        elif self.config.reduction == "weighted-mean":
            # Shared out so that the engine's mean over the pieces is the weighted mean over all cells.
            pieces = pieces * len(pieces) / (weights[inputs.target] * inputs.mask).sum()
        return {"": pieces}


class CrossEntropy(CharacterLoss):
    """Cross-entropy between the decoder's page and the original (`ce`)."""

    Config: ClassVar[type] = CrossEntropyConfig
    config: CrossEntropyConfig

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the loss per piece, (B,), in nats."""
        logits = {
            "logits": lambda: inputs.logits,
            "softmax": lambda: torch.softmax(inputs.logits, dim=1),
            "sample": lambda: inputs.probs,
        }[self.config.input]()
        return self.reduce(logits, inputs, self.config.label_smoothing)


class NegativeLogLikelihood(CharacterLoss):
    """-ln p of the original under the decoder's own distribution (`nll`): what `ce` on logits is, unsmoothed."""

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the loss per piece, (B,), in nats."""
        return self.reduce(inputs.logits, inputs)


def character_weights(counts: Tensor, config: CharacterConfig) -> Tensor:
    """The weight of each character, (95,) float64: (n + 1)^-s, the space's divided by `space_deemph`."""
    weights = (counts.double() + 1.0) ** -config.char_power
    weights[SPACE] /= config.space_deemph
    return weights
