"""The schema of recipes of `kind: renderer`."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from asciivae.settings.component import Component
from asciivae.settings.types import Bounds, Count, NotNegative, Probability
from asciivae.training.recipe import BaseRecipe


@dataclass(frozen=True)
class NetworkSize:
    """The size of the network; its pictures have the size of the glyphs.

    Attributes:
        hidden: width of the gate, which tells soft distributions from one-hots with noise.
    """

    hidden: Annotated[int, Field(ge=1, le=1024)] = 16


@dataclass(frozen=True)
class Shares:
    """Relative frequencies of the kinds of pages.

    Attributes:
        clean: one-hots.
        noisy: one-hots with Gaussian noise, clipped and renormalised; to be drawn without the noise.
        softmax: softmax of synthetic logits: of varying certainty, confusing similar characters, with noise.
        gumbel: Gumbel-softmax samples, half of synthetic logits and half of the decoder's.
        simplex: random points of the simplex.
        decoder: softmax of the decoder's logits, at many temperatures.
    """

    clean: NotNegative = 1.0
    noisy: NotNegative = 2.0
    softmax: NotNegative = 1.0
    gumbel: NotNegative = 2.0
    simplex: NotNegative = 1.0
    decoder: NotNegative = 1.0

    def __post_init__(self) -> None:
        """Reject frequencies that are all 0."""
        if not any(astuple(self)):
            raise ValueError("at least one share must be more than 0")


@dataclass(frozen=True)
class Inputs:
    """The inputs of the renderer. Ranges are [lower, upper], sampled for each cell.

    Attributes:
        pages: pages in a step, each of 8 × 8 cells sampled from the whole batch.
        shares: relative frequencies of the kinds of pages.
        scattered: the fraction of pages whose characters are replaced by random ones, so that rare ones are learned.
        sigma: the standard deviation of the noise on one-hots.
        certainty: the maximum added to the synthetic logit of the true character.
        likeness: the maximum added to the synthetic logit of an identical character; less for less similar ones.
        disorder: the maximum standard deviation of the Gaussian noise on synthetic logits.
        tau: the temperature of Gumbel-softmax samples.
        alpha: the parameter of the Dirichlet distribution of points of the simplex.
        temperature: the divisor of the decoder's logits.
    """

    pages: Count = 64
    shares: Shares = Shares()
    scattered: Probability = 0.5
    sigma: Bounds = (0.02, 0.15)
    certainty: NotNegative = 12.0
    likeness: NotNegative = 10.0
    disorder: NotNegative = 3.0
    tau: Bounds = (0.1, 1.0)
    alpha: Bounds = (0.05, 2.0)
    temperature: Bounds = (0.5, 2.0)


@dataclass(frozen=True)
class Weights:
    """The weights of the terms of the objective.

    Attributes:
        picture: weight of the squared error of the picture, mean over the pixels.
        noise: weight of the gate's cross-entropy (one-hots with noise against soft distributions), in nats per cell.
        decoder: weight of the cross-entropy of the decoder's characters, in nats per cell.
    """

    picture: NotNegative = 10.0
    noise: NotNegative = 1.0
    decoder: NotNegative = 1.0


@dataclass(frozen=True, kw_only=True)
class RendererRecipe(BaseRecipe):
    """A recipe that trains a renderer.

    Attributes:
        kind: the kind of the recipe.
        network: the network.
        decoder: a model, with its options, that is trained alongside to provide realistic inputs.
        inputs: the inputs of the renderer.
        weights: the weights of the terms of the objective.
    """

    kind: Literal["renderer"]
    network: NetworkSize = NetworkSize()
    decoder: Component
    inputs: Inputs = Inputs()
    weights: Weights = Weights()

    COMPONENTS: ClassVar[dict[str, str]] = {**BaseRecipe.COMPONENTS, "decoder": "model"}
