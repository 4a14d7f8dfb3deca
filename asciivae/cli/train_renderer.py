"""`asciivae train-renderer`: `train` with a renderer's defaults."""

from __future__ import annotations

from typing import Annotated

import typer

from asciivae.cli import completion
from asciivae.cli.inputs import DeviceOption
from asciivae.cli.output import reported
from asciivae.cli.train import Out, Resume, Sets, Unsets, start_or_resume


@reported
def train_renderer(
    recipe: Annotated[
        str | None,
        typer.Option(
            "--recipe", "-r", help="A renderer's recipe (default: onehot2raa).", autocompletion=completion.recipes
        ),
    ] = None,
    sets: Sets = None,
    unsets: Unsets = None,
    resume: Resume = None,
    out: Out = None,
    device: DeviceOption = "cpu",
) -> None:
    """Train a renderer, onehot2raa, from a recipe, or resume a run.

    A renderer learns to draw one set of glyphs. A model's recipe uses it frozen, by its weights in the run's folder,
    checkpoints/step-N/renderer.safetensors: renderer: {use: neural, weights: FILE}

    Examples:

      asciivae train-renderer

      asciivae train-renderer --set glyphs.res=9

      asciivae train-renderer --resume runs/onehot2raa/20260102-030405
    """
    chosen = recipe if resume is not None else recipe or "onehot2raa"
    start_or_resume(chosen, resume, sets or [], unsets or [], out, device, example="train-renderer --recipe onehot2raa")
