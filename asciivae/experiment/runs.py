"""Starts runs and resumes them from their folder. Nothing here prints; observers are notified instead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asciivae.errors import RecipeProblems, RunError, UsageError
from asciivae.experiment.build import build
from asciivae.experiment.load import InitReport, choose_device, init_from
from asciivae.experiment.trained import TrainedModel
from asciivae.experiment.trained_page import TrainedPageModel
from asciivae.files.atomic import write_text
from asciivae.files.inside import Inside
from asciivae.files.json_reader import parse_json
from asciivae.losses.objective import PYTHON
from asciivae.models.base import VAE
from asciivae.pages.network import PageNetwork
from asciivae.recipe import loader
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import LoadedRecipe, check_recipe
from asciivae.render.glyphs import digest
from asciivae.training.experiment import Experiment
from asciivae.training.fit import fit
from asciivae.training.loop import Step
from asciivae.training.observer import Observer
from asciivae.training.provenance import provenance
from asciivae.training.run_dir import RUNS, FolderTakenError, RunDir

if TYPE_CHECKING:
    from asciivae.training.state import TrainState

CHANGEABLE = ("train.steps", "train.epochs", "train.on_divergence", "every", "evaluation.pieces")
"""Recipe paths that may change when a run is resumed."""
MAX_PROVENANCE = 1 << 24
"""The largest provenance.json, in bytes; it grows with each resumption."""


@dataclass
class Run:
    """A run in its folder: an iterable of its steps, which are logged, sampled and saved according to the recipe.

    Leaving the loop early saves a checkpoint; another loop over the same run continues from there.

    Attributes:
        experiment: the experiment.
        folder: the folder of the run.
        observer: callbacks of the run.
        initial_weights: the tensors loaded from another run's weights; None for none.
        notices: warnings about the resumed run, such as other versions of plugins.
    """

    experiment: Experiment
    folder: RunDir
    observer: Observer = field(default_factory=Observer)
    initial_weights: InitReport | None = None
    notices: tuple[str, ...] = ()

    def __repr__(self) -> str:
        task = self.experiment.task
        return f"Run({self.experiment.name!r}, step {self.state.step} of {task.total_steps}, {str(self.path)!r})"

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self.folder.path

    @property
    def model(self) -> Any:
        """The current `TrainedModel` or `TrainedPageModel`, with averaged weights if the recipe averages them."""
        evaluated = self.state.evaluated()
        if isinstance(evaluated, PageNetwork):
            return TrainedPageModel(
                evaluated,
                self.experiment.glyphs,
                self.experiment.name,
                self.state.step,
                self.path,
                self.experiment.recipe.data,
                self.experiment.metadata["recipe"],
            )
        if not isinstance(evaluated, VAE):
            kind = self.experiment.recipe.kind
            raise UsageError(f"a recipe of kind {kind!r} does not train a VAE", place=str(self.path))
        experiment = self.experiment
        return TrainedModel(
            evaluated,
            experiment.data.canvas,
            experiment.glyphs,
            experiment.name,
            self.state.step,
            self.path,
            experiment.recipe.data,
            experiment.metadata["recipe"],
            experiment.metadata.get("python_model", ""),
        )

    @property
    def state(self) -> TrainState:
        """The training state: step, weights, optimiser."""
        return self.experiment.state

    def __iter__(self) -> Iterator[Step]:
        with self.folder.locked():
            saved = self.folder.latest_step()
            if saved is not None and saved != self.state.step:  # another process continued the run
                self.folder.load(self.state)
                self.folder.rewind(self.state.step)
            yield from fit(self.experiment, self.folder, self.observer)


def start(
    loaded: LoadedRecipe,
    *,
    out: Path | None = None,
    device: str = "auto",
    initial_weights: Path | None = None,
    observer: Observer | None = None,
    **extras: Any,
) -> Run:
    """Build a recipe of any kind and create the folder of its run.

    Args:
        loaded: the recipe.
        out: the folder; by default runs/RECIPE/TIME.
        device: see `choose_device`.
        initial_weights: a run or weights file to initialise the model from, where names and shapes agree.
        observer: callbacks of the run.
        extras: see `build`.

    Raises:
        RunError: the folder is not empty, or cannot be written.
        AsciivaeError: see `build` and `init_from`.
    """
    experiment = build(loaded, choose_device(device), **extras)
    report = init_from(experiment.state, initial_weights) if initial_weights else None
    texts = {
        "recipe.yaml": loaded.text,
        "resolved.yaml": experiment.metadata["recipe"],
        "provenance.json": _provenance(experiment, report=report),
    }
    folder = (
        RunDir.create(out, texts, loaded.recipe.kind) if out else _new_folder(loaded.name, texts, loaded.recipe.kind)
    )
    if report:
        # A run that is killed before its first checkpoint must not restart from other weights.
        with folder.locked():
            folder.save(experiment.state, experiment.metadata, experiment.glyphs, keep=experiment.recipe.every.keep)
    return Run(experiment, folder, observer or Observer(), report)


def resume(
    path: Path,
    sets: Sequence[str] = (),
    unsets: Sequence[str] = (),
    *,
    device: str = "auto",
    observer: Observer | None = None,
    **extras: Any,
) -> Run:
    """Resume a run of any kind from its latest checkpoint.

    Args:
        path: the run's folder.
        sets: `path=value` strings; only `CHANGEABLE` paths may change.
        unsets: paths to remove.
        device: see `choose_device`.
        observer: callbacks of the run.
        extras: see `build`; the objects passed to `start`.

    Raises:
        UsageError: the recipe would change.
        RunError: it is not a run, its corpus, glyphs or renderer changed, or its checkpoint is damaged.
    """
    file = path / "resolved.yaml"
    RunDir.open(path)  # refuses links, before anything is read
    text = loader.read_file(file)
    earlier = _provenance_of(path)
    try:
        loaded = check_recipe(text, str(file), sets, unsets, name=earlier.get("recipe"))
        _check_same_recipe(check_recipe(text, str(file)), loaded)
    except RecipeProblems as error:
        if (packages := _packages(earlier)) and any("unknown" in p.message for p in error.problems):
            error.hint = f"the run used {', '.join(packages)}: pip install {' '.join(packages)}; {error.hint}"
        raise
    folder = RunDir.open(path, loaded.recipe.kind)
    experiment = build(loaded, choose_device(device), **extras)
    _check_same_objects(experiment, earlier, path)
    _check_same_inputs(experiment, earlier, path)
    with folder.locked():
        folder.load(experiment.state)
        _check_length(experiment, path)
        folder.rewind(experiment.state.step)
        write_text(file, dump_yaml(loaded.resolved()))
        write_text(path / "provenance.json", _provenance(experiment, earlier))
    lost = () if earlier else ("provenance.json is missing or damaged, so it is not known whether the corpus changed",)
    return Run(experiment, folder, observer or Observer(), notices=(*lost, *_other_versions(experiment, earlier)))


def _check_same_objects(experiment: Experiment, earlier: dict[str, Any], path: Path) -> None:
    """Refuse to go on without the losses and the model that the run was started with from Python."""
    then = earlier.get("losses")
    names = {term.name for term in experiment.task.terms}
    origins = then.items() if isinstance(then, dict) else ()
    lost = [name for name, origin in origins if origin == PYTHON and name not in names]
    if lost:
        given = ", ".join(f"{name!r}: (loss, weight)" for name in lost)
        raise UsageError(
            f"the run was started from Python with {', '.join(map(repr, lost))} among its losses",
            place=str(path),
            hint=f"pass them again: asciivae.resume({str(path)!r}, losses={{{given}}})",
        )
    model = earlier.get("python_model")
    if isinstance(model, str) and "python_model" not in experiment.metadata:
        raise UsageError(
            "the run was started from Python with a model of its own",
            place=str(path),
            hint=f"pass it again: asciivae.resume({str(path)!r}, model=…)",
        )


def _packages(earlier: dict[str, Any]) -> list[str]:
    """The requirements of the packages of third parties whose losses a run used, by its provenance."""
    then = earlier.get("losses")
    found = [str(origin).split() for origin in then.values()] if isinstance(then, dict) else []
    packages = {f"{o[0]}=={o[1]}": None for o in found if len(o) == 2 and o[0] not in ("asciivae", PYTHON)}
    return [package for package in packages if re.fullmatch(r"[\w.-]+==[\w.+-]+", package)]


def _other_versions(experiment: Experiment, earlier: dict[str, Any]) -> Iterator[str]:
    """Yield a notice for each loss whose package has another version than when the run started."""
    then = earlier.get("losses")
    for term in experiment.task.terms:
        before = then.get(term.name) if isinstance(then, dict) else None
        if isinstance(before, str) and before != term.origin:
            yield f"loss {term.name!r} is from {term.origin}; the run started with {before}"


def _provenance(experiment: Experiment, earlier: dict[str, Any] | None = None, report: InitReport | None = None) -> str:
    corpus = experiment.data.corpus
    made = provenance(
        experiment.task.device,
        recipe=experiment.name,
        corpus={
            "source": corpus.source,
            "digest": corpus.digest,
            "pieces": len(corpus),
            "left_out": experiment.data.excluded,
            "refused": corpus.refused_total,
        },
        glyphs=digest(experiment.glyphs),
        renderer=experiment.renderer_digest,
        losses={term.name: term.origin for term in experiment.task.terms},
    )
    if "python_model" in experiment.metadata:
        made["python_model"] = experiment.metadata["python_model"]
    if report:
        made["initial_weights"] = {"path": str(report.path), "recipe": report.name, "step": report.step}
    if earlier:
        made["earlier"] = [*earlier.pop("earlier", []), earlier]
    return json.dumps(made, indent=2) + "\n"


def _provenance_of(run: Path) -> dict[str, Any]:
    """The provenance in a run's folder; empty if it is missing or damaged."""
    try:
        found = parse_json(Inside(run).read("provenance.json", MAX_PROVENANCE))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    kinds = {"recipe": str, "earlier": list}
    sound: dict[str, Any] = {k: value for k, value in found.items() if isinstance(value, kinds.get(k, object))}
    if not re.fullmatch(r"[\w.-]{1,80}", sound.get("recipe", "x")):
        del sound["recipe"]
    return sound


