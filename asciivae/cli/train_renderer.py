"""`asciivae train-renderer`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asciivae.cli import runs
from asciivae.cli.output import reported, say

if TYPE_CHECKING:
    from asciivae.experiment.build_renderer import RendererExperiment
    from asciivae.train.run_dir import RunFolder
    from asciivae.train.state import TrainState

EXAMPLE = "train-renderer --recipe onehot2raa"


@reported
def train_renderer(
    recipe: Annotated[
        str | None, typer.Option("--recipe", "-r", help="A renderer's recipe [default: onehot2raa].")
    ] = None,
    sets: Annotated[list[str] | None, typer.Option("--set", help="Override a value: path=value.")] = None,
    unsets: Annotated[list[str] | None, typer.Option("--unset", help="Remove a value: path.")] = None,
    resume: Annotated[Path | None, typer.Option(help="Continue the run in this folder.")] = None,
    out: Annotated[Path | None, typer.Option(help="The run's folder [default: runs/RECIPE/TIME].")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "cpu",
) -> None:
    """Train a renderer, onehot2raa, by a recipe of its own, or continue a run.

    It learns to draw one set of glyphs. Its weights, checkpoints/step-N/renderer.safetensors in the run's folder, are
    named in the recipe of a model, which it serves frozen: renderer: {use: neural, weights: FILE}

    Examples:

      asciivae train-renderer

      asciivae train-renderer --set glyphs.res=9

      asciivae train-renderer --resume runs/onehot2raa/20260102-030405
    """
    if resume is not None:
        runs.either(recipe, resume, EXAMPLE)
        runs.resume(resume, sets or [], unsets or [], out, device)
        return
    from asciivae.recipe.resolve_renderer import load_renderer_recipe

    loaded = load_renderer_recipe(recipe or "onehot2raa", sets or [], unsets or [])
    from asciivae.experiment.load import choose_device

    say(f"recipe {loaded.name}: {loaded.recipe.about}")
    trainer = renderer_trainer()
    experiment = trainer.build(loaded, choose_device(device))
    folder = runs.create(trainer, experiment, out)
    with folder.locked():
        runs.run(trainer, experiment, folder)


def renderer_trainer() -> runs.Trainer:
    """How renderers are trained."""
    from asciivae.experiment.build_renderer import build_renderer
    from asciivae.recipe.resolve_renderer import check_renderer_recipe

    return runs.Trainer("renderer", check_renderer_recipe, build_renderer, _sample, _farewell)


def _sample(experiment: RendererExperiment, folder: RunFolder, state: TrainState) -> str:
    from PIL import Image

    from asciivae.files.atomic import cannot_write

    picture, rows = experiment.validation.comparison(state)
    file = folder.path / "samples" / f"step-{state.step}.png"
    try:
        file.parent.mkdir(exist_ok=True)
        Image.fromarray((picture * 255).round().byte().numpy()).save(file)
    except OSError as error:
        raise cannot_write(file, error) from error
    return f"what should be seen, and what is drawn, of pages that are {', '.join(rows)}: {file.name}\n"


def _farewell(experiment: RendererExperiment, folder: RunFolder) -> str:
    sets = [f"renderer.weights={folder.latest() / 'renderer.safetensors'}"]
    glyphs = experiment.recipe.glyphs.model_dump(mode="json", exclude_defaults=True)
    if glyphs:  # it would be refused with others
        sets.append(f"glyphs={json.dumps(glyphs)}")
    given = "".join(f" --set {shlex.quote(text)}" for text in sets)
    return f"train a model with these glyphs through it:\n  asciivae train --recipe vae-through-onehot2raa{given}"
