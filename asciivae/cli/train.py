"""`asciivae train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asciivae.cli import completion
from asciivae.cli.inputs import DeviceOption, check_folder
from asciivae.cli.output import follow, reported, result, say
from asciivae.errors import UsageError
from asciivae.training.joined import join

if TYPE_CHECKING:
    from asciivae.experiment.load import InitReport
    from asciivae.experiment.runs import Run

Sets = Annotated[list[str] | None, typer.Option("--set", help="Override a value: path=value.")]
Unsets = Annotated[list[str] | None, typer.Option("--unset", help="Remove a value: path.")]
Resume = Annotated[Path | None, typer.Option(help="Resume the run in this folder.")]
Out = Annotated[Path | None, typer.Option(help="The run's folder (default: runs/RECIPE/TIME).")]


@reported
def train(
    recipe: Annotated[
        str | None,
        typer.Option("--recipe", "-r", help="A recipe's name or .yaml file.", autocompletion=completion.recipes),
    ] = None,
    sets: Sets = None,
    unsets: Unsets = None,
    resume: Resume = None,
    init_from: Annotated[
        Path | None,
        typer.Option(metavar="RUN|FILE", help="Initialise with the weights of this run or .safetensors file."),
    ] = None,
    allow_files: Annotated[
        bool, typer.Option("--allow-files", help="Run the Python files that the recipe of the resumed run names.")
    ] = False,
    out: Out = None,
    device: DeviceOption = "auto",
    precision: Annotated[
        str | None,
        typer.Option(help="fp32, bf16 or fp16; like --set train.precision=…", autocompletion=completion.precisions),
    ] = None,
) -> None:
    """Train a model or a renderer from a recipe, or resume a run.

    All output is written to the run's folder, whose path is printed at the end.

    Examples:

      asciivae train --recipe quickstart

      asciivae train --recipe base --set data.corpus=art/ --set train.steps=2000

      asciivae train --recipe 2e13fa9-resumed --init-from runs/2e13fa9/20260102-030405

      asciivae train --resume runs/base/20260102-030405
    """
    overrides = [*(sets or []), *([f"train.precision={precision}"] if precision else [])]
    if resume is not None and init_from is not None:
        raise UsageError("--init-from cannot be combined with --resume: a run has its own weights", hint="omit one")
    if allow_files and resume is None:
        raise UsageError("--allow-files is for --resume", hint="omit it: a recipe whose path you give may name files")
    start_or_resume(
        recipe,
        resume,
        overrides,
        unsets or [],
        out,
        device,
        init_from,
        allow_files,
        example="train --recipe quickstart",
    )


def start_or_resume(
    recipe: str | None,
    resumed: Path | None,
    sets: list[str],
    unsets: list[str],
    out: Path | None,
    device: str,
    init_from: Path | None = None,
    allow_files: bool = False,
    *,
    example: str,
) -> None:
    """Train from a recipe or resume a run, to the end, and print the next command.

    Raises:
        UsageError: both a recipe and a run are given, or neither.
    """
    if (recipe is None) == (resumed is None):
        raise UsageError("give either --recipe or --resume", hint=f"asciivae {example}, or: asciivae recipes list")
    check_folder("--out", out)
    if not join().leads:
        follow()
    if resumed is not None:
        if out is not None:
            raise UsageError("--out cannot be combined with --resume: a run stays in its folder", hint="omit --out")
        from asciivae.experiment.runs import resume

        run = resume(resumed, sets, unsets, device=device, allow_files=allow_files)
        say(f"resuming {resumed} after step {run.state.step}")
        for notice in run.notices:
            say(f"note: {notice}")
        steps = run.experiment.task.total_steps
        if run.state.step >= steps:
            say(
                f"all {steps} steps are done; to go on: asciivae train --resume {resumed} --set train.steps={2 * steps}"
            )
    else:
        from asciivae.recipe.resolve import load_recipe

        loaded = load_recipe(str(recipe), sets, unsets)
        say(f"recipe {loaded.name}: {loaded.recipe.about}")
        from asciivae.experiment.runs import start

        run = start(loaded, out=out, device=device, initial_weights=init_from)
        if run.initial_weights:
            _say_initial_weights(run.initial_weights)
    _finish(run)


def _finish(run: Run) -> None:
    from asciivae.cli.progress import Progress

    experiment, task = run.experiment, run.experiment.task
    data = experiment.data
    parameters = sum(parameter.numel() for parameter in task.module.parameters())
    say(
        f"{len(data.training):,} pieces to train on, {len(data.validating):,} to validate; "
        f"{parameters:,} parameters; {task.total_steps:,} steps of {experiment.recipe.train.batch} on {task.device}"
    )
    if data.excluded:
        taken = ", ".join(f"{count:,} by {pattern}" for pattern, count in data.excluded.items())
        say(f"excluded by data.exclude: {taken}")
    with Progress(run.state.step, task.total_steps) as run.observer:
        for _ in run:
            pass
    say(f"\n{experiment.next_command(run.folder)}")
    result(str(run.path))


def _say_initial_weights(report: InitReport) -> None:
    tensors = "1 tensor" if len(report.loaded) == 1 else f"{len(report.loaded)} tensors"
    say(f"loaded: {tensors} of {report.name}, step {report.step} ({report.path})")
    left = {
        "of another shape": report.differing,
        "not in the file": report.missing,
        "not in this model": report.unused,
    }
    tensors_left = [f"{', '.join(names)} ({why})" for why, names in left.items() if names]
    say("not loaded: " + "; ".join([*tensors_left, "the optimiser, the learning rate and the step, which start anew"]))
