"""What a recipe of a renderer may hold: one that says `kind: renderer`, and is for `asciivae train-renderer`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from asciivae.recipe.data import Data
from asciivae.recipe.schema import Component, Every, Expect, Glyphs, Optim, SchemaNumber, Train
from asciivae.recipe.values import Count, Line, Many, NotNegative, Pair, Positive, Probability, Section, Seed


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"the least, {bounds[0]:g}, is more than the most, {bounds[1]:g}")
    return bounds


Bounds = Annotated[Pair[Positive], AfterValidator(_rising)]


class Network(Section):
    """The size of the network; that of its pictures is the glyphs'."""

    hidden: Annotated[int, Field(ge=1, le=1024)] = 16
    """Width of what judges whether a cell holds a belief or a one-hot with noise."""


class Shares(Section):
    """How often each kind of page is drawn, relative to the others."""

    clean: NotNegative = 1.0
    """One-hots."""
    noisy: NotNegative = 2.0
    """One-hots with Gaussian noise, clipped and renormalised; to be drawn without the noise."""
    softmax: NotNegative = 1.0
    """Softmax of made-up logits: more or less certain, taking like characters for each other, in disorder."""
    gumbel: NotNegative = 2.0
    """Gumbel-softmax samples, half of made-up logits and half of the decoder's."""
    simplex: NotNegative = 1.0
    """Random points of the simplex."""
    decoder: NotNegative = 1.0
    """Softmax of the decoder's logits, at many temperatures."""

    @model_validator(mode="after")
    def _some(self) -> Shares:
        if not any(self.model_dump().values()):
            raise ValueError("at least one share must be more than 0")
        return self


class Inputs(Section):
    """What the renderer is given to draw. Ranges are [least, most], and a number is drawn for each cell."""

    pages: Count = 64
    """Pages in a step, each of 8 × 8 cells that are picked from all over the batch."""
    shares: Shares = Shares()
    """How often each kind of page is drawn."""
    scattered: Probability = 0.5
    """The share of pages whose characters are replaced by random ones, so that rare ones are learned too."""
    sigma: Bounds = (0.02, 0.15)
    """The deviation of the noise on one-hots."""
    certainty: NotNegative = 12.0
    """The most that is added to the made-up logit of the true character."""
    likeness: NotNegative = 10.0
    """The most that is added to that of a character that looks the same; less to one that looks less alike."""
    disorder: NotNegative = 3.0
    """The largest deviation of the Gaussian noise on made-up logits."""
    tau: Bounds = (0.1, 1.0)
    """The temperature of Gumbel-softmax samples."""
    alpha: Bounds = (0.05, 2.0)
    """The parameter of the Dirichlet distribution that points of the simplex are drawn from."""
    temperature: Bounds = (0.5, 2.0)
    """What the decoder's logits are divided by."""


class Weights(Section):
    """The weights of the terms that are minimised."""

    picture: NotNegative = 10.0
    """Of the squared error of the picture, mean over the pixels."""
    noise: NotNegative = 1.0
    """Of telling one-hots with noise from beliefs, in nats, mean over the cells."""
    decoder: NotNegative = 1.0
    """Of the decoder's characters, in nats, mean over the cells."""


class RendererEvaluation(Section):
    """How validation is done."""

    pieces: Count | None = None
    """At most so many validation pieces; null takes all."""


class RendererRecipe(Section):
    """How a renderer is trained."""

    asciivae: SchemaNumber
    """The number of this schema."""
    kind: Literal["renderer"]
    """What tells it from the recipe of a model."""
    about: Line
    """What the recipe does, on one line."""
    requires: Many[str] = ()
    """pip requirements: the packages whose components it names."""
    seed: Seed = 0
    """The seed of everything random, 0 to 2⁶³ - 1."""
    data: Data = Data()
    """The pieces that soft pages are made of."""
    glyphs: Glyphs = Glyphs()
    """The pictures that it learns to draw; it will be of use with no others."""
    network: Network = Network()
    """The network."""
    decoder: Component
    """A model, with its options, that learns along: the renderer is to draw what decoders emit."""
    inputs: Inputs = Inputs()
    """What the renderer is given to draw."""
    weights: Weights = Weights()
    """The weights of the terms that are minimised."""
    optim: Optim
    """The optimiser, of renderer and decoder alike."""
    train: Train
    """The length and the batches of the run."""
    every: Every = Every()
    """How often the run reports and saves."""
    evaluation: RendererEvaluation = RendererEvaluation()
    """How validation is done."""
    expect: Expect | None = None
    """The numbers that a rebuilt run is compared with."""