def _check_same_recipe(saved: LoadedRecipe, wanted: LoadedRecipe) -> None:
    changed = [
        path
        for path in _different(saved.resolved(), wanted.resolved())
        if not any(path == may or path.startswith(f"{may}.") for may in CHANGEABLE)
    ]
    if changed:
        raise UsageError(
            f"a resumed run keeps its recipe; cannot change {', '.join(changed)}",
            hint=f"only {', '.join(CHANGEABLE)} may change; for anything else start a new run",
        )


def _check_length(experiment: Experiment, path: Path) -> None:
    done, asked = experiment.state.step, experiment.task.total_steps
    if asked < done:
        raise UsageError(
            f"the run has taken {done} steps, and its recipe now ends after {asked}",
            place=str(path),
            hint=f"keep the length, or extend it: --set train.steps={2 * done}",
        )


def _check_same_inputs(experiment: Experiment, earlier: dict[str, Any], path: Path) -> None:
    then = earlier.get("corpus")
    now = {
        "corpus": experiment.data.corpus.digest,
        "glyphs": digest(experiment.glyphs),
        "renderer": experiment.renderer_digest,
    }
    begun = {name: earlier.get(name) for name in now}
    begun["corpus"] = then.get("digest") if isinstance(then, dict) else None
    changed = [name for name in now if begun[name] is not None and begun[name] != now[name]]
    if changed:
        restart = f"start a new run with its recipe: asciivae train --recipe {path / 'resolved.yaml'}"
        if experiment.recipe.kind == "model":
            restart += f" --init-from {path}"
        raise RunError(
            f"the {' and the '.join(changed)} of this run changed since it started, so it cannot be resumed",
            place=str(path),
            hint=f"restore the original, or {restart}",
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


def _new_folder(name: str, texts: Mapping[str, str], kind: str) -> RunDir:
    """Create runs/RECIPE/TIME, or runs/RECIPE/TIME-2 … if another run began in the same second."""
    folder = RUNS / name / datetime.now().strftime("%Y%m%d-%H%M%S")
    for path in (folder, *(folder.with_name(f"{folder.name}-{n}") for n in range(2, 1000))):
        if not path.exists():
            with suppress(FolderTakenError):
                return RunDir.create(path, texts, kind)
    raise RunError("a thousand runs began in this second", place=str(folder), hint="name a folder with --out")
