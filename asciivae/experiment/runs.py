"""Starts runs and resumes them from their folder. Nothing here prints; observers are notified instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asciivae.errors import RecipeProblems, RunError, UsageError
from asciivae.experiment.build import build
from asciivae.experiment.load import InitReport, choose_device, init_from
from asciivae.experiment.resuming import (
    check_length,
    check_same_inputs,
    check_same_objects,
    check_same_recipe,
    other_versions,
    packages_of,
    provenance_text,
    read_provenance,
)
from asciivae.experiment.shared import shared
from asciivae.experiment.trained import TrainedModel
from asciivae.experiment.trained_page import TrainedPageModel
from asciivae.models.base import VAE
from asciivae.pages.network import PageNetwork
from asciivae.recipe import loader
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import LoadedRecipe, check_recipe
from asciivae.training.experiment import Experiment
from asciivae.training.fit import fit
from asciivae.training.followed import FollowedDir
from asciivae.training.joined import join
from asciivae.training.loop import Step
from asciivae.training.observer import Observer
from asciivae.training.ranks import Ranks
from asciivae.training.run_dir import RUNS, FolderTakenError, RunDir

if TYPE_CHECKING:
    from asciivae.training.state import TrainState


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
    ranks = join()
    experiment = _built(loaded, device, ranks, extras)
    report = init_from(experiment.state, initial_weights) if initial_weights else None
    texts = {
        "recipe.yaml": loaded.text,
        "resolved.yaml": experiment.metadata["recipe"],
        "provenance.json": provenance_text(experiment, loaded.folder, report=report),
    }
    kind = loaded.recipe.kind
    made = ranks.led(lambda: (RunDir.create(out, texts, kind) if out else _new_folder(loaded.name, texts, kind)).path)
    folder = _opened(made, kind, ranks)
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
    allow_files: bool = False,
    **extras: Any,
) -> Run:
    """Resume a run of any kind from its latest checkpoint.

    Args:
        path: the run's folder.
        sets: `path=value` strings; only `CHANGEABLE` paths may change.
        unsets: paths to remove.
        device: see `choose_device`.
        observer: callbacks of the run.
        allow_files: whether the run's recipe may name Python files, which are executed.
        extras: see `build`; the objects passed to `start`.

    Raises:
        UsageError: the recipe would change.
        RunError: it is not a run, its corpus, glyphs or renderer changed, or its checkpoint is damaged.
    """
    file = path / "resolved.yaml"
    RunDir.open(path)  # refuses links, before anything is read
    text = loader.read_file(file)
    earlier = read_provenance(path)
    home = Path(earlier.get("folder", ".")) if allow_files else None
    try:
        loaded = check_recipe(text, str(file), sets, unsets, name=earlier.get("recipe"), folder=home)
        check_same_recipe(check_recipe(text, str(file), folder=home), loaded)
    except RecipeProblems as error:
        if any("names a file" in p.message for p in error.problems):
            error.hint = f"look at the files, then: asciivae train --resume {path} --allow-files"
        if (packages := packages_of(earlier)) and any("unknown" in p.message for p in error.problems):
            error.hint = f"the run used {', '.join(packages)}: pip install {' '.join(packages)}; {error.hint}"
        raise
    ranks = join()
    folder = _opened(path, loaded.recipe.kind, ranks)
    experiment = _built(loaded, device, ranks, extras)
    check_same_objects(experiment, earlier, path)
    check_same_inputs(experiment, earlier, path)
    with folder.locked():
        folder.load(experiment.state)
        check_length(experiment, path)
        folder.rewind(experiment.state.step)
        folder.describe(
            {
                "resolved.yaml": dump_yaml(loaded.resolved()),
                "provenance.json": provenance_text(experiment, loaded.folder, earlier),
            }
        )
    lost = () if earlier else ("provenance.json is missing or damaged, so it is not known whether the corpus changed",)
    return Run(experiment, folder, observer or Observer(), notices=(*lost, *other_versions(experiment, earlier)))


def _built(loaded: LoadedRecipe, device: str, ranks: Ranks, extras: Mapping[str, Any]) -> Experiment:
    """The experiment of a recipe, of which this process has its part."""
    chosen = ranks.device(choose_device(device))
    return shared(ranks.in_turn(lambda: build(loaded, chosen, **extras)), ranks)


def _opened(path: Path, kind: str, ranks: Ranks) -> RunDir:
    return (RunDir if ranks.leads else FollowedDir).open(path, kind)


def _new_folder(name: str, texts: Mapping[str, str], kind: str) -> RunDir:
    """Create runs/RECIPE/TIME, or runs/RECIPE/TIME-2 … if another run began in the same second."""
    folder = RUNS / name / datetime.now().strftime("%Y%m%d-%H%M%S")
    for path in (folder, *(folder.with_name(f"{folder.name}-{n}") for n in range(2, 1000))):
        if not path.exists():
            with suppress(FolderTakenError):
                return RunDir.create(path, texts, kind)
    raise RunError("a thousand runs began in this second", place=str(folder), hint="name a folder with --out")
