"""What a recipe may hold: its sections, their units, ranges and defaults."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Strict, Tag, field_validator, model_validator

from asciivae.recipe.data import Data
from asciivae.recipe.values import (
    LONG,
    SHORT,
    Count,
    Line,
    Many,
    Name,
    NotNegative,
    Pair,
    Positive,
    Section,
    Seed,
    Share,
    Side,
    Use,
    Whole,
)

SCHEMA = 1
"""The number of this schema, which every recipe states as `asciivae: 1`."""


def _integer(value: Any) -> Any:
    if type(value) is not int:  # True == 1 == 1.0
        raise ValueError(f"must be {SCHEMA}, the number of the schema")
    return value


SchemaNumber = Annotated[Literal[1], BeforeValidator(_integer)]


class Log(Section):
    """Where a rebuilt experiment comes from, and what its log does not say."""

    commit: str
    """The commit that the experiment ran on."""
    command: str | None = None
    """The logged command line, as far as it is known."""
    words: str | None = None
    """What the log says of the settings in words, written as flags of the commit."""
    outcome: str | None = None
    """What the log says about the result."""
    chosen: Many[str] = ()
    """Dotted paths of the values that the log lost, and that are chosen here."""
    notes: str | None = None
    """Where the facts come from, and what was read between the lines."""


class Glyphs(Section):
    """The pictures of the 95 characters."""

    font: Annotated[str, Field(min_length=1)] = "dejavu-sans-mono"
    """A bundled font, or the path of a .ttf file."""
    cell: Literal["tight", "logged"] = "tight"
    """tight: the font's own cell, so that neighbours touch; logged: the cell of the logged experiments."""
    res: Annotated[
        Annotated[Side, SHORT] | Annotated[Pair[Side], LONG],
        Discriminator(lambda value: "<long>" if isinstance(value, list | tuple) else "<short>"),
    ] = (18, 9)
    """Pixels of a cell: n for n × n, or [height, width]; 3 to 64."""
    zoom: Annotated[int, Field(ge=0, le=48)] = 0
    """Only with `cell: logged`: rows and columns cut from the top and left of the 64 × 64 glyph."""
    antialias: bool = True
    """Only with `cell: logged`: whether making a glyph smaller averages over all its pixels; a tight cell does."""


class Component(Section):
    """A component by name; its other keys are that component's options."""

    model_config = ConfigDict(extra="allow")

    use: Use
    """The component's name; `distribution:name` picks one of two that clash."""

    @property
    def options(self) -> dict[str, Any]:
        """The keys that belong to the component itself."""
        return dict(self.__pydantic_extra__ or {})


class Renderer(Component):
    """The renderer, which draws characters or their probabilities."""

    use: Use = "analytic"
    """The renderer's name."""


class Annealing(Section):
    """τ of an epoch: max(min, exp(-rate · epoch))."""

    min: Positive
    """The lowest τ."""
    rate: Positive
    """How fast τ falls, per epoch."""


class Logits(Section):
    """The decoder's raw numbers are rendered."""

    use: Literal["logits"]
    """No relaxation."""


class Softmax(Section):
    """The decoder's probabilities are rendered."""

    use: Literal["softmax"] = "softmax"
    """Probabilities, without noise."""


class Gumbel(Section):
    """A Gumbel-softmax sample of each cell is rendered."""

    use: Literal["gumbel"]
    """A noisy sample."""
    hard: bool = False
    """Whether the sample is one-hot, with the soft sample's gradient (straight-through)."""
    tau: Annotated[
        Annotated[Positive, SHORT] | Annotated[Annealing, LONG],
        Discriminator(lambda value: "<long>" if isinstance(value, dict | Annealing) else "<short>"),
    ]
    """The temperature τ, constant or annealed over the epochs."""


Relax = Annotated[Logits | Softmax | Gumbel, Field(discriminator="use")]


class Ramp(Section):
    """A weight that goes from one value to another, and stays there."""

    ramp: Pair[float]
    """The weight before and after: [from, to]."""
    steps: Count
    """How many steps it takes."""
    start: Whole = 0
    """The step at which it begins."""
    shape: Literal["linear", "cosine"] = "linear"
    """The way from one to the other."""


class Points(Section):
    """A weight by straight lines between points, constant before the first and after the last."""

    points: Annotated[Many[Annotated[tuple[Whole, float], Strict(False)]], Field(min_length=1)]
    """[step, weight] pairs, in increasing steps."""

    @field_validator("points")
    @classmethod
    def _increase(cls, points: tuple[tuple[int, float], ...]) -> tuple[tuple[int, float], ...]:
        steps = [step for step, _ in points]
        if any(later <= earlier for earlier, later in pairwise(steps)):
            raise ValueError("the steps of the points must increase")
        return points


def _weight_form(value: Any) -> str:
    if isinstance(value, Points) or (isinstance(value, dict) and "points" in value):
        return "<points>"
    return "<ramp>" if isinstance(value, dict | Ramp) else "<short>"


Weight = Annotated[
    Annotated[float, SHORT] | Annotated[Ramp, Tag("<ramp>")] | Annotated[Points, Tag("<points>")],
    Discriminator(_weight_form),
]


