"""What every recipe has, whatever it trains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from asciivae.corpus.settings import Data, FixedCanvas
from asciivae.errors import Keys
from asciivae.render.settings import Glyphs
from asciivae.settings.component import Component
from asciivae.settings.types import Count, Line, Many, NotNegative, Positive, Seed
from asciivae.training.optim import Optim
from asciivae.training.settings import Every, Train

SCHEMA = 1
"""The number of this schema, which every recipe states as `asciivae: 1`."""


def _integer(value: Any) -> Any:
    if type(value) is not int:  # True == 1 == 1.0
        raise ValueError(f"must be {SCHEMA}, the number of the schema")
    return value


SchemaNumber = Annotated[Literal[1], BeforeValidator(_integer)]


@dataclass(frozen=True)
class Expected:
    """A number that a run of this recipe should reach.

    Attributes:
        value: the measured value.
        atol: how far from it a run may end.
    """

    value: float
    atol: NotNegative


@dataclass(frozen=True)
class Expect:
    """The numbers that a rebuilt run is compared with.

    Attributes:
        set: the overrides, as given to `--set`, under which `losses` were measured: what makes the first steps
            affordable.
        losses: the objective's total at the first steps, on the CPU in float64.
        rtol: how far, relative to them, the losses of another machine may be.
        metrics: final metrics by name.
    """

    set: Many[str] = ()
    losses: Annotated[Many[float], Field(min_length=1)] | None = None
    rtol: Positive = 1e-4
    metrics: dict[str, Expected] | None = None


@dataclass(frozen=True)
class Evaluation:
    """How validation is done.

    Attributes:
        pieces: at most so many validation pieces; null takes all.
    """

    pieces: Count | None = None


@dataclass(frozen=True)
class Problem:
    """A contradiction in a recipe.

    Attributes:
        keys: where.
        message: what is wrong.
        hint: the next step.
    """

    keys: Keys
    message: str
    hint: str | None = None


@dataclass(frozen=True, kw_only=True)
class BaseRecipe:
    """What every recipe has.

    Attributes:
        asciivae: the number of this schema.
        about: what the recipe does, on one line.
        requires: pip requirements: the packages whose components it names.
        seed: the seed of everything random, 0 to 2⁶³ - 1.
        data: the pieces.
        glyphs: the pictures of the characters.
        optim: the optimiser.
        train: the length and the batches of the run.
        every: how often the run reports and saves.
        evaluation: how validation is done.
        expect: the numbers that a rebuilt run is compared with.
    """

    kind: str
    asciivae: SchemaNumber
    about: Line
    requires: Many[str] = ()
    seed: Seed = 0
    data: Data = Data()
    glyphs: Glyphs = Glyphs()
    optim: Optim
    train: Train
    every: Every = Every()
    evaluation: Evaluation = Evaluation()
    expect: Expect | None = None

    COMPONENTS: ClassVar[dict[str, str]] = {}
    """The fields that hold components, or lists of them, and the kind of plugin that each names."""

    def components(self) -> Iterator[tuple[str, Keys, Component]]:
        """Every component: the kind of plugin it names, where it is, and itself."""
        for name, kind in self.COMPONENTS.items():
            value = getattr(self, name)
            if isinstance(value, Component):
                yield kind, (name,), value
            else:
                for i, entry in enumerate(value):
                    yield kind, (name, i), entry

    def problems(self) -> Iterator[Problem]:
        """Values that are valid one by one and cannot be combined."""
        data, glyphs = self.data, self.glyphs
        if glyphs.cell == "tight" and glyphs.zoom:
            message = "zoom is only for `cell: logged`; a tight cell has nothing to cut"
            yield Problem(("glyphs", "zoom"), message, "--unset glyphs.zoom, or --set glyphs.cell=logged")
        if glyphs.cell == "tight" and not glyphs.antialias:
            message = "antialias is only for `cell: logged`; a tight cell is always averaged"
            yield Problem(("glyphs", "antialias"), message, "--unset glyphs.antialias, or --set glyphs.cell=logged")
        if isinstance(data.canvas, FixedCanvas):
            side = min(data.canvas.height, data.canvas.width)
            if data.max_side is None or data.max_side > side:
                message = f"pieces of more than {side} cells do not fit on this canvas"
                yield Problem(("data", "canvas"), message, f"--set data.max_side={side}")
            if data.augment and data.augment.shift and data.augment.shift.margin:
                message = "a margin makes pages larger, which a canvas of one size does not allow"
                hint = "--unset data.augment.shift.margin, or --set data.canvas=fitted"
                yield Problem(("data", "augment", "shift", "margin"), message, hint)
        elif data.place == "logged":
            message = "`place: logged` needs a canvas of one size"
            yield Problem(("data", "place"), message, "--set data.canvas='{height: 64, width: 64}'")
        if data.split.rule != "random" and data.split.seed:
            message = f"the rule `{data.split.rule}` draws nothing, so a seed changes nothing"
            hint = "--unset data.split.seed, or --set data.split.rule=random"
            yield Problem(("data", "split", "seed"), message, hint)
