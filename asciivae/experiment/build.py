"""Builds an `Experiment` from a recipe of any kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asciivae import __version__
from asciivae.experiment.components import described, make
from asciivae.experiment.model import build_model
from asciivae.experiment.page import build_page
from asciivae.experiment.renderer import build_renderer
from asciivae.experiment.tracer import build_tracer
from asciivae.models.layout import MOST_KERNELS, reserve_kernels
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import LoadedRecipe, with_config
from asciivae.settings.component import Component
from asciivae.training.experiment import Experiment
from asciivae.training.optim import BUILT_IN

if TYPE_CHECKING:
    import torch

BUILDERS: dict[str, Callable[..., Experiment]] = {
    "model": build_model,
    "renderer": build_renderer,
    "page": build_page,
    "tracer": build_tracer,
}
"""The builders by kind of recipe; see `recipe.schema.KINDS`."""
KERNELS = {"page": 512}
"""How many oneDNN kernels are kept, by kind of recipe. Each batch of pages has a shape of its own, so kept kernels are
seldom used again, and with the default number a run on a CPU grows by 10 MB per step."""


def build(loaded: LoadedRecipe, device: torch.device, **extras: Any) -> Experiment:
    """Build the experiment of a recipe.

    Args:
        loaded: a valid recipe.
        device: the device to train on.
        extras: objects to add to or replace those of the recipe; see the builder of its kind.

    Raises:
        CorpusError: the corpus cannot be read, or a side of the split is empty.
        RecipeError: the parts of the recipe do not fit together.
        PluginError: a component cannot be created.
    """
    reserve_kernels(KERNELS.get(loaded.recipe.kind, MOST_KERNELS))
    metadata = {"asciivae": __version__, "name": loaded.name, "recipe": dump_yaml(loaded.resolved())}
    recipe = loaded.recipe
    if recipe.optim.use not in BUILT_IN:
        chosen = with_config("optimiser", Component(recipe.optim.use, recipe.optim.options), reserved=())
        plugin = make("optimiser", chosen)
        recipe = replace(recipe, optim=recipe.optim.made_by(plugin))
    made = BUILDERS[recipe.kind](loaded.name, recipe, device, metadata, **extras)
    observers = tuple((described("observer", one), make("observer", one)) for one in recipe.observers)
    return replace(made, observers=observers)
