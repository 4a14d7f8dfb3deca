"""Losses on characters: cross-entropy, in its plain form and in those of the research log.

Units are nats. With weights w (one per character), ℓ the loss of a cell and y its true character:

    sum             Σ_cells w_y ℓ             per piece; with w = 1 the negative log-likelihood of the page
    mean            Σ_cells w_y ℓ / cells     per piece
    weighted-mean   Σ w_y ℓ / Σ w_y           over all cells of the *batch*, as PyTorch does, and hence the log
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from asciivae.contract import CONTRACT, Facts, LossInputs
from asciivae.text.charset import SPACE

Reduction = Literal["sum", "mean", "weighted-mean"]


@dataclass(frozen=True, kw_only=True)
class CharacterConfig:
    """Options common to all character losses.

    Attributes:
        char_power: s in the character weight (n + 1)^-s, n being the character's count in the training split;
            0 for equal weights.
        space_deemph: divisor of the weight of the space.
        reduction: `sum`, `mean` or `weighted-mean` over the cells; see the module.
    """

    char_power: float = 0.0
    space_deemph: float = 1.0
    reduction: Reduction = "sum"

    def __post_init__(self) -> None:
        """Reject weights that are not positive."""
        if self.char_power < 0:
            raise ValueError("char_power must not be negative")
        if not self.space_deemph > 0:
            raise ValueError("space_deemph must be positive")


@dataclass(frozen=True, kw_only=True)
class CrossEntropyConfig(CharacterConfig):
    """Options of `ce`.

    Attributes:
        label_smoothing: ε in [0, 1): ℓ = (1-ε)(-ln p_y) + (ε/95) Σ_c (w_c / w_y)(-ln p_c).
        input: what to use as logits. `softmax` (a softmax of a softmax) and `sample` (the relaxed sample, for instance
            a hard one-hot) reproduce commits of the log; they confine ℓ to [3.57, 4.57].
    """

    label_smoothing: float = 0.0
    input: Literal["logits", "softmax", "sample"] = "logits"

    def __post_init__(self) -> None:
        """Reject a smoothing outside of [0, 1)."""
        super().__post_init__()
        if not 0 <= self.label_smoothing < 1:
            raise ValueError("label_smoothing must be at least 0 and less than 1")


class CharacterLoss(nn.Module):
    """The weighted cross-entropy of pages, reduced according to the options."""

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = CharacterConfig
    needs: frozenset[str] = frozenset()
    reads_probs: bool = False
    weights: Tensor

    def __init__(self, config: CharacterConfig, facts: Facts) -> None:
        super().__init__()
        self.config = config
        self.couples_pieces = config.reduction == "weighted-mean"
        self.register_buffer("weights", character_weights(facts.character_counts, config), persistent=False)

    def reduce(self, logits: Tensor, inputs: LossInputs, label_smoothing: float = 0.0) -> dict[str, Tensor]:
        """The loss (B,) of logits (B, 95, H, W) over the cells of the mask."""
        weights = self.weights.to(logits.dtype)
        cells = weighted_cross_entropy(logits, inputs.target, weights, label_smoothing)
        pieces = (cells * inputs.mask).flatten(1).sum(1)
        if self.config.reduction == "mean":
            pieces = pieces / inputs.mask.flatten(1).sum(1)
        elif self.config.reduction == "weighted-mean":
            # Scaled so that the objective's mean over the pieces is the weighted mean over all cells.
            pieces = pieces * len(pieces) / (weights[inputs.target] * inputs.mask).sum()
        return {"": pieces}


class CrossEntropy(CharacterLoss):
    """Cross-entropy between the decoder's page and the original (`ce`)."""

    Config: ClassVar[type] = CrossEntropyConfig
    config: CrossEntropyConfig

    def __init__(self, config: CrossEntropyConfig, facts: Facts) -> None:
        super().__init__(config, facts)
        self.reads_probs = config.input == "sample"

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the loss per piece, (B,), in nats."""
        logits = {
            "logits": lambda: inputs.logits,
            "softmax": lambda: torch.softmax(inputs.logits, dim=1),
            "sample": lambda: inputs.probs,
        }[self.config.input]()
        return self.reduce(logits, inputs, self.config.label_smoothing)


class NegativeLogLikelihood(CharacterLoss):
    """-ln p of the original under the decoder's distribution (`nll`): `ce` on logits without smoothing."""

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the loss per piece, (B,), in nats."""
        return self.reduce(inputs.logits, inputs)


def weighted_cross_entropy(logits: Tensor, target: Tensor, weights: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """w_y ℓ of every cell, (B, H, W), equal to `torch.nn.functional.cross_entropy(reduction="none")`.

    With a_c = (1-ε) w_y [c = y] + (ε/95) w_c it is Σ_c a_c (-ln p_c), and its gradient is p Σ_c a_c - a.

    Args:
        logits: (B, 95, H, W).
        target: (B, H, W) int64.
        weights: (95,), in the dtype of the logits.
        label_smoothing: ε in [0, 1).
    """
    result: Tensor = _WeightedCrossEntropy.apply(logits, target, weights, label_smoothing)
    return result


class _WeightedCrossEntropy(torch.autograd.Function):
    # The logits are kept and the softmax is computed again. PyTorch keeps the log-probabilities too, and its backward
    # allocates two more tensors of their size, at the peak of memory use.

    @staticmethod
    def forward(ctx: Any, logits: Tensor, target: Tensor, weights: Tensor, label_smoothing: float) -> Tensor:
        # No copy, since decoders use the channels_last layout.
        log_probs = torch.log_softmax(logits.permute(0, 2, 3, 1), dim=3)
        own = (1.0 - label_smoothing) * weights[target]
        loss = -own * log_probs.gather(3, target.unsqueeze(3)).squeeze(3)
        if label_smoothing:
            loss -= log_probs @ (weights * (label_smoothing / len(weights)))
        ctx.save_for_backward(logits, target, weights, own)
        ctx.label_smoothing = label_smoothing
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None]:
        logits, target, weights, own = ctx.saved_tensors
        spread = weights * (ctx.label_smoothing / len(weights))
        # Not a view, so that autograd can accumulate into it.
        result = torch.empty_like(logits)
        cells = result.permute(0, 2, 3, 1)
        torch.softmax(logits.permute(0, 2, 3, 1), dim=3, out=cells).mul_(((own + spread.sum()) * grad).unsqueeze(3))
        cells.scatter_add_(3, target.unsqueeze(3), (-own * grad).unsqueeze(3))
        if ctx.label_smoothing:
            cells.sub_(grad.unsqueeze(3) * spread)
        return result, None, None, None


def character_weights(counts: Tensor, config: CharacterConfig) -> Tensor:
    """The weight of each character, (95,) float64: (n + 1)^-s, the space's divided by `space_deemph`."""
    weights = (counts.double() + 1.0) ** -config.char_power
    weights[SPACE] /= config.space_deemph
    return weights
