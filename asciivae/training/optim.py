"""The section `optim` of a recipe: the optimiser and its learning rate."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field
from torch import nn

from asciivae.blame import blamed
from asciivae.errors import PluginError
from asciivae.settings.types import Count, Decay, NotNegative, Pair, Positive, Text, Whole
from asciivae.training.muon import Muon

BUILT_IN: dict[str, type[torch.optim.Adam]] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "muon": Muon}


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
            the convolution kernels. A plugin has any other name.
        lr: the learning rate after the warm-up.
        betas: the decay rates of the two moments.
        eps: added to the denominator.
        weight_decay: the weight decay, per unit of learning rate.
        clip: the maximum norm of the gradient; null for no clipping.
        schedule: the learning-rate schedule.
        options: the options of a plugin, which takes neither betas nor eps.
    """

    use: Text = "adamw"
    lr: Positive
    betas: Pair[Decay] = (0.9, 0.999)
    eps: Positive = 1e-8
    weight_decay: NotNegative = 0.0
    clip: Positive | None = None
    schedule: LearningRate = LearningRate()
    options: dict[str, Any] = field(default_factory=dict)

    plugin: ClassVar[Any] = None
    """The object of a plugin; see `made_by`."""

    def __post_init__(self) -> None:
        """Reject options that the optimiser does not have."""
        if self.use in BUILT_IN and self.options:
            raise ValueError(f"options are for plugins; {self.use} has betas and eps")
        if self.use not in BUILT_IN and (self.betas, self.eps) != ((0.9, 0.999), 1e-8):
            raise ValueError(f"betas and eps are for {', '.join(BUILT_IN)}; the plugin {self.use} has `options`")

    def made_by(self, plugin: Any) -> Optim:
        """These settings with the plugin's object (see `contract.Optimiser`)."""
        made = replace(self)
        object.__setattr__(made, "plugin", plugin)
        return made

    def optimiser(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Create the optimiser of these parameters."""
        if self.plugin is not None:
            with blamed(f"optimiser {self.use!r}", "train with another: --set optim.use=adamw"):
                made: Any = self.plugin(list(parameters), lr=self.lr, weight_decay=self.weight_decay)
            if not isinstance(made, torch.optim.Optimizer):
                what = f"returned {type(made).__name__}, not a torch.optim.Optimizer"
                raise PluginError(what, place=f"optimiser {self.use!r}", hint="see asciivae.contract.Optimiser")
            return made
        return BUILT_IN[self.use](
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
