"""The latent cost: how far the posterior is from the standard normal prior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor, nn

from asciivae.contract import CONTRACT, Facts, LossInputs


@dataclass(frozen=True, kw_only=True)
class KLConfig:
    """Options of `kl`.

    Attributes:
        reduction: `sum` over the latent numbers of a piece (the ELBO's), or their `mean` (the log's: a weight of 1
            there is 1 / latent size here).
        free_bits: nats that each latent number may carry for free (Kingma et al. 2016); 0 charges all.
    """

    reduction: Literal["sum", "mean"] = "sum"
    free_bits: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a negative allowance."""
        if self.free_bits < 0:
            raise ValueError("free_bits must not be negative")


class KLDivergence(nn.Module):
    """KL(q(z|x) ‖ N(0, 1)) = ½ Σ (σ² + μ² - 1 - ln σ²), in nats, never negative (`kl`)."""

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = KLConfig
    needs: frozenset[str] = frozenset()

    def __init__(self, config: KLConfig, facts: Facts) -> None:
        super().__init__()
        self.config = config

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        """Return the divergence per piece, (B,)."""
        each = kl_divergence(inputs.posterior.mean, inputs.posterior.logvar)
        if self.config.free_bits:
            each = each.clamp(min=self.config.free_bits)
        own = own_latents(inputs.mask, each)
        pieces = (each * own).flatten(1).sum(1)
        return {"": pieces / own.expand_as(each).flatten(1).sum(1) if self.config.reduction == "mean" else pieces}


def own_latents(mask: Tensor, latents: Tensor) -> Tensor:
    """Which latent numbers belong to a piece's own canvas: 1 or 0, in a shape that broadcasts with `latents`.

    A latent vector (B, D) does whole. In a latent grid (B, C, h, w) a number stands for H/h × W/w cells, which are all
    inside of a piece's canvas or all outside; `mask` is (B, H, W).
    """
    if latents.dim() != 4:
        return latents.new_ones(())
    down, across = mask.shape[1] // latents.shape[2], mask.shape[2] // latents.shape[3]
    return mask[:, None, ::down, ::across].to(latents.dtype)


def kl_divergence(mean: Tensor, logvar: Tensor) -> Tensor:
    """½ (σ² + μ² - 1 - ln σ²) element by element, in nats."""
    return 0.5 * (logvar.exp() + mean.square() - 1.0 - logvar)
