"""The one place where recipes become objects: names turn into classes, paths into tensors.

Everything else in the house is given what it needs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from asciivae import __version__, registry
from asciivae.contract import Facts
from asciivae.corpus import Corpus, open_corpus
from asciivae.corpus.filters import fits
from asciivae.corpus.splits import split
from asciivae.errors import AsciivaeError, ModelError, PluginError, RecipeError, UsageError
from asciivae.evaluate.validation import Validation
from asciivae.losses.objective import Objective, Term, facts_of, rendered_glyphs
from asciivae.losses.schedule import Schedule, constant, piecewise, ramp
from asciivae.models import Model, create
from asciivae.models.relax import Annealing, Relaxation
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import LoadedRecipe, check_model
from asciivae.recipe.schema import Canvas as FixedCanvas
from asciivae.recipe.schema import Data, Glyphs, Gumbel, Points, Ramp, Recipe
from asciivae.render.glyphs import atlas
from asciivae.text.art import MAX_SIDE
from asciivae.text.charset import SIZE, SPACE
from asciivae.train.averaging import WeightAveraging
from asciivae.train.batches import Batches, Canvas, Roll
from asciivae.train.loop import Task
from asciivae.train.optimiser import OptimiserSettings
from asciivae.train.run_folder import RunFolder
from asciivae.train.state import TrainState
from asciivae.train.streams import derived_seed
from asciivae.train.weights_file import (
    DAMAGED,
    are_greys,
    checked_header,
    holds_glyphs,
    stated_name,
    stated_step,
    suits,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pieces = NDArray[np.int64]


@dataclass(frozen=True)
class Experiment:
    """A recipe, ready to run.

    Attributes:
        loaded: the recipe.
        corpus: its pieces.
        training: the numbers of the pieces that are trained on.
        validating: the numbers of those that are not.
        canvas: how pieces are laid on pages.
        task: model, losses and batches.
        state: the moving parts, at step 0.
        validation: measures the state.
        glyphs: (95, h, w), the atlas that is rendered with.
    """

    loaded: LoadedRecipe
    corpus: Corpus
    training: Pieces
    validating: Pieces
    canvas: Canvas
    task: Task
    state: TrainState
    validation: Validation
    glyphs: Tensor

    @property
    def recipe(self) -> Recipe:
        """The recipe itself, with every default."""
        return self.loaded.recipe

    def metadata(self) -> dict[str, str]:
        """What a weights file of this experiment says about itself."""
        return {"asciivae": __version__, "name": self.loaded.name, "recipe": dump_yaml(self.loaded.resolved())}


@dataclass(frozen=True)
class TrainedModel:
    """A model from a weights file, in evaluation mode.

    Attributes:
        model: the model.
        canvas: how pieces are laid for it.
        glyphs: (95, h, w), the atlas that it was trained with.
        name: of the recipe.
        step: when it was saved.
        path: where it was read from.
    """

    model: Model
    canvas: Canvas
    glyphs: Tensor
    name: str
    step: int
    path: Path


def build(loaded: LoadedRecipe, device: torch.device) -> Experiment:
    """Build all that a recipe names.

    Args:
        loaded: a checked recipe.
        device: where to train.

    Raises:
        CorpusError: the corpus cannot be read, or a side of the split is empty.
        RecipeError: the recipe's parts do not fit each other.
    """
    recipe = loaded.recipe
    corpus = open_corpus(recipe.data.corpus)
    training, validating = sides(recipe.data, corpus)
    model = _initialised(loaded, recipe.seed)
    canvas = _canvas(recipe.data, model)
    cell = recipe.glyphs
    glyphs = atlas(cell.font, cell=cell.cell, res=_resolution(cell), zoom=cell.zoom, antialias=cell.antialias)
    renderer, drawn_by = _made("renderer", recipe.renderer.use, loaded.renderer_config, glyphs)
    validated = validating[: recipe.evaluation.pieces]
    for piece in validated.tolist():
        _page_size(corpus, piece, canvas)  # now, and not when hours of training are at stake
    counts = character_counts(corpus, training, canvas)
    terms = _terms(loaded, facts_of(renderer, counts))
    objective = Objective(terms, renderer, drawn_by=f"renderer {recipe.renderer.use!r} of {drawn_by}").to(device)
    roll = recipe.data.roll
    shift = Roll(roll.max, roll.sigma) if roll else None
    batches = Batches(corpus, training, recipe.train.batch, canvas, recipe.seed, shift)
    module = _module(model).to(device)
    task = Task(
        model=model,
        relaxation=_relaxation(recipe),
        objective=objective,
        batches=batches,
        seed=recipe.seed,
        total_steps=recipe.train.steps or (recipe.train.epochs or 0) * batches.steps_per_epoch,
        precision=recipe.train.precision,
        averaging=_averaging(recipe),
    )
    state = TrainState(module, _optimiser(recipe), ema=recipe.train.ema, scaled=recipe.train.precision == "fp16")
    validation = Validation(
        task=task,
        corpus=corpus,
        pieces=validated,
        canvas=canvas,
        batch_size=recipe.train.batch,
        sampled=recipe.evaluation.sampled,
        roll=shift if roll and roll.validation else None,
    )
    return Experiment(
        loaded, corpus, training, validating, canvas, task, state, validation, rendered_glyphs(renderer).cpu()
    )


def load_model(path: Path, device: torch.device) -> TrainedModel:
    """Load a weights file, or the latest checkpoint of a run.

    Nothing in the file is executed: its recipe is checked as any recipe is, and its tensors must have the shapes that
    the recipe's model has before memory is taken for them. Weights in half precision become float32.

    Args:
        path: a .safetensors file, a run's folder or a checkpoint's.
        device: where the model shall be.

    Raises:
        ModelError: the file is none of ours, or does not fit its own recipe.
        RecipeError, RecipeProblems: that recipe is none.
        RunError: the folder has no checkpoint.
    """
    from safetensors import SafetensorError, safe_open

    file = _weights_file(path)
    try:
        with safe_open(file, framework="pt") as weights:
            header = checked_header(file, weights.metadata())
            model_config, recipe = check_model(header.get("recipe", ""), f"{file} (recipe)")
            with torch.device("meta"):
                model = create(model_config)
            expected = model.state_dict()
            found = {name: weights.get_slice(name) for name in weights.keys()}  # noqa: SIM118
            atlas_slice = found.pop("glyphs", None)
            fitting = found.keys() == expected.keys() and all(suits(found[name], expected[name]) for name in found)
            if not fitting or atlas_slice is None or not holds_glyphs(atlas_slice):
                raise ModelError("does not hold the tensors of its own recipe", place=str(file), hint=DAMAGED)
            glyphs = weights.get_tensor("glyphs")
            if not are_greys(glyphs):
                raise ModelError("holds glyphs whose greys are not in [0, 1]", place=str(file), hint=DAMAGED)
            model = model.to_empty(device=device)
            model.load_state_dict({name: weights.get_tensor(name) for name in expected})
    except (OSError, SafetensorError) as error:
        raise ModelError(f"cannot be read as a weights file ({error})", place=str(file), hint=DAMAGED) from error
    model.eval()
    return TrainedModel(
        model,
        _canvas(recipe.data, model),
        glyphs,
        stated_name(header),
        stated_step(header),
        file,
    )


@dataclass(frozen=True)
class Borrowed:
    """What a run begins with of another one's weights.

    Attributes:
        path: the weights file.
        name: of the recipe that they were trained by.
        step: when they were saved.
        loaded: tensors taken over.
        differing: tensors of this name in both, with other shapes or types; not loaded.
        missing: tensors that only the new model has; they keep their initial values.
        unused: tensors that only the file has.
    """

    path: Path
    name: str
    step: int
    loaded: tuple[str, ...]
    differing: tuple[str, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]


def begin_with(state: TrainState, path: Path) -> Borrowed:
    """Give a new run's model the weights of another run, as far as names and shapes agree.

    Args:
        state: at step 0.
        path: a run's folder, a checkpoint's, or a .safetensors file.

    Raises:
        ModelError: it is no weights file, or none of its tensors fits.
        RunError: the folder has no checkpoint.
    """
    from safetensors import SafetensorError, safe_open

    file = _weights_file(path)
    own = state.model.state_dict()
    try:
        with safe_open(file, framework="pt") as weights:
            header = checked_header(file, weights.metadata())
            found = {name: weights.get_slice(name) for name in weights.keys() if name != "glyphs"}  # noqa: SIM118
            fitting = tuple(name for name in own if name in found and suits(found[name], own[name]))
            state.begin_with({name: weights.get_tensor(name) for name in fitting})
    except (OSError, SafetensorError) as error:
        raise ModelError(f"cannot be read as a weights file ({error})", place=str(file), hint=DAMAGED) from error
    if not fitting:
        raise ModelError(
            "has no tensor that fits this recipe's model", place=str(file), hint="take a run of the same kind of model"
        )
    return Borrowed(
        path=file,
        name=stated_name(header),
        step=stated_step(header),
        loaded=fitting,
        differing=tuple(name for name in own if name in found and name not in fitting),
        missing=tuple(name for name in own if name not in found),
        unused=tuple(name for name in found if name not in own),
    )


def choose_device(name: str) -> torch.device:
    """Turn `auto`, `cpu`, `cuda`, `cuda:1` or `mps` into a device that is there.

    Raises:
        UsageError: it is not there, or is no device.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        if not re.fullmatch(r"cpu|mps|cuda(:[0-9]{1,3})?", name):
            raise RuntimeError("known are auto, cpu, cuda, cuda:N and mps")
        device = torch.device(name)
        torch.empty(1, device=device).item()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise UsageError(
            f"device {name!r} cannot be used ({str(error).splitlines()[0]})", hint="use --device auto or --device cpu"
        ) from error
    return device