class Loss(Component):
    """One term of the objective, or several that a loss returns under names of their own."""

    name: Annotated[Name, Field(json_schema_extra=lambda schema: schema.pop("default"))] = ""
    """What the term is called in logs and in `--set losses.NAME…`; the component's name if left out."""
    weight: Weight = 1.0
    """The factor of the term: constant, a ramp, or points."""

    @model_validator(mode="before")
    @classmethod
    def _named_after_use(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("use"), str) and value.get("name") is None:
            return {**value, "name": value["use"].rpartition(":")[2]}
        return value


class LearningRate(Section):
    """How the learning rate moves."""

    use: Literal["constant", "cosine"] = "constant"
    """constant, or half a cosine from `lr` to its final share."""
    warmup: Whole = 0
    """Steps of a straight rise from 0."""
    final: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The share of `lr` that a cosine ends at."""
    steps: Count | None = None
    """The step at which a cosine ends; null is the end of the run. Given, a run that is stopped early by `train.steps`
    takes the same steps as a longer one."""


class Optim(Section):
    """The optimiser."""

    use: Literal["adam", "adamw", "muon"] = "adamw"
    """adam adds weight decay to the gradient, adamw takes it off the weights; muon is adamw whose convolution kernels
    take orthogonal steps."""
    lr: Positive
    """The learning rate."""
    betas: Pair[Annotated[float, Field(ge=0, lt=1)]] = (0.9, 0.999)
    """The decays of the two moments."""
    eps: Positive = 1e-8
    """What keeps the division finite."""
    weight_decay: NotNegative = 0.0
    """The weight decay, per unit of learning rate."""
    clip: Positive | None = None
    """The largest norm of the gradient; null leaves it as it is."""
    schedule: LearningRate = LearningRate()
    """How the learning rate moves."""


class WeightAveraging(Section):
    """Stochastic weight averaging: from one epoch on, the weights at the beginning of every epoch are averaged."""

    start: Count
    """The epoch, counted from 1, at whose beginning it starts."""
    lr: Positive
    """The learning rate from then on."""
    anneal: Whole = 10
    """Epochs over which the learning rate goes over to it, along half a cosine."""


class Train(Section):
    """How long, how many at once, how precisely."""

    steps: Count | None = None
    """Optimiser steps; exactly one of steps and epochs is given. `--set` of one removes the other."""
    epochs: Count | None = None
    """Passes over the training pieces."""
    batch: Count
    """Pieces in a batch."""
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    """The numbers of the forward pass; losses are always fp32."""
    ema: Share | None = None
    """The decay of a running mean of the weights, which is then what is evaluated; null for none."""
    swa: WeightAveraging | None = None
    """Stochastic weight averaging, whose average is then what is evaluated; null for none."""
    on_divergence: Literal["stop", "rollback"] = "stop"
    """What happens when a term is not finite: stop, or go back to the last checkpoint with a lower rate."""

    @model_validator(mode="after")
    def _steps_or_epochs(self) -> Train:
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("exactly one of steps and epochs is needed")
        if self.ema is not None and self.swa is not None:
            raise ValueError("only one of ema and swa can average the weights")
        return self


class Every(Section):
    """How often the run reports and saves, in steps."""

    log: Count = 10
    """Steps between lines of the metrics."""
    evaluate: Count = 200
    """Steps between evaluations."""
    checkpoint: Count = 500
    """Steps between checkpoints."""
    sample: Count = 200
    """Steps between samples."""
    keep: Count = 2
    """How many checkpoints are kept."""


class Evaluation(Section):
    """How validation is done."""

    sampled: bool = False
    """Whether a second pass is measured that draws as training does; its terms are added as `sampled_…`."""
    pieces: Count | None = None
    """At most so many validation pieces; null takes all."""


class Expected(Section):
    """A number that a run of this recipe should reach."""

    value: float
    """The measured value."""
    atol: NotNegative
    """How far from it a run may end."""


class Expect(Section):
    """The numbers that a rebuilt run is compared with."""

    set: Many[str] = ()
    """The overrides, as given to `--set`, under which `losses` were measured: what makes the first steps affordable."""
    losses: Annotated[Many[float], Field(min_length=1)] | None = None
    """The objective's total at the first steps, on the CPU in float64."""
    rtol: Positive = 1e-4
    """How far, relative to them, the losses of another machine may be."""
    metrics: dict[str, Expected] | None = None
    """Final metrics by name."""


class Recipe(Section):
    """An experiment."""

    asciivae: SchemaNumber
    """The number of this schema."""
    about: Line
    """What the recipe does, on one line."""
    requires: Many[str] = ()
    """pip requirements: the packages whose components it names."""
    log: Log | None = None
    """Where a rebuilt experiment comes from."""
    seed: Seed = 0
    """The seed of everything random, 0 to 2⁶³ - 1."""
    data: Data = Data()
    """The pieces."""
    glyphs: Glyphs = Glyphs()
    """The pictures of the characters."""
    renderer: Renderer = Renderer()
    """The renderer and its options."""
    model: Component
    """The model and its options."""
    relax: Relax = Softmax()
    """How the decoder's logits become what is rendered."""
    losses: Annotated[Many[Loss], Field(min_length=1)]
    """The terms of the objective, which is their weighted sum."""
    optim: Optim
    """The optimiser."""
    train: Train
    """The length and the batches of the run."""
    every: Every = Every()
    """How often the run reports and saves."""
    evaluation: Evaluation = Evaluation()
    """How validation is done."""
    expect: Expect | None = None
    """The numbers that a rebuilt run is compared with."""
