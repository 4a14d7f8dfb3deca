"""The section `optim` of a recipe: the optimiser and its learning rate."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import nn

from asciivae.settings.types import Count, Decay, NotNegative, Pair, Positive, Whole
from asciivae.training.muon import Muon

_OPTIMISERS: dict[str, type[torch.optim.Adam]] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "muon": Muon}


@dataclass(frozen=True)
class LearningRate:
    """The learning-rate schedule.

    Attributes:
        use: constant, or half a cosine from `lr` down to `final` · `lr`.
        warmup: steps of linear warm-up from 0.
        final: the fraction of `lr` at the end of a cosine.
        steps: the step at which a cosine ends; null for the end of the run. If given, a run shortened by `train.steps`
            takes the same steps as a longer one.
    """

    use: Literal["constant", "cosine"] = "constant"
    warmup: Whole = 0
    final: Annotated[float, Field(ge=0, le=1)] = 0.0
    steps: Count | None = None


@dataclass(frozen=True, kw_only=True)
class Optim:
    """The optimiser: Adam (Kingma & Ba 2015), AdamW (Loshchilov & Hutter 2019) or Muon (Jordan et al. 2024).

    Attributes:
        use: adam adds weight decay to the gradient, adamw decouples it; muon is adamw with orthogonalised updates of
            the convolution kernels.
        lr: the learning rate after the warm-up.
        betas: the decay rates of the two moments.
        eps: added to the denominator.
        weight_decay: the weight decay, per unit of learning rate.
        clip: the maximum norm of the gradient; null for no clipping.
        schedule: the learning-rate schedule.
    """

    use: Literal["adam", "adamw", "muon"] = "adamw"
    lr: Positive
    betas: Pair[Decay] = (0.9, 0.999)
    eps: Positive = 1e-8
    weight_decay: NotNegative = 0.0
    clip: Positive | None = None
    schedule: LearningRate = LearningRate()

    def optimiser(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Create the optimiser of these parameters."""
        return _OPTIMISERS[self.use](
            parameters, lr=self.lr, betas=self.betas, eps=self.eps, weight_decay=self.weight_decay
        )

    def rate(self, step: int, total_steps: int) -> float:
        """The learning rate of a step, counted from 0."""
        schedule = self.schedule
        if step < schedule.warmup:
            return self.lr * (step + 1) / schedule.warmup
        if schedule.use == "constant":
            return self.lr
        fraction = (step - schedule.warmup) / max(1, (schedule.steps or total_steps) - schedule.warmup)
        return self.lr * (schedule.final + (1 - schedule.final) * 0.5 * (1 + math.cos(math.pi * min(fraction, 1.0))))
