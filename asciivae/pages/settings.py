"""What the recipe of a page model may hold: one that says `kind: page`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Annotated, Literal

from pydantic import Field

from asciivae.settings.types import Count, Decay, NotNegative, Probability
from asciivae.training.recipe import BaseRecipe, Problem

Channels = Annotated[int, Field(ge=1, le=4096)]


@dataclass(frozen=True)
class PageConfig:
    """Sizes of the network.

    Attributes:
        width: channels of the residual stream.
        layers: blocks: a feed-forward layer each, most of them after attention.
        local: how many of them, the first ones, have no attention.
        heads: attention heads; half of them measure columns from the other border, as a mirror does.
        head: channels of a head, a multiple of 4.
        inner: channels of the feed-forward layers.
        token: channels of a neighbour's embedding.
        hint: channels of a hint's embedding.
        distance: channels of a distance's embedding.
        hashed: channels of a hashed neighbourhood's embedding.
        around: channels of the encoder of what is given; 0 for none.
        reach: its layers.
        dropout: probability of dropping what a layer adds, channel by channel, in training.
        unseen: probability of hiding one feature of a cell from the network, in training.
    """

    width: Channels = 256
    layers: Annotated[int, Field(ge=1, le=64)] = 3
    local: Annotated[int, Field(ge=0, le=64)] = 1
    heads: Annotated[int, Field(ge=2, le=64)] = 4
    head: Annotated[int, Field(ge=4, le=256, multiple_of=4)] = 32
    inner: Channels = 768
    token: Channels = 16
    hint: Channels = 12
    distance: Channels = 8
    hashed: Channels = 16
    around: Annotated[int, Field(ge=0, le=4096)] = 0
    reach: Annotated[int, Field(ge=1, le=64)] = 8
    dropout: Decay = 0.05
    unseen: Decay = 0.0


@dataclass(frozen=True)
class Hints:
    """How often each kind of hint is given in training, relative to the others.

    Attributes:
        none: no hints; the whole page is drawn.
        box: all around a box is given, whose sides are 25 to 80 % of the page's.
        side: all on one side of a line is given.
        scattered: cells are given at random, 5 to 95 % of them.
        rows: rows are given at random, 10 to 90 % of them.
    """

    none: NotNegative = 0.5
    box: NotNegative = 0.3
    side: NotNegative = 0.1
    scattered: NotNegative = 0.06
    rows: NotNegative = 0.04

    def __post_init__(self) -> None:
        """Refuse shares of nothing."""
        if not any(astuple(self)):
            raise ValueError("at least one share must be more than 0")


@dataclass(frozen=True)
class Conditions:
    """How often a page is told of itself in training; in the other cases the model learns to do without.

    Attributes:
        category: of its category, merged as in `asciivae.pages.categories`.
        signature: of whether somebody signed it.
    """

    category: Probability = 0.3
    signature: Probability = 0.4


@dataclass(frozen=True, kw_only=True)
class PageRecipe(BaseRecipe):
    """How an autoregressive page model is trained.

    Attributes:
        kind: what tells it from other recipes.
        network: the network.
        hints: which characters ahead are given.
        conditions: what is said of pages.
        cells: cells in a batch at most, a quarter of those in blank surroundings among them; `train.batch` limits the
            pieces.
        guess: weight of what the encoder alone guesses of the cells that are not given, by which it learns faster.
    """

    kind: Literal["page"]
    network: PageConfig = PageConfig()
    hints: Hints = Hints()
    conditions: Conditions = Conditions()
    cells: Count = 5000
    guess: NotNegative = 0.0

    def problems(self) -> Iterator[Problem]:
        """Values that are valid one by one and cannot be combined."""
        yield from super().problems()
        if self.network.local > self.network.layers:
            message = f"there are only {self.network.layers} layers"
            yield Problem(("network", "local"), message, f"--set network.local={self.network.layers}")
        if self.guess and not self.network.around:
            message = "without an encoder of what is given, nothing guesses"
            yield Problem(("guess",), message, "--set guess=0, or --set network.around=96")
        if self.data.augment and self.data.augment.noise:
            message = "wrong characters to read past are for models that reconstruct"
            yield Problem(("data", "augment", "noise"), message, "--unset data.augment.noise")
        if self.data.canvas != "fitted":
            message = "a page model draws pages of the pieces' own sizes"
            yield Problem(("data", "canvas"), message, "--set data.canvas=fitted")
