"""The KL divergence of the posterior from the standard normal prior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor, nn

from asciivae.contract import CONTRACT, Facts, LossInputs
from asciivae.losses.masking import latent_mask


@dataclass(frozen=True, kw_only=True)
class KLConfig:
    """Options of `kl`.

    Attributes:
        reduction: `sum` over the latent numbers of a piece (as in the ELBO), or their `mean` (as in the log, where a
            weight of 1 corresponds to 1 / latent size with `sum`).
        free_bits: minimum divergence per latent number in nats, below which it has no gradient (Kingma et al. 2016).
    """

    reduction: Literal["sum", "mean"] = "sum"
    free_bits: float = 0.0

    def __post_init__(self) -> None:
        """Reject negative free bits."""
        if self.free_bits < 0:
            raise ValueError("free_bits must not be negative")


class KLDivergence(nn.Module):
    """KL(q(z|x) ‖ N(0, 1)) = ½ Σ (σ² + μ² - 1 - ln σ²), in nats, never negative (`kl`)."""

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = KLConfig
    needs: frozenset[str] = frozenset()
    reads_probs: bool = False

    def __init__(self, config: KLConfig, facts: Facts) -> None:
        super().__init__()
        self.config = config

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the divergence per piece, (B,)."""
        each = kl_divergence(inputs.posterior.mean, inputs.posterior.logvar)
        if self.config.free_bits:
            each = each.clamp(min=self.config.free_bits)
        own = latent_mask(inputs.mask, each).to(each.dtype)
        pieces = (each * own).flatten(1).sum(1)
        return {"": pieces / own.expand_as(each).flatten(1).sum(1) if self.config.reduction == "mean" else pieces}


def kl_divergence(mean: Tensor, logvar: Tensor) -> Tensor:
    """½ (σ² + μ² - 1 - ln σ²) element by element, in nats."""
    return 0.5 * (logvar.exp() + mean.square() - 1.0 - logvar)
