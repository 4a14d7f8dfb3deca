"""The Python API of `import asciivae`: models, runs and evaluation for scripts and notebooks."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from asciivae.drawing.draw import DrawConfig, Style
from asciivae.drawing.lines import Kind
from asciivae.errors import UsageError
from asciivae.experiment import runs
from asciivae.experiment.components import make
from asciivae.experiment.drawings import Form
from asciivae.experiment.evaluate import choose_pieces, fitting
from asciivae.experiment.evaluate import evaluate as _evaluate
from asciivae.experiment.load import choose_device, load_any, load_model, load_tracer
from asciivae.experiment.runs import Run
from asciivae.experiment.trained import TrainedModel
from asciivae.experiment.trained_page import TrainedPageModel
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import LoadedRecipe, check_recipe, with_config
from asciivae.recipe.resolve import load_recipe as _load_recipe
from asciivae.render.settings import Glyphs
from asciivae.settings.component import Component
from asciivae.tracer.trained import TrainedTracer, as_picture

if TYPE_CHECKING:
    from torch import Tensor

    from asciivae.contract import Loss, Renderer
    from asciivae.losses.schedule import Points, Ramp
    from asciivae.metrics.summary import ModelScores
    from asciivae.models.base import VAE
    from asciivae.tracer.trained import PictureLike
    from asciivae.training.observer import Observer

RecipeLike = str | Path | Mapping[str, Any] | LoadedRecipe
"""A recipe: a name, the path of a .yaml file, plain data, or a loaded recipe."""


@overload
def load(source: Literal["bundled"] = ..., device: str = "auto") -> TrainedModel: ...
@overload
def load(source: Literal["bundled-page"], device: str = "auto") -> TrainedPageModel: ...
@overload
def load(source: Literal["bundled-tracer"], device: str = "auto") -> TrainedTracer: ...
@overload
def load(source: str | Path, device: str = "auto") -> Any: ...
def load(source: str | Path = "bundled", device: str = "auto") -> Any:
    """Load a trained model: a VAE of drawings, a model of whole pages, or a tracer, which draws pictures.

    Args:
        source: "bundled", "bundled-page", "bundled-tracer", a run's folder, or a .safetensors file.
        device: auto, cpu, cuda, cuda:N or mps.

    Raises:
        ModelError: the file is missing, damaged, or not a model's.
        RunError: the folder has no checkpoint.
        UsageError: the device cannot be used.
    """
    return load_any(Path(source), choose_device(device))


def draw(
    image: PictureLike,
    width: int | None = None,
    height: int | None = None,
    *,
    lines: Kind = "auto",
    detail: float = 0.5,
    style: Style = "line",
    fit: bool = False,
    search: bool = True,
    seed: int = 0,
    invert: bool = False,
    model: TrainedTracer | str | Path = "bundled-tracer",
    form: Form = "text",
) -> Any:
    """Draw a picture with characters.

        print(asciivae.draw("photo.jpg", width=64))

    Args:
        image: a file's path, the bytes of one, a Pillow image, or an array (h, w), (h, w, 3) or (h, w, 4) of uint8, or
            of floats in [0, 1].
        width: columns; 64 if neither is given, and with `height` the most that there may be.
        height: rows.
        lines: `edges` of a photo, `strokes` of a line drawing, dark pixels as `given`, or `auto`.
        detail: from 0, the main lines only, to 1, nearly all.
        style: `line`, or `shade`: tones with lines on top.
        fit: move the picture under the grid, so that its lines fall into cells.
        search: improve the page by local search.
        seed: 0 takes the likeliest characters, any other number a variation of its own.
        invert: swap dark and light.
        model: a tracer: a run, a weights file, or one that was loaded.
        form: `text`, or `array` for characters (H, W) uint8.

    Raises:
        ArtError: the picture cannot be read, or no line is found in it.
        ModelError: the tracer cannot be loaded.
        UsageError: a value is outside of its range.
    """
    config = DrawConfig(
        width=width, height=height, lines=lines, detail=detail, style=style, fit=fit, search=search, seed=seed
    )
    picture = as_picture(image, invert=invert)
    tracer = model if isinstance(model, TrainedTracer) else _tracer(Path(model))
    drawn = tracer.draw(picture, config)
    return drawn.text if form == "text" else drawn.grid


@functools.lru_cache(maxsize=2)
def _tracer(path: Path) -> TrainedTracer:
    return load_tracer(path, choose_device("cpu"))


def load_recipe(
    recipe: str | Path | Mapping[str, Any],
    set: Mapping[str, Any] | None = None,
    unset: Sequence[str] = (),
) -> LoadedRecipe:
    """Find, parse and validate a recipe.

    Args:
        recipe: a name, the path of a .yaml file, or plain data.
        set: values by dotted path, as for `--set`: `{"train.steps": 100}`.
        unset: dotted paths to remove.

    Raises:
        RecipeError: there is no such recipe.
        RecipeProblems: it is invalid; all problems of one phase together.
    """
    sets = _overrides(set)
    if isinstance(recipe, Mapping):
        return check_recipe(dump_yaml(dict(recipe)), "recipe", sets, unset, folder=Path.cwd())
    return _load_recipe(recipe, sets, unset)


def train(
    recipe: RecipeLike,
    set: Mapping[str, Any] | None = None,
    *,
    losses: Mapping[str, tuple[Loss, float | Ramp | Points]] | None = None,
    model: VAE | None = None,
    init_from: str | Path | None = None,
    out: str | Path | None = None,
    device: str = "auto",
    observer: Observer | None = None,
) -> Run:
    """Start a run: an iterable of steps, which trains while it is iterated over.

        run = asciivae.train("quickstart", set={"train.steps": 100}, losses={"mine": (MyLoss(), 0.5)})
        for step in run:
            print(step.number, step.total, step.terms)
        run.model.reconstruct("cat.txt")

    Leaving the loop saves a checkpoint; another loop over `run`, or over `asciivae.resume(run.path)`, continues.

    Args:
        recipe: a recipe of any kind.
        set: values by dotted path; not for a `LoadedRecipe`.
        losses: additional losses by name: an object that implements `asciivae.contract.Loss`, and its weight.
        model: a model that replaces the recipe's.
        init_from: a run or weights file to initialise the model from, where names and shapes agree.
        out: the run's folder; by default runs/RECIPE/TIME.
        device: auto, cpu, cuda, cuda:N or mps.
        observer: callbacks of the run.

    Raises:
        AsciivaeError: the recipe, the corpus, a plugin or the folder is invalid.
    """
    loaded = recipe if isinstance(recipe, LoadedRecipe) else load_recipe(recipe, set)
    return runs.start(
        loaded,
        out=None if out is None else Path(out),
        device=device,
        initial_weights=None if init_from is None else Path(init_from),
        observer=observer,
        **_extras(losses, model),
    )


def resume(
    path: str | Path,
    set: Mapping[str, Any] | None = None,
    *,
    losses: Mapping[str, tuple[Loss, float | Ramp | Points]] | None = None,
    model: VAE | None = None,
    device: str = "auto",
    observer: Observer | None = None,
    allow_files: bool = False,
) -> Run:
    """Resume a run from its latest checkpoint; objects passed to `train` have to be passed again.

    Args:
        path: the run's folder.
        set: values by dotted path; only the length of the run and its intervals may change.
        losses: the losses passed to `train`.
        model: the model passed to `train`.
        device: auto, cpu, cuda, cuda:N or mps.
        observer: callbacks of the run.
        allow_files: whether the run's recipe may name Python files, which are executed.

    Raises:
        RunError: it is not a run, it is damaged, or its corpus, glyphs or renderer changed.
        UsageError: the recipe would change.
    """
    return runs.resume(
        Path(path),
        _overrides(set),
        device=device,
        observer=observer,
        allow_files=allow_files,
        **_extras(losses, model),
    )


def evaluate(
    model: TrainedModel | str | Path = "bundled",
    data: str | Path | Sequence[str | Path] = "embedded",
    *,
    split: str = "validation",
    limit: int | None = None,
) -> ModelScores:
    """Measure a model on drawings, by default on those that recipes hold out.

    Args:
        model: a loaded model, or an argument of `load`.
        data: one or more corpora.
        split: `validation` (a tenth, by hash), or `all`.
        limit: maximum number of pieces, evenly spaced.

    Returns:
        Scores over all cells (`scores.over_cells["char_f1"]`), by piece, and by size and ink.

    Raises:
        CorpusError: a corpus cannot be opened.
        ModelError: all pieces are too large for the model.
    """
    from asciivae.corpus.side import Side

    trained = model if isinstance(model, TrainedModel) else load_model(Path(model), choose_device("auto"))
    corpora = [str(data)] if isinstance(data, str | Path) else [str(one) for one in data]
    pieces = fitting([trained], choose_pieces(corpora, Side(split), limit))
    (scores,) = _evaluate([trained], [trained.path], pieces)
    return scores


def renderer(name: str, options: Mapping[str, Any] | None = None, glyphs: Tensor | None = None) -> Renderer:
    """Create a renderer, which maps probabilities (B, 95, H, W) to pictures (B, 1, H·h, W·w) in [0, 1].

    Args:
        name: `analytic`, `discrete`, `neural`, or a plugin's.
        options: its options, as in a recipe.
        glyphs: (95, h, w) in [0, 1]; the default glyphs of recipes if omitted.

    Raises:
        PluginError: there is no such renderer, or it cannot be created.
        ValueError: an option is invalid.
    """
    component = with_config("renderer", Component(name, dict(options or {})))
    made: Renderer = make("renderer", component, Glyphs().atlas() if glyphs is None else glyphs)
    return made


def _overrides(set: Mapping[str, Any] | None) -> list[str]:
    if set is not None and not isinstance(set, Mapping):
        raise UsageError(f"set is {type(set).__name__}, not a mapping", place="set", hint='set={"train.steps": 100}')
    return [f"{path}={json.dumps(value)}" for path, value in (set or {}).items()]


def _extras(losses: Mapping[str, Any] | None, model: Any) -> dict[str, Any]:
    """The arguments that were given; recipes of other kinds accept neither."""
    return {key: value for key, value in (("losses", losses), ("model", model)) if value is not None}
