"""What the recipe of a renderer may hold: one that says `kind: renderer`."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from asciivae.settings.component import Component
from asciivae.settings.types import Bounds, Count, NotNegative, Probability
from asciivae.training.recipe import BaseRecipe


@dataclass(frozen=True)
class NetworkSize:
    """The size of the network; that of its pictures is the glyphs'.

    Attributes:
        hidden: width of the gate, which decides whether a cell holds a soft distribution or a one-hot with noise.
    """

    hidden: Annotated[int, Field(ge=1, le=1024)] = 16


@dataclass(frozen=True)
class Shares:
    """How often each kind of page is drawn, relative to the others.

    Attributes:
        clean: one-hots.
        noisy: one-hots with Gaussian noise, clipped and renormalised; to be drawn without the noise.
        softmax: softmax of made-up logits: more or less certain, confusing characters that look alike, with noise.
        gumbel: Gumbel-softmax samples, half of made-up logits and half of the decoder's.
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
        """Refuse shares of nothing."""
        if not any(astuple(self)):
            raise ValueError("at least one share must be more than 0")


@dataclass(frozen=True)
class Inputs:
    """What the renderer is given to draw. Ranges are [lower, upper], and a number is drawn for each cell.

    Attributes:
        pages: pages in a step, each of 8 × 8 cells that are picked from all over the batch.
        shares: how often each kind of page is drawn.
        scattered: the fraction of pages whose characters are replaced by random ones, so that rare ones are learned.
        sigma: the standard deviation of the noise on one-hots.
        certainty: the most that is added to the made-up logit of the true character.
        likeness: the most that is added to the made-up logit of a character that looks the same; less to others.
        disorder: the largest standard deviation of the Gaussian noise on made-up logits.
        tau: the temperature of Gumbel-softmax samples.
        alpha: the parameter of the Dirichlet distribution that points of the simplex are drawn from.
        temperature: what the decoder's logits are divided by.
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
    """The weights of the terms that are minimised.

    Attributes:
        picture: of the squared error of the picture, mean over the pixels.
        noise: of telling one-hots with noise from soft distributions, in nats, mean over the cells.
        decoder: of the decoder's characters, in nats, mean over the cells.
    """

    picture: NotNegative = 10.0
    noise: NotNegative = 1.0
    decoder: NotNegative = 1.0


@dataclass(frozen=True, kw_only=True)
class RendererRecipe(BaseRecipe):
    """How a renderer is trained.

    Attributes:
        kind: what tells it from other recipes.
        network: the network.
        decoder: a model, with its options, that is trained beside it: the renderer has to draw what decoders emit.
        inputs: what the renderer is given to draw.
        weights: the weights of the terms that are minimised.
    """

    kind: Literal["renderer"]
    network: NetworkSize = NetworkSize()
    decoder: Component
    inputs: Inputs = Inputs()
    weights: Weights = Weights()

    COMPONENTS: ClassVar[dict[str, str]] = {"decoder": "model"}
