"""The recipe of a page model becomes an experiment."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from asciivae.experiment.components import initialised
from asciivae.pages.batches import PageBatches
from asciivae.pages.draw import finished
from asciivae.pages.network import PageNetwork
from asciivae.pages.objective import CellObjective, PageTask
from asciivae.pages.settings import PageRecipe
from asciivae.pages.stepper import TorchPages
from asciivae.pages.validation import PageValidation, evaluated_network
from asciivae.text.art import side_by_side
from asciivae.training.data import prepare_data
from asciivae.training.experiment import Experiment
from asciivae.training.state import TrainState

if TYPE_CHECKING:
    import torch

    from asciivae.training.run_dir import RunDir

SAMPLES, SAMPLE_SIZE = 3, (12, 28)
"""How many pages are drawn to look at in training, and their size in cells."""


def build_page(name: str, recipe: PageRecipe, device: torch.device, metadata: Mapping[str, str]) -> Experiment:
    """Build all that the recipe of a page model names.

    Args:
        name: of the recipe.
        recipe: the recipe.
        device: where to train.
        metadata: for weights files.
    """
    network = initialised(recipe.seed, lambda: PageNetwork(recipe.network)).to(device)
    data = prepare_data(recipe, lambda height, width: (height, width))
    batches = PageBatches(data, recipe)
    task = PageTask(
        module=network,
        objective=CellObjective(recipe.cells, recipe.guess).to(device),
        batches=batches,
        seed=recipe.seed,
        **recipe.train.of_task(batches.steps_per_epoch),
    )

    def sample(state: TrainState, folder: RunDir) -> str:
        drawn = finished(TorchPages(evaluated_network(state)), np.zeros(SAMPLE_SIZE, np.uint8), count=SAMPLES)
        return side_by_side(*drawn.pages)

    return Experiment(
        name=name,
        recipe=recipe,
        data=data,
        task=task,
        state=TrainState(network, recipe.optim, **recipe.train.of_state()),
        validate=PageValidation([data.canvas.page(data.corpus.grid(piece)) for piece in data.validated.tolist()]),
        sample=sample,
        glyphs=recipe.glyphs.atlas(),
        metadata=metadata,
        next_command=lambda folder: f"draw pages:\n  asciivae sample --model {shlex.quote(str(folder.path))}",
    )
