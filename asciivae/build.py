"""The one place where recipes become objects: names turn into classes, paths into tensors.

Everything else in the house is given what it needs.
"""

from __future__ import annotations

import re
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
from asciivae.text.charset import SIZE, SPACE
from asciivae.train.averaging import WeightAveraging
from asciivae.train.batches import Batches, Canvas, Roll
from asciivae.train.loop import Task
from asciivae.train.optimiser import OptimiserSettings
from asciivae.train.run_folder import MODEL_FORMAT, RunFolder
from asciivae.train.state import TrainState
from asciivae.train.streams import derived_seed

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
        pieces=validating[: recipe.evaluation.pieces],
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
    the recipe's model has before memory is taken for them.

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
            header = _checked_header(file, weights.metadata())
            model_config, recipe = check_model(header.get("recipe", ""), f"{file} (recipe)")
            with torch.device("meta"):
                model = create(model_config)
            expected = {name: tuple(value.shape) for name, value in model.state_dict().items()}
            found = {name: tuple(weights.get_slice(name).get_shape()) for name in weights.keys()}  # noqa: SIM118
            glyph_shape = found.pop("glyphs", ())
            if found != expected or len(glyph_shape) != 3 or glyph_shape[0] != SIZE:
                raise ModelError("does not hold the tensors of its own recipe", place=str(file), hint=_DAMAGED)
            model = model.to_empty(device=device)
            model.load_state_dict({name: weights.get_tensor(name) for name in expected})
            glyphs = weights.get_tensor("glyphs")
    except (OSError, SafetensorError) as error:
        raise ModelError(f"cannot be read as a weights file ({error})", place=str(file), hint=_DAMAGED) from error
    model.eval()
    return TrainedModel(
        model,
        _canvas(recipe.data, model),
        glyphs,
        _stated(header, "name", _NAME, "?"),
        int(_stated(header, "step", _STEP, "0")),
        file,
    )


def _checked_header(file: Path, header: dict[str, str] | None) -> dict[str, str]:
    if header is None or header.get("format") != MODEL_FORMAT:
        raise ModelError(
            "is not the weights file of a model", place=str(file), hint="give a model.safetensors or a run"
        )
    return header


def _stated(header: dict[str, str], key: str, pattern: str, otherwise: str) -> str:
    value = header.get(key, "")
    return value if re.fullmatch(pattern, value) else otherwise


# What a stranger's file says of itself reaches the terminal: nothing else than a name and a number may.
_NAME, _STEP = r"[\w.-]{1,80}", r"[0-9]{1,18}"
_DAMAGED = "the file may be damaged or not from asciivae; copy it again, or train a model"


@dataclass(frozen=True)
class Borrowed:
    """What a run begins with of another one's weights.

    Attributes:
        path: the weights file.
        name: of the recipe that they were trained by.
        step: when they were saved.
        loaded: tensors taken over.
        differing: tensors of this name in both, with other shapes; not loaded.
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
    own = {name: tuple(value.shape) for name, value in state.model.state_dict().items()}
    try:
        with safe_open(file, framework="pt") as weights:
            header = _checked_header(file, weights.metadata())
            found = {name: tuple(weights.get_slice(name).get_shape()) for name in weights.keys()}  # noqa: SIM118
            found.pop("glyphs", None)
            fitting = tuple(name for name in own if found.get(name) == own[name])
            state.begin_with({name: weights.get_tensor(name) for name in fitting})
    except (OSError, SafetensorError) as error:
        raise ModelError(f"cannot be read as a weights file ({error})", place=str(file), hint=_DAMAGED) from error
    if not fitting:
        raise ModelError(
            "has no tensor that fits this recipe's model", place=str(file), hint="take a run of the same kind of model"
        )
    return Borrowed(
        path=file,
        name=_stated(header, "name", _NAME, "?"),
        step=int(_stated(header, "step", _STEP, "0")),
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
        device = torch.device(name)
        torch.empty(1, device=device).item()  # which the device `meta` cannot do
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
        height, width = canvas.size(grid)
        counts += np.bincount(content.ravel(), minlength=SIZE)
        counts[SPACE] += height * width - content.size
    return torch.from_numpy(counts)


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