def sides(data: Data, corpus: Corpus) -> tuple[Pieces, Pieces]:
    """The numbers of the pieces that a recipe trains on, and of those that it validates on.

    Raises:
        CorpusError: one of the two would be empty.
    """
    kept = np.arange(len(corpus)) if data.max_side is None else fits(corpus, data.max_side)
    usable = corpus if data.max_side is None else corpus.select(kept)
    training, validating = split(usable, data.split.rule, data.split.share, data.split.seed)
    return kept[training][: data.limit], kept[validating]


def character_counts(corpus: Corpus, pieces: Pieces, canvas: Canvas) -> Tensor:
    """How often each character stands on the pages of these pieces, padding included: (95,) int64."""
    counts = np.zeros(SIZE, np.int64)
    for piece in pieces.tolist():
        grid = corpus.grid(piece)
        content = canvas.content(grid)
        height, width = _page_size(corpus, piece, canvas)
        counts += np.bincount(content.ravel(), minlength=SIZE)
        counts[SPACE] += height * width - content.size
    return torch.from_numpy(counts)


def _page_size(corpus: Corpus, piece: int, canvas: Canvas) -> tuple[int, int]:
    try:
        return canvas.size(corpus.grid(piece))
    except ModelError as error:
        place = f"{corpus.source}, piece {corpus.column('id')[piece]}"
        hint = f"--set data.max_side={_largest_side(canvas)}"
        raise ModelError(error.message, place=place, hint=hint) from error


