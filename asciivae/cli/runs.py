"""What the commands that train share: a run's folder is begun, gone on with, and filled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asciivae.cli.output import result, say
from asciivae.errors import UsageError

if TYPE_CHECKING:
    import torch

    from asciivae.experiment.build import Built
    from asciivae.experiment.load import Borrowed
    from asciivae.recipe.resolve import Loaded
    from asciivae.train.run_dir import Kind, RunFolder
    from asciivae.train.state import TrainState

CHANGEABLE = ("train.steps", "train.epochs", "train.on_divergence", "every", "evaluation.pieces")
"""What may differ when a run is resumed; anything else would make it another experiment."""


@dataclass(frozen=True)
class Trainer:
    """What differs between training a model and training a renderer.

    Attributes:
        kind: which of them.
        check: the text of a recipe to a checked one, like `check_recipe`.
        build: a checked recipe to what can be run.
        sample: shows what the state makes of a few pieces, as text; pictures go into the folder.
        farewell: what can be done with a finished run.
    """

    kind: Kind
    check: Callable[..., Any]
    build: Callable[[Any, torch.device], Built]
    sample: Callable[[Any, RunFolder, TrainState], str]
    farewell: Callable[[Any, RunFolder], str]


def either(recipe: str | None, resumed: Path | None, example: str) -> None:
    """Refuse a command that names both a recipe and a run, or neither."""
    if (recipe is None) == (resumed is None):
        raise UsageError("give either --recipe or --resume", hint=f"asciivae {example}, or: asciivae recipes list")


def create(trainer: Trainer, experiment: Built, out: Path | None, borrowed: Borrowed | None = None) -> RunFolder:
    """The folder of a new run, which holds the recipe and who made it."""
    from asciivae.recipe.export import dump_yaml
    from asciivae.train.run_dir import RunFolder

    loaded = experiment.loaded
    return RunFolder.create(
        out or _stamped(loaded.name),
        {
            "recipe.yaml": loaded.text,
            "resolved.yaml": dump_yaml(loaded.resolved()),
            "provenance.json": _provenance(experiment, borrowed=borrowed),
        },
        trainer.kind,
    )


def resume(path: Path, sets: list[str], unsets: list[str], out: Path | None, device: str) -> None:
    """Go on with a run, be it of a model or of a renderer."""
    if out is not None:
        raise UsageError("--out goes with --recipe; a resumed run stays in its folder", hint="leave --out away")
    from asciivae.cli.train import model_trainer
    from asciivae.cli.train_renderer import renderer_trainer
    from asciivae.files.atomic import write_text
    from asciivae.recipe import loader
    from asciivae.recipe.export import dump_yaml
    from asciivae.recipe.resolve import trains_renderer
    from asciivae.train.run_dir import RunFolder

    folder = RunFolder.open(path)
    file = path / "resolved.yaml"
    text = loader.read_file(file)
    trainer = renderer_trainer() if trains_renderer(loader.parse(text, str(file))) else model_trainer()
    folder = RunFolder.open(path, trainer.kind)
    earlier = _provenance_of(path)
    loaded = trainer.check(text, str(file), sets, unsets, name=earlier.get("recipe"))
    _refuse_other_experiment(trainer.check(text, str(file)), loaded)
    from asciivae.experiment.load import choose_device

    experiment = trainer.build(loaded, choose_device(device))
    _refuse_other_material(trainer.kind, experiment, earlier, path)
    with folder.locked():
        folder.load(experiment.state)
        folder.rewind(experiment.state.step)
        write_text(file, dump_yaml(loaded.resolved()))
        write_text(path / "provenance.json", _provenance(experiment, earlier))
        say(f"resuming {path} after step {experiment.state.step}")
        run(trainer, experiment, folder)


def run(trainer: Trainer, experiment: Built, folder: RunFolder) -> None:
    """Train to the end, into a folder that is locked."""
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
                sample=lambda now: trainer.sample(experiment, folder, now),
                metadata=experiment.metadata(),
                glyphs=experiment.glyphs,
                rollback=experiment.recipe.train.on_divergence == "rollback",
            ),
            progress,
        )
    say(f"\nthe run is in {folder.path}; {trainer.farewell(experiment, folder)}")
    result(str(folder.path))


def _provenance(experiment: Built, earlier: dict[str, Any] | None = None, borrowed: Borrowed | None = None) -> str:
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
        renderer=_renderer_of(experiment),
        losses={term.name: term.origin for term in experiment.task.objective.terms},
    )
    if borrowed:
        made["initial_weights"] = {"path": str(borrowed.path), "recipe": borrowed.name, "step": borrowed.step}
    if earlier:
        made["earlier"] = [*earlier.pop("earlier", []), earlier]
    return json.dumps(made, indent=2) + "\n"


def _renderer_of(experiment: Built) -> str | None:
    """The digest of a renderer that only imitates the glyphs: it names its weights as well."""
    renderer: Any = getattr(experiment.task.objective, "renderer", None)
    return str(renderer.digest) if hasattr(renderer, "baseline") else None


def _provenance_of(run: Path) -> dict[str, Any]:
    """What a run's folder says about its making; nothing if that is lost or spoiled, which must not stop anybody."""
    import json

    try:
        told = json.loads((run / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(told, dict):
        return {}
    kinds = {"recipe": str, "earlier": list}
    return {name: value for name, value in told.items() if isinstance(value, kinds.get(name, object))}


def _refuse_other_experiment(saved: Loaded, wanted: Loaded) -> None:
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


def _refuse_other_material(kind: Kind, experiment: Built, earlier: dict[str, Any], path: Path) -> None:
    from asciivae.errors import RunError
    from asciivae.render.glyphs import digest

    then = earlier.get("corpus")
    now = {
        "corpus": experiment.corpus.digest,
        "glyphs": digest(experiment.glyphs),
        "renderer": _renderer_of(experiment),
    }
    begun = {name: earlier.get(name) for name in now}
    begun["corpus"] = then.get("digest") if isinstance(then, dict) else None
    changed = [name for name in now if begun[name] is not None and begun[name] != now[name]]
    if changed:
        anew = {
            "model": f"begin anew with these weights: --init-from {path}",
            "renderer": f"begin anew: asciivae train-renderer --recipe {path / 'resolved.yaml'}",
        }
        raise RunError(
            f"the {' and the '.join(changed)} of this run changed since it began, so it cannot go on",
            place=str(path),
            hint=f"bring back what it began with, or {anew[kind]}",
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
