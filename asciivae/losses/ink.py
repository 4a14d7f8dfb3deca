"""Whether a cell is inked at all (`ink`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional

from asciivae.contract import CONTRACT, Facts, LossInputs
from asciivae.text.charset import SPACE


@dataclass(frozen=True, kw_only=True)
class InkConfig:
    """`ink` has no options."""


class Ink(nn.Module):
    """The binary cross-entropy of ink against blank, as the most probable character decides it (`ink`).

    With m = max_{c ≠ space} logit_c - logit_space and t = 1 for an inked cell, 0 for a blank one, a cell costs
    softplus(m) - t m. The maximum, and not the probability of any ink, is what the argmax compares with the space:
    where many characters are possible, each is less probable than a space, and `ce` alone leaves the cell blank.
    """

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = InkConfig
    needs: frozenset[str] = frozenset()
    reads_probs: bool = False

    def __init__(self, config: InkConfig, facts: Facts) -> None:
        super().__init__()

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the sum over the cells of each piece, (B,), in nats."""
        margin = inputs.logits[:, SPACE + 1 :].amax(1) - inputs.logits[:, SPACE]
        inked = (inputs.target != SPACE).to(margin.dtype)
        cells = functional.binary_cross_entropy_with_logits(margin, inked, reduction="none")
        return {"": (cells * inputs.mask).flatten(1).sum(1)}
