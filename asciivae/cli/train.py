"""`asciivae train`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli.inputs import RUNS
from asciivae.cli.output import reported, result, say
from asciivae.errors import UsageError

if TYPE_CHECKING:
    from asciivae.build import Experiment
    from asciivae.load import Borrowed
    from asciivae.recipe.resolve import LoadedRecipe
    from asciivae.train.run_folder import RunFolder
    from asciivae.train.state import TrainState

SAMPLES = 3
CHANGEABLE = ("train.steps", "train.epochs", "train.on_divergence", "every", "evaluation.pieces")
"""What may differ when a run is resumed; anything else would make it another experiment."""


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
    if (recipe is None) == (resume is None):
        raise UsageError(
            "give either --recipe or --resume", hint="asciivae train --recipe quickstart, or: asciivae recipes list"
        )
    overrides = [*(sets or []), *([f"train.precision={precision}"] if precision else [])]
    if resume is not None:
        if init_from is not None:
            raise UsageError(
                "--init-from goes with --recipe; a resumed run has weights of its own", hint="leave --init-from away"
            )
        _resume(resume, overrides, unsets or [], out, device)
    else:
        _begin(str(recipe), overrides, unsets or [], init_from, out, device)


def _begin(
    recipe: str, sets: list[str], unsets: list[str], init_from: Path | None, out: Path | None, device: str
) -> None:
    from asciivae.recipe.resolve import load_recipe

    loaded = load_recipe(recipe, sets, unsets)
    from asciivae.build import build
    from asciivae.load import begin_with, choose_device
    from asciivae.recipe.export import dump_yaml
    from asciivae.train.run_folder import RunFolder

    say(f"recipe {loaded.name}: {loaded.recipe.about}")
    experiment = build(loaded, choose_device(device))
    borrowed = begin_with(experiment.state, init_from) if init_from else None
    folder = RunFolder.create(
        out or _stamped(loaded.name),
        {
            "recipe.yaml": loaded.text,
            "resolved.yaml": dump_yaml(loaded.resolved()),
            "provenance.json": _provenance(experiment, borrowed=borrowed),
        },
    )
    with folder.locked():
        if borrowed:
            _say_borrowed(borrowed)
            # A run that is killed before its first checkpoint must not begin again with other weights.
            folder.save(experiment.state, experiment.metadata(), experiment.glyphs, keep=experiment.recipe.every.keep)
        _run(experiment, folder)


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


def _resume(path: Path, sets: list[str], unsets: list[str], out: Path | None, device: str) -> None:
    if out is not None:
        raise UsageError("--out goes with --recipe; a resumed run stays in its folder", hint="leave --out away")
    from asciivae.recipe import loader
    from asciivae.recipe.export import dump_yaml
    from asciivae.recipe.resolve import check_recipe
    from asciivae.train.files import write_text
    from asciivae.train.run_folder import RunFolder

    folder = RunFolder.open(path)
    file = path / "resolved.yaml"
    text = loader.read_file(file)
    earlier = _provenance_of(path)
    loaded = check_recipe(text, str(file), sets, unsets, name=earlier.get("recipe"))
    _refuse_other_experiment(check_recipe(text, str(file)), loaded)
    from asciivae.build import build
    from asciivae.load import choose_device

    experiment = build(loaded, choose_device(device))
    _refuse_other_material(experiment, earlier, path)
    with folder.locked():
        folder.load(experiment.state)
        folder.rewind(experiment.state.step)
        write_text(file, dump_yaml(loaded.resolved()))
        write_text(path / "provenance.json", _provenance(experiment, earlier))
        say(f"resuming {path} after step {experiment.state.step}")
        _run(experiment, folder)


def _run(experiment: Experiment, folder: RunFolder) -> None:
    from asciivae.cli.progress import Progress
    from asciivae.train.fit import Cadence, Run, fit

    every, task, state = experiment.recipe.every, experiment.task, experiment.state
    parameters = sum(parameter.numel() for parameter in task.module.parameters())
    say(
        f"{len(experiment.training):,} pieces to train on, {len(experiment.validating):,} to validate; "
        f"{parameters:,} parameters; {task.total_steps:,} steps of {experiment.recipe.train.batch} on {task.device}"
    )
    if experiment.left_out:
        taken = ", ".join(f"{count:,} by {pattern}" for pattern, count in experiment.left_out.items())
        say(f"left out by data.exclude: {taken}")
    with Progress(state.step, task.total_steps) as progress:
        fit(
            Run(
                task=task,
                state=state,
                folder=folder,
                cadence=Cadence(every.log, every.evaluate, every.checkpoint, every.sample, every.keep),
                validate=experiment.validation,
                sample=lambda now: _sample(experiment, now),
                metadata=experiment.metadata(),
                glyphs=experiment.glyphs,
                rollback=experiment.recipe.train.on_divergence == "rollback",
            ),
            progress,
        )
    # Without --model, the newest run below runs/ is taken.
    named = "" if folder.path.resolve().is_relative_to(RUNS.resolve()) else f"--model {shlex.quote(str(folder.path))} "
    say(
        f"\nthe run is in {folder.path}; try it on a drawing of yours:\n"
        f"  asciivae reconstruct {named}--side-by-side cat.txt"
    )
    result(str(folder.path))


def _sample(experiment: Experiment, state: TrainState) -> str:
    from asciivae.evaluate.reconstruct import reconstruct
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


def _provenance(experiment: Experiment, earlier: dict[str, Any] | None = None, borrowed: Borrowed | None = None) -> str:
    import json

    from asciivae.render.glyphs import digest
    from asciivae.train.provenance import provenance

    made = provenance(
        experiment.task.device,
        recipe=experiment.loaded.name,
        corpus={
            "source": experiment.corpus.source,
            "digest": experiment.corpus.digest,
            "pieces": len(experiment.corpus),
            "left_out": experiment.left_out,
            "refused": experiment.corpus.refused_total,
        },
        glyphs=digest(experiment.glyphs),
        losses={term.name: term.origin for term in experiment.task.objective.terms},
    )
    if borrowed:
        made["initial_weights"] = {"path": str(borrowed.path), "recipe": borrowed.name, "step": borrowed.step}
    if earlier:
        made["earlier"] = [*earlier.pop("earlier", []), earlier]
    return json.dumps(made, indent=2) + "\n"


def _provenance_of(run: Path) -> dict[str, Any]:
    """What a run's folder says about its making; nothing if that is lost, which must not stop anybody."""
    import json

    try:
        told = json.loads((run / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _refuse_other_experiment(saved: LoadedRecipe, wanted: LoadedRecipe) -> None:
    changed = [
        path
        for path in _different(saved.resolved(), wanted.resolved())
        if not any(path == may or path.startswith(f"{may}.") for may in CHANGEABLE)
    ]
    if changed:
        raise UsageError(
            f"a resumed run keeps its recipe, and {', '.join(changed)} would change",
            hint=f"only {', '.join(CHANGEABLE)} may; for anything else start a new run",
        )


def _refuse_other_material(experiment: Experiment, earlier: dict[str, Any], path: Path) -> None:
    from asciivae.errors import RunError
    from asciivae.render.glyphs import digest

    then = earlier.get("corpus")
    now = {"corpus": experiment.corpus.digest, "glyphs": digest(experiment.glyphs)}
    begun = {"corpus": then.get("digest") if isinstance(then, dict) else None, "glyphs": earlier.get("glyphs")}
    changed = [name for name in now if begun[name] is not None and begun[name] != now[name]]
    if changed:
        raise RunError(
            f"the {' and the '.join(changed)} of this run changed since it began, so it cannot go on",
            place=str(path),
            hint=f"bring back what it began with, or begin anew with these weights: --init-from {path}",
        )


def _different(one: object, other: object, path: str = "") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [*one, *(key for key in other if key not in one)]
        return [
            found
            for key in keys
            for found in _different(one.get(key), other.get(key), f"{path}.{key}" if path else str(key))
        ]
    return [] if one == other else [path]


def _stamped(name: str) -> Path:
    from datetime import datetime

    folder = Path("runs") / name / datetime.now().strftime("%Y%m%d-%H%M%S")
    numbered = (folder.with_name(f"{folder.name}-{n}") for n in range(2, 1000))
    return next(path for path in (folder, *numbered) if not path.exists())