def _largest_side(canvas: Canvas) -> int:
    """Of the squares that the canvas takes, the side of the largest."""

    def too_large(side: int) -> bool:
        try:
            canvas.size_for(side, side)
        except ModelError:
            return True
        return False

    return bisect_left(range(1, MAX_SIDE + 1), True, key=too_large)


def _weights_file(path: Path) -> Path:
    if path.is_dir():
        return (path if (path / "model.safetensors").is_file() else RunFolder.open(path).latest()) / "model.safetensors"
    if not path.is_file():
        raise ModelError("does not exist", place=str(path), hint="give a run's folder or a .safetensors file")
    return path


def _initialised(loaded: LoadedRecipe, seed: int) -> Model:
    # PyTorch initialises from its global generator: lend it ours, and give it back as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "initialisation"))
        return create(loaded.model_config)


def _module(model: Model) -> nn.Module:
    assert isinstance(model, nn.Module)
    return model


def _canvas(data: Data, model: Model) -> Canvas:
    if not isinstance(data.canvas, FixedCanvas):
        return Canvas(model.canvas, trimmed=True)
    wanted = (data.canvas.height, data.canvas.width)
    try:
        suitable = model.canvas(*wanted)
    except ModelError as error:
        raise RecipeError(error.message, path="data.canvas", hint="--set data.canvas=fitted") from error
    if suitable != wanted:
        raise RecipeError(
            f"a canvas of {wanted[0]} × {wanted[1]} cells does not suit this model, {suitable[0]} × {suitable[1]} does",
            path="data.canvas",
            hint=f"--set data.canvas='{{height: {suitable[0]}, width: {suitable[1]}}}'",
        )
    return Canvas.fixed(*wanted, rule=data.place)


