"""The one place where recipes become objects: names turn into classes, paths into tensors.

Everything else in the house is given what it needs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from asciivae import __version__, registry
from asciivae.contract import Facts
from asciivae.corpus import Corpus
from asciivae.corpus.augment import Augmentation
from asciivae.corpus.concat import open_corpora
from asciivae.corpus.filters import exclude, fits
from asciivae.corpus.splits import split
from asciivae.errors import AsciivaeError, ModelError, PluginError, RecipeError
from asciivae.losses.objective import Objective, Term, baseline_of, facts_of, rendered_glyphs
from asciivae.losses.schedule import Schedule, constant, piecewise, ramp
from asciivae.models import Model, create
from asciivae.models.relax import Annealing, Relaxation
from asciivae.recipe.data import Augment, Crop, Data, Shift
from asciivae.recipe.data import Canvas as FixedCanvas
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.renderer import RendererRecipe
from asciivae.recipe.resolve import Loaded, LoadedRecipe
from asciivae.recipe.schema import Glyphs, Gumbel, Points, Ramp, Recipe, Train
from asciivae.render.glyphs import atlas
from asciivae.rng import derived_seed
from asciivae.text.art import MAX_SIDE
from asciivae.text.charset import SIZE, SPACE
from asciivae.train.averaging import WeightAveraging
from asciivae.train.batches import Batches, Canvas, Roll
from asciivae.train.loop import Objective as TaskObjective
from asciivae.train.loop import Task
from asciivae.train.optim import OptimiserSettings
from asciivae.train.state import TrainState
from asciivae.train.validation import Validation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pieces = NDArray[np.int64]

Made = TypeVar("Made")


@dataclass(frozen=True)
class Laid:
    """The pieces of a recipe as a model will see them.

    Attributes:
        corpus: all of them.
        left_out: how many each pattern of `data.exclude` took.
        training: the numbers of the pieces that are trained on.
        validating: the numbers of those that are not.
        validated: those of them that are measured in training.
        canvas: how they are laid on pages.
        batches: of the training pieces.
        total_steps: of the run.
    """

    corpus: Corpus
    left_out: dict[str, int]
    training: Pieces
    validating: Pieces
    validated: Pieces
    canvas: Canvas
    batches: Batches
    total_steps: int


@dataclass(frozen=True)
class Built(Laid):
    """A recipe, ready to run: its pieces as they are laid, and what is to be done with them.

    Attributes:
        loaded: the recipe.
        task: model, losses and batches.
        state: the moving parts, at step 0.
        validation: measures the state.
        glyphs: (95, h, w), the atlas that is rendered with.
    """

    loaded: Loaded
    task: Task
    state: TrainState
    validation: Callable[[TrainState], dict[str, float]]
    glyphs: Tensor

    @property
    def recipe(self) -> Recipe | RendererRecipe:
        """The recipe itself, with every default."""
        return self.loaded.recipe

    def metadata(self) -> dict[str, str]:
        """What a weights file of this experiment says about itself."""
        return {"asciivae": __version__, "name": self.loaded.name, "recipe": dump_yaml(self.loaded.resolved())}


@dataclass(frozen=True)
class Experiment(Built):
    """A model's recipe, ready to run."""

    loaded: LoadedRecipe
    validation: Validation

    @property
    def recipe(self) -> Recipe:
        """The recipe itself, with every default."""
        return self.loaded.recipe


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
    model = initialised(recipe.seed, lambda: create(loaded.model_config))
    laid = lay(recipe, model)
    renderer, drawn_by = _made("renderer", recipe.renderer.use, loaded.renderer_config, atlas_of(recipe.glyphs))
    counts = character_counts(laid.corpus, laid.training, laid.canvas)
    terms = _terms(loaded, facts_of(renderer, counts))
    objective = Objective(terms, renderer, drawn_by=f"renderer {recipe.renderer.use!r} of {drawn_by}").to(device)
    module = _module(model).to(device)
    task = task_of(recipe, laid, model, _relaxation(recipe), objective)
    roll = recipe.data.roll
    validation = Validation(
        task=task,
        corpus=laid.corpus,
        pieces=laid.validated,
        canvas=laid.canvas,
        batch_size=recipe.train.batch,
        sampled=recipe.evaluation.sampled,
        roll=laid.batches.roll if roll and roll.validation else None,
    )
    return Experiment(
        **vars(laid),
        loaded=loaded,
        task=task,
        state=state_of(recipe, module),
        validation=validation,
        glyphs=rendered_glyphs(baseline_of(renderer)).cpu(),
    )


