"""The sections that recipes of all kinds share."""

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
"""The version of the recipe schema, which every recipe states as `asciivae: 1`."""


def _integer(value: Any) -> Any:
    if type(value) is not int:  # True == 1 == 1.0
        raise ValueError(f"must be {SCHEMA}, the schema version")
    return value


SchemaNumber = Annotated[Literal[1], BeforeValidator(_integer)]


@dataclass(frozen=True)
class Expected:
    """The expected value of a metric.

    Attributes:
        value: the measured value.
        atol: absolute tolerance.
    """

    value: float
    atol: NotNegative


@dataclass(frozen=True)
class Expect:
    """Expected results that `asciivae recipes verify` compares a run with.

    Attributes:
        set: the overrides, as given to `--set`, under which `losses` were measured; they keep the first steps cheap.
        losses: the objective's total at the first steps, on the CPU in float64.
        rtol: relative tolerance of the losses on another machine.
        metrics: final metrics by name.
    """

    set: Many[str] = ()
    losses: Annotated[Many[float], Field(min_length=1)] | None = None
    rtol: Positive = 1e-4
    metrics: dict[str, Expected] | None = None


@dataclass(frozen=True)
class Evaluation:
    """Validation settings.

    Attributes:
        pieces: maximum number of validation pieces; null for all.
    """

    pieces: Count | None = None


@dataclass(frozen=True)
class ObserverEntry(Component):
    """An observer of the run, such as a logger, with its options.

    Attributes:
        use: the observer's name.
    """


@dataclass(frozen=True)
class Problem:
    """An invalid combination of values in a recipe.

    Attributes:
        keys: path of the value to report.
        message: what is wrong.
        hint: the next step.
    """

    keys: Keys
    message: str
    hint: str | None = None


@dataclass(frozen=True, kw_only=True)
class BaseRecipe:
    """The sections that recipes of all kinds share.

    Attributes:
        asciivae: the version of the recipe schema.
        about: what the recipe does, on one line.
        requires: pip requirements of the packages whose components it uses.
        seed: the seed of all randomness, 0 to 2⁶³ - 1.
        data: the pieces.
        glyphs: the pictures of the characters.
        optim: the optimiser.
        train: the length and the batches of the run.
        every: intervals of logging, validation and checkpoints.
        evaluation: validation settings.
        observers: loggers and other observers of the run, which are plugins.
        expect: expected results.
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
    observers: Many[ObserverEntry] = ()
    expect: Expect | None = None

    COMPONENTS: ClassVar[dict[str, str]] = {"observers": "observer"}
    """The fields that hold components, or lists of them, with their kind of plugin."""

    def components(self) -> Iterator[tuple[str, Keys, Component]]:
        """Yield every component with its kind of plugin and its path in the recipe."""
        for name, kind in self.COMPONENTS.items():
            value = getattr(self, name)
            if isinstance(value, Component):
                yield kind, (name,), value
            else:
                for i, entry in enumerate(value):
                    yield kind, (name, i), entry

    def problems(self) -> Iterator[Problem]:
        """Cross-field validation: yield invalid combinations of values."""
        data, glyphs = self.data, self.glyphs
        if glyphs.cell == "tight" and glyphs.zoom:
            message = "zoom requires `cell: logged`; tight cells are not cropped"
            yield Problem(("glyphs", "zoom"), message, "--unset glyphs.zoom, or --set glyphs.cell=logged")
        if glyphs.cell == "tight" and not glyphs.antialias:
            message = "antialias requires `cell: logged`; tight cells are always antialiased"
            yield Problem(("glyphs", "antialias"), message, "--unset glyphs.antialias, or --set glyphs.cell=logged")
        if isinstance(data.canvas, FixedCanvas):
            side = min(data.canvas.height, data.canvas.width)
            if data.max_side is None or data.max_side > side:
                message = f"pieces with a side of more than {side} cells do not fit on this canvas"
                yield Problem(("data", "canvas"), message, f"--set data.max_side={side}")
            if data.augment and data.augment.shift and data.augment.shift.margin:
                message = "a margin enlarges pages and cannot be combined with a fixed canvas"
                hint = "--unset data.augment.shift.margin, or --set data.canvas=fitted"
                yield Problem(("data", "augment", "shift", "margin"), message, hint)
        elif data.place == "logged":
            message = "`place: logged` requires a fixed canvas"
            yield Problem(("data", "place"), message, "--set data.canvas='{height: 64, width: 64}'")
        if data.split.rule != "random" and data.split.seed:
            message = f"the rule `{data.split.rule}` is not random and takes no seed"
            hint = "--unset data.split.seed, or --set data.split.rule=random"
            yield Problem(("data", "split", "seed"), message, hint)