def _resolution(glyphs: Glyphs) -> tuple[int, int]:
    return (glyphs.res, glyphs.res) if isinstance(glyphs.res, int) else glyphs.res


def _relaxation(recipe: Recipe) -> Relaxation:
    relax = recipe.relax
    if not isinstance(relax, Gumbel):
        return Relaxation(relax.use)
    tau = relax.tau if isinstance(relax.tau, float) else Annealing(relax.tau.min, relax.tau.rate)
    return Relaxation("gumbel", relax.hard, tau)


def _terms(loaded: LoadedRecipe, facts: Facts) -> list[Term]:
    terms = []
    for spec, config in zip(loaded.recipe.losses, loaded.loss_configs, strict=True):
        loss, origin = _made("loss", spec.use, config, facts)
        terms.append(Term(spec.name, loss, _schedule(spec.weight), origin))
    return terms


def _made(kind: str, name: str, *arguments: Any) -> tuple[Any, str]:
    """A component, and the package and version that it comes from."""
    origin = registry.find(kind, name).origin
    component = registry.load(kind, name)
    try:
        return component(*arguments), origin
    except AsciivaeError:
        raise
    except Exception as error:
        raise PluginError(
            f"cannot be made: {type(error).__name__}: {error}",
            place=f"{kind} {name!r} of {origin}",
            hint=f"see to its options: asciivae plugins show {name}; --debug prints the traceback",
        ) from error


def _schedule(weight: float | Ramp | Points) -> Schedule:
    if isinstance(weight, Ramp):
        return ramp(*weight.ramp, steps=weight.steps, start=weight.start, cosine=weight.shape == "cosine")
    if isinstance(weight, Points):
        return piecewise(weight.points)
    return constant(weight)


def _averaging(recipe: Recipe) -> WeightAveraging | None:
    swa = recipe.train.swa
    return WeightAveraging(swa.start, swa.lr, swa.anneal) if swa else None


def _optimiser(recipe: Recipe) -> OptimiserSettings:
    optim = recipe.optim
    return OptimiserSettings(
        kind=optim.use,
        lr=optim.lr,
        betas=optim.betas,
        eps=optim.eps,
        weight_decay=optim.weight_decay,
        clip=optim.clip,
        cosine=optim.schedule.use == "cosine",
        warmup=optim.schedule.warmup,
        final=optim.schedule.final,
        cosine_steps=optim.schedule.steps,
    )
