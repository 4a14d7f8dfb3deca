"""The optimiser and its learning rate."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import nn

from asciivae.train.muon import Muon

KINDS: dict[str, type[torch.optim.Adam]] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "muon": Muon}


@dataclass(frozen=True)
class OptimiserSettings:
    """Adam (Kingma & Ba 2015), AdamW (Loshchilov & Hutter 2019) or Muon, and how the learning rate moves.

    Attributes:
        kind: `adam`, `adamw` or `muon`.
        lr: the learning rate after the warm-up.
        betas: decay of the two running means.
        eps: added to the denominator.
        weight_decay: coupled to the gradient in `adam`, decoupled in the others.
        clip: the gradient is scaled down to this norm, if given.
        cosine: after the warm-up the rate falls along half a cosine; otherwise it stays.
        warmup: steps over which the rate rises linearly from 0.
        final: the share of `lr` that the cosine ends at.
        cosine_steps: the step at which it ends, if not the end of the run.
    """

    kind: str
    lr: float
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    clip: float | None = None
    cosine: bool = False
    warmup: int = 0
    final: float = 0.0
    cosine_steps: int | None = None

    def create(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """The optimiser of these parameters."""
        return KINDS[self.kind](parameters, lr=self.lr, betas=self.betas, eps=self.eps, weight_decay=self.weight_decay)

    def rate(self, step: int, total_steps: int) -> float:
        """The learning rate of a step, counted from 0."""
        if step < self.warmup:
            return self.lr * (step + 1) / self.warmup
        if not self.cosine:
            return self.lr
        share = (step - self.warmup) / max(1, (self.cosine_steps or total_steps) - self.warmup)
        return self.lr * (self.final + (1 - self.final) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0))))
