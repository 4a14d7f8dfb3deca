"""`asciivae train`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asciivae.cli import runs
from asciivae.cli.inputs import RUNS
from asciivae.cli.output import reported, say
from asciivae.errors import UsageError

if TYPE_CHECKING:
    from asciivae.experiment.build import Experiment
    from asciivae.experiment.load import Borrowed
    from asciivae.train.run_dir import RunFolder
    from asciivae.train.state import TrainState

SAMPLES = 3


@reported
def train(
    recipe: Annotated[str | None, typer.Option("--recipe", "-r", help="A recipe's name or .yaml file.")] = None,
    sets: Annotated[list[str] | None, typer.Option("--set", help="Override a value: path=value.")] = None,
    unsets: Annotated[list[str] | None, typer.Option("--unset", help="Remove a value: path.")] = None,
    resume: Annotated[Path | None, typer.Option(help="Continue the run in this folder.")] = None,
    init_from: Annotated[
        Path | None, typer.Option(metavar="RUN|FILE", help="Begin with the weights of this run or .safetensors file.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The run's folder [default: runs/RECIPE/TIME].")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    precision: Annotated[str | None, typer.Option(help="fp32, bf16 or fp16; like --set train.precision=…")] = None,
) -> None:
    """Train a model by a recipe, or continue a run.

    Everything is written into the run's folder, whose path is printed at the end.

    Examples:

      asciivae train --recipe quickstart

      asciivae train --recipe base --set data.corpus=art/ --set train.steps=2000

      asciivae train --recipe 2e13fa9-resumed --init-from runs/2e13fa9/20260102-030405

      asciivae train --resume runs/base/20260102-030405
    """
    runs.either(recipe, resume, "train --recipe quickstart")
    overrides = [*(sets or []), *([f"train.precision={precision}"] if precision else [])]
    if resume is not None:
        if init_from is not None:
            raise UsageError(
                "--init-from goes with --recipe; a resumed run has weights of its own", hint="leave --init-from away"
            )
        runs.resume(resume, overrides, unsets or [], out, device)
    else:
        _begin(str(recipe), overrides, unsets or [], init_from, out, device)


def _begin(
    recipe: str, sets: list[str], unsets: list[str], init_from: Path | None, out: Path | None, device: str
) -> None:
    from asciivae.recipe.resolve import load_recipe

    loaded = load_recipe(recipe, sets, unsets)
    from asciivae.experiment.load import begin_with, choose_device

    say(f"recipe {loaded.name}: {loaded.recipe.about}")
    trainer = model_trainer()
    experiment = trainer.build(loaded, choose_device(device))
    borrowed = begin_with(experiment.state, init_from) if init_from else None
    folder = runs.create(trainer, experiment, out, borrowed)
    with folder.locked():
        if borrowed:
            _say_borrowed(borrowed)
            # A run that is killed before its first checkpoint must not begin again with other weights.
            folder.save(experiment.state, experiment.metadata(), experiment.glyphs, keep=experiment.recipe.every.keep)
        runs.run(trainer, experiment, folder)


def model_trainer() -> runs.Trainer:
    """How models are trained."""
    from asciivae.experiment.build import build
    from asciivae.recipe.resolve import check_recipe

    return runs.Trainer("model", check_recipe, build, _sample, _farewell)


def _say_borrowed(borrowed: Borrowed) -> None:
    tensors = "1 tensor" if len(borrowed.loaded) == 1 else f"{len(borrowed.loaded)} tensors"
    say(f"loaded: {tensors} of {borrowed.name}, step {borrowed.step} ({borrowed.path})")
    left = {
        "of another shape": borrowed.differing,
        "not in the file": borrowed.missing,
        "not in this model": borrowed.unused,
    }
    tensors_left = [f"{', '.join(names)} ({why})" for why, names in left.items() if names]
    say("not loaded: " + "; ".join([*tensors_left, "the optimiser, its rate and the step, which begin anew"]))


def _sample(experiment: Experiment, folder: RunFolder, state: TrainState) -> str:
    from asciivae.latent.reconstruct import reconstruct
    from asciivae.text.art import side_by_side

    # The middle of the validation pieces by area: neither dots nor posters.
    corpus = experiment.corpus
    by_area = sorted(experiment.validating.tolist(), key=lambda i: (corpus.grid(i).size, i))
    middle = max(0, len(by_area) // 2 - SAMPLES // 2)
    grids = [corpus.grid(i) for i in by_area[middle : middle + SAMPLES]]
    with state.averaged():
        experiment.task.module.eval()
        pairs = reconstruct(experiment.task.model, grids, experiment.canvas)
    return "\n".join(side_by_side(pair.original, pair.grid) for pair in pairs)


def _farewell(_: Experiment, folder: RunFolder) -> str:
    # Without --model, the newest run below runs/ is taken.
    named = "" if folder.path.resolve().is_relative_to(RUNS.resolve()) else f"--model {shlex.quote(str(folder.path))} "
    return f"try it on a drawing of yours:\n  asciivae reconstruct {named}--side-by-side cat.txt"
