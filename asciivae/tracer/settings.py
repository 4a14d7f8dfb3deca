"""What the recipe of a tracer may hold: one that says `kind: tracer`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from asciivae.models.tracer import Config
from asciivae.settings.types import Count, NotNegative, Pair, Probability
from asciivae.training.recipe import BaseRecipe


@dataclass(frozen=True)
class LineArt:
    """Which pieces of the corpus are drawn with lines; the others are left out.

    Attributes:
        share: at least this fraction of a piece's ink is in characters that lines are drawn with.
        most_ink: at most this fraction of its cells holds ink: shading is not drawn with lines.
        smallest: the fewest rows and columns.
    """

    share: Probability = 0.78
    most_ink: Probability = 0.5
    smallest: Count = 3


@dataclass(frozen=True)
class Disturb:
    """How lines are disturbed, since those of a picture are. Each disturbance has its own probability for a page.

    Attributes:
        clean: the fraction of pages whose lines stay exactly those of their characters.
        fat: of the clean ones, the fraction whose lines stay as fat as strokes; the others are skeletons.
        warp: the largest standard deviation of the smooth warp, in pixels of 12 × 6 a cell: down, right.
        shift: the largest shift of a page, in pixels.
        weight: the probability of lines two or three pixels wide.
        gaps: the probability of gaps.
        doubled: the probability that lines in a part of the page become their two borders.
        missing: the probability that lines are missing, up to a fifth of them.
        faint: the probability that the strength of lines varies over the page.
        texture: the probability of crumbs such as an edge detector finds in textures.
        strangers: the probability of lines from another page.
    """

    clean: Probability = 0.45
    fat: Probability = 0.2
    warp: Pair[NotNegative] = (2.0, 1.3)
    shift: NotNegative = 1.5
    weight: Probability = 0.15
    gaps: Probability = 0.35
    doubled: Probability = 0.15
    missing: Probability = 0.3
    faint: Probability = 0.5
    texture: Probability = 0.3
    strangers: Probability = 0.15


@dataclass(frozen=True, kw_only=True)
class TracerRecipe(BaseRecipe):
    """How a tracer is trained.

    Attributes:
        kind: what tells it from other recipes.
        network: the network.
        pieces: which pieces are learned from.
        lines: how their lines are disturbed.
        untold: the fraction of pages of which no character is told; of the others a random fraction is.
    """

    kind: Literal["tracer"]
    network: Config = Config()
    pieces: LineArt = LineArt()
    lines: Disturb = Disturb()
    untold: Probability = 0.5