def lay(recipe: Recipe | RendererRecipe, model: Model) -> Laid:
    """Open a recipe's corpus, split it, and lay its pieces for a model.

    Raises:
        CorpusError: the corpus cannot be read, or a side of the split is empty.
        ModelError: a piece is too large for the model.
        RecipeError: the recipe wants a canvas that the model cannot take.
    """
    corpus, left_out = corpus_of(recipe.data)
    training, validating = sides(recipe.data, corpus)
    canvas = canvas_of(recipe.data, model)
    validated = validating[: recipe.evaluation.pieces]
    augmentation = _augmentation(recipe.data.augment)
    margin = augmentation.margin if augmentation and augmentation.shift else 0
    # Now, and not when hours of training are at stake.
    for pieces, around in ((validated, 0), (training, margin)):
        for piece in pieces.tolist():
            _page_size(corpus, piece, canvas, around)
    roll = recipe.data.roll
    shift = Roll(roll.max, roll.sigma) if roll else None
    batches = Batches(corpus, training, recipe.train.batch, canvas, recipe.seed, shift, augmentation)
    steps = recipe.train.steps or (recipe.train.epochs or 0) * batches.steps_per_epoch
    return Laid(corpus, left_out, training, validating, validated, canvas, batches, steps)


def corpus_of(data: Data) -> tuple[Corpus, dict[str, int]]:
    """The pieces that a recipe names, without those that it leaves out; and how many each pattern of these took.

    Raises:
        CorpusError: a corpus cannot be opened, or nothing is left.
    """
    corpus = open_corpora(data.corpora)
    return exclude(corpus, data.exclude.model_dump()) if data.exclude else (corpus, {})


def sides(data: Data, corpus: Corpus) -> tuple[Pieces, Pieces]:
    """The numbers of the pieces that a recipe trains on, and of those that it validates on.

    Raises:
        CorpusError: one of the two would be empty.
    """
    kept = np.arange(len(corpus)) if data.max_side is None else fits(corpus, data.max_side)
    usable = corpus if data.max_side is None else corpus.select(kept)
    training, validating = split(usable, data.split.rule, data.split.share, data.split.seed)
    return kept[training][: data.limit], kept[validating]


def canvas_of(data: Data, model: Model) -> Canvas:
    """How a recipe lays pieces for this model.

    Raises:
        RecipeError: the recipe wants a canvas that the model cannot take.
    """
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


def _page_size(corpus: Corpus, piece: int, canvas: Canvas, margin: int = 0) -> tuple[int, int]:
    height, width = canvas.content(corpus.grid(piece)).shape
    try:
        return canvas.size_for(height + margin, width + margin)
    except ModelError as error:
        with_margin = f" with data.augment.shift.margin {margin}" if margin else ""
        place = f"{corpus.source}, piece {corpus.column('id')[piece]}{with_margin}"
        hint = f"--set data.max_side={_largest_side(canvas) - margin}"
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


def initialised(seed: int, make: Callable[[], Made]) -> Made:
    """What `make` makes with parameters that depend on the seed alone."""
    # PyTorch initialises from its global generator: lend it ours, and give it back as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "initialisation"))
        return make()


def _module(model: Model) -> nn.Module:
    assert isinstance(model, nn.Module)
    return model


def atlas_of(glyphs: Glyphs) -> Tensor:
    """The glyphs (95, h, w) of a recipe."""
    res = (glyphs.res, glyphs.res) if isinstance(glyphs.res, int) else glyphs.res
    return atlas(glyphs.font, cell=glyphs.cell, res=res, zoom=glyphs.zoom, antialias=glyphs.antialias)


def _augmentation(augment: Augment | None) -> Augmentation | None:
    if augment is None:
        return None
    crop, shift = augment.crop or Crop(probability=0.0), augment.shift or Shift(probability=0.0)
    return Augmentation(
        crop=crop.probability,
        smallest=crop.smallest,
        mirror=augment.mirror,
        shift=shift.probability,
        margin=shift.margin,
        paste=augment.paste,
        noise=augment.noise.probability if augment.noise else 0.0,
        replaced=augment.noise.share if augment.noise else 0.0,
    )


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


def _averaging(train: Train) -> WeightAveraging | None:
    """How a recipe averages weights over epochs, if it does."""
    swa = train.swa
    return WeightAveraging(swa.start, swa.lr, swa.anneal) if swa else None


def task_of(
    recipe: Recipe | RendererRecipe, laid: Laid, model: Model, relaxation: Relaxation, objective: TaskObjective
) -> Task:
    """What a run does at every step, with the pieces that it was given."""
    return Task(
        model=model,
        relaxation=relaxation,
        objective=objective,
        batches=laid.batches,
        seed=recipe.seed,
        total_steps=laid.total_steps,
        precision=recipe.train.precision,
        averaging=_averaging(recipe.train),
    )


def state_of(recipe: Recipe | RendererRecipe, module: nn.Module, result: str = "") -> TrainState:
    """The moving parts of a run at step 0; see `TrainState`."""
    train = recipe.train
    return TrainState(module, _optimiser(recipe), ema=train.ema, scaled=train.precision == "fp16", result=result)


def _optimiser(recipe: Recipe | RendererRecipe) -> OptimiserSettings:
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
