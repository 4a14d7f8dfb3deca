"""Builds the experiment of a recipe for a renderer."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from asciivae.errors import RunError
from asciivae.experiment.components import initialised, make
from asciivae.files.atomic import write_output
from asciivae.onehot2raa.inputs import SoftPages
from asciivae.onehot2raa.network import Network
from asciivae.onehot2raa.objective import RENDERER, RendererObjective, RendererTask, RendererWithDecoder
from asciivae.onehot2raa.settings import RendererRecipe
from asciivae.onehot2raa.validation import RenderingValidation
from asciivae.render.settings import Glyphs
from asciivae.report.png import png_bytes
from asciivae.settings.convert import plain
from asciivae.training.data import prepare_data
from asciivae.training.experiment import Experiment
from asciivae.training.state import TrainState

if TYPE_CHECKING:
    import torch

    from asciivae.training.run_dir import RunDir


def build_renderer(name: str, recipe: RendererRecipe, device: torch.device, metadata: Mapping[str, str]) -> Experiment:
    """Build the experiment of a renderer's recipe.

    Args:
        name: name of the recipe.
        recipe: the recipe.
        device: the device to train on.
        metadata: header of weights files.
    """
    glyphs = recipe.glyphs.atlas()
    _, height, width = glyphs.shape
    module = initialised(
        recipe.seed,
        lambda: RendererWithDecoder(Network((height, width), recipe.network.hidden), make("model", recipe.decoder)),
    ).to(device)
    data = prepare_data(recipe, module.model.canvas)
    task = RendererTask(
        module=module,
        objective=RendererObjective(glyphs, SoftPages(recipe.inputs, glyphs, recipe.seed), recipe.weights).to(device),
        batches=data.batches,
        seed=recipe.seed,
        **recipe.train.of_task(data.batches.steps_per_epoch),
    )
    validation = RenderingValidation(task, glyphs, data.corpus, data.validated, data.canvas, recipe.train.batch)

    def sample(state: TrainState, folder: RunDir) -> str:
        from PIL import Image

        picture, rows = validation.comparison(state)
        file = folder.sample_file(state.step, "png")
        write_output(file, png_bytes(Image.fromarray((picture * 255).round().byte().numpy())), kind=RunError)
        return f"{file.name}: expected (left) and drawn (right) pages: {', '.join(rows)}\n"

    return Experiment(
        name=name,
        recipe=recipe,
        data=data,
        task=task,
        state=TrainState(module, recipe.optim, **recipe.train.of_state(), result=RENDERER),
        validate=validation,
        sample=sample,
        glyphs=glyphs,
        metadata=metadata,
        next_command=lambda folder: _next_command(recipe, folder),
    )


def _next_command(recipe: RendererRecipe, folder: RunDir) -> str:
    sets = [f"renderer.weights={folder.latest() / 'renderer.safetensors'}"]
    default = plain(Glyphs())
    glyphs = {key: value for key, value in plain(recipe.glyphs).items() if value != default[key]}
    if glyphs:  # a renderer is refused with other glyphs
        sets.append(f"glyphs={json.dumps(glyphs)}")
    given = "".join(f" --set {shlex.quote(text)}" for text in sets)
    return f"train a model with these glyphs through it:\n  asciivae train --recipe vae-through-onehot2raa{given}"
