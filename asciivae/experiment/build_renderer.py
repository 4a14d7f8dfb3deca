"""How the recipe of a renderer becomes objects, with the parts that `build` makes of any recipe."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from asciivae.experiment.build import Built, atlas_of, initialised, lay, state_of, task_of
from asciivae.models import create
from asciivae.models.relax import Relaxation
from asciivae.onehot2raa.inputs import Mixture, SoftPages
from asciivae.onehot2raa.network import Network
from asciivae.onehot2raa.objective import RENDERER, RendererObjective, RendererWithDecoder
from asciivae.onehot2raa.validation import RenderingValidation
from asciivae.recipe.renderer import RendererRecipe
from asciivae.recipe.resolve_renderer import LoadedRendererRecipe


@dataclass(frozen=True)
class RendererExperiment(Built):
    """A renderer's recipe, ready to run. `task.model` is the renderer with the model that learns along."""

    loaded: LoadedRendererRecipe
    validation: RenderingValidation

    @property
    def recipe(self) -> RendererRecipe:
        """The recipe itself, with every default."""
        return self.loaded.recipe


def build_renderer(loaded: LoadedRendererRecipe, device: torch.device) -> RendererExperiment:
    """Build all that the recipe of a renderer names.

    Args:
        loaded: a checked recipe.
        device: where to train.

    Raises:
        CorpusError: the corpus cannot be read, or a side of the split is empty.
        RecipeError: the recipe's parts do not fit each other.
    """
    recipe = loaded.recipe
    glyphs = atlas_of(recipe.glyphs)
    _, height, width = glyphs.shape

    def learner() -> RendererWithDecoder:
        return RendererWithDecoder(Network((height, width), recipe.network.hidden), create(loaded.decoder_config))

    model = initialised(recipe.seed, learner).to(device)
    laid = lay(recipe, model)
    pages = SoftPages(Mixture(**recipe.inputs.model_dump()), glyphs, recipe.seed)
    objective = RendererObjective(model.renderer, glyphs, pages, recipe.weights.model_dump()).to(device)
    task = task_of(recipe, laid, model, Relaxation("softmax"), objective)
    return RendererExperiment(
        **vars(laid),
        loaded=loaded,
        task=task,
        state=state_of(recipe, model, result=RENDERER),
        validation=RenderingValidation(task, glyphs, laid.corpus, laid.validated, laid.canvas, recipe.train.batch),
        glyphs=glyphs,
    )
