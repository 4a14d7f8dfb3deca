"""Metrics of plugins, measured on trained models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from asciivae import registry
from asciivae.errors import PluginError
from asciivae.experiment.components import make, origin
from asciivae.losses.objective import Objective, Term, facts_of
from asciivae.losses.schedule import constant
from asciivae.metrics.summary import SHOWN, Shown
from asciivae.recipe.resolve import with_config
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.settings.component import Component
from asciivae.text.charset import SIZE

if TYPE_CHECKING:
    from asciivae.text.art import Grid


def plugin_metrics(
    names: Sequence[str], glyphs: torch.Tensor, grids: Sequence[Grid]
) -> tuple[Objective, tuple[Shown, ...]]:
    """Metrics as terms of an objective, and how they are shown.

    Args:
        names: names of metrics, or files, `path.py:Class`.
        glyphs: (95, h, w), with which pictures are drawn.
        grids: the pieces, (h, w) each, whose characters are counted.

    Raises:
        PluginError: a metric is unknown or cannot be made, or its name is that of a score.
    """
    renderer = Analytic(AnalyticConfig(), glyphs)
    counts = sum((np.bincount(grid.ravel(), minlength=SIZE) for grid in grids), np.zeros(SIZE, np.int64))
    facts = facts_of(renderer, torch.from_numpy(counts))
    terms: list[Term] = []
    shown: list[Shown] = []
    for use in names:
        component = with_config("metric", Component(use))
        name = component.use.rpartition(":")[2]
        if name in [term.name for term in terms] or name in [score.name for score in SHOWN]:
            raise PluginError(f"{name!r} is the name of another score", place=f"metric {name!r}", hint="rename it")
        metric = make("metric", component, facts)
        terms.append(Term(name, metric, constant(0.0), origin("metric", component), "metric"))
        about = (registry.load("metric", component.use).__doc__ or "").partition("\n")[0]
        shown.append(Shown(name, False, getattr(metric, "higher_is_better", None), about))
    return Objective(terms, renderer).to(glyphs.device), tuple(shown)
