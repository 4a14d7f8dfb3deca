"""The schema of recipes, by kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from asciivae.errors import did_you_mean
from asciivae.losses.settings import LossEntry, MetricEntry
from asciivae.models.relax import Relaxation, Softmax
from asciivae.onehot2raa.settings import RendererRecipe
from asciivae.pages.settings import PageRecipe
from asciivae.settings.component import Component
from asciivae.settings.convert import plain
from asciivae.settings.types import Many, Text
from asciivae.tracer.settings import TracerRecipe
from asciivae.training.recipe import BaseRecipe, Evaluation, Problem

RESERVED = frozenset(
    {
        *("kind", "step", "epoch", "total", "grad_norm", "lr", "pieces_per_second"),
        *("char_recall", "char_precision", "char_f1", "ink_iou", "ink_ratio", "blank_fraction", "char_accuracy"),
        *("gradient", "rate", "blank_share"),  # their names in older runs
    }
)
"""Metric keys of the run itself, which losses must not use; names that begin with `sampled_` are reserved too."""


@dataclass(frozen=True)
class RendererEntry(Component):
    """The renderer, which draws pages of characters or of probabilities.

    Attributes:
        use: the renderer's name.
    """

    use: Text = "analytic"


@dataclass(frozen=True)
class Log:
    """The source of a rebuilt experiment in the research log.

    Attributes:
        commit: the commit that the experiment ran on.
        command: the logged command line, as far as it is known.
        words: settings that the log gives in words, written as flags of the commit.
        outcome: the result according to the log.
        chosen: dotted paths of values that the log does not record and that are chosen here.
        notes: sources and inferences.
    """

    commit: str
    command: str | None = None
    words: str | None = None
    outcome: str | None = None
    chosen: Many[str] = ()
    notes: str | None = None


@dataclass(frozen=True)
class ModelEvaluation(Evaluation):
    """Validation settings of a model.

    Attributes:
        sampled: whether to measure a second pass that samples as training does; its terms are called `sampled_…`.
    """

    sampled: bool = False


@dataclass(frozen=True, kw_only=True)
class ModelRecipe(BaseRecipe):
    """A recipe that trains a variational autoencoder.

    Attributes:
        kind: the kind of the recipe; `model` by default.
        log: the source of a rebuilt experiment.
        renderer: the renderer and its options.
        model: the model and its options.
        relax: the relaxation, which maps the decoder's logits to what is rendered.
        losses: the terms of the objective, which is their weighted sum.
        metrics: more to measure in validation; plugins.
    """

    kind: Literal["model"] = "model"
    log: Log | None = None
    renderer: RendererEntry = RendererEntry()
    model: Component
    relax: Annotated[Relaxation, Field(discriminator="use")] = Softmax()
    losses: Annotated[Many[LossEntry], Field(min_length=1)]
    metrics: Many[MetricEntry] = ()
    evaluation: ModelEvaluation = ModelEvaluation()

    COMPONENTS: ClassVar[dict[str, str]] = {
        **BaseRecipe.COMPONENTS,
        "renderer": "renderer",
        "model": "model",
        "losses": "loss",
        "metrics": "metric",
    }

    def problems(self) -> Iterator[Problem]:
        """Cross-field validation: yield invalid combinations of values."""
        yield from super().problems()
        named = [("losses", i, loss.name) for i, loss in enumerate(self.losses)]
        named += [("metrics", i, metric.name) for i, metric in enumerate(self.metrics)]
        names = [name for _, _, name in named]
        for number, (section, i, name) in enumerate(named):
            if name in names[:number]:
                what = "losses" if "metrics" not in (section, named[names.index(name)][0]) else "losses or metrics"
                yield Problem((section, i), f"two {what} are called {name!r}", "give one of them a `name`")
            if name in RESERVED or name.startswith("sampled_"):
                message = f"the name {name!r} is reserved for the run's own metrics"
                yield Problem((section, i), message, "give it another `name`")
        if self.log:
            known = set(_paths(plain(self), ""))
            for i, path in enumerate(self.log.chosen):
                if path not in known:
                    message = f"{path!r} is not a path of this recipe{did_you_mean(path, known)}"
                    yield Problem(("log", "chosen", i), message)


KINDS: dict[str, type[BaseRecipe]] = {
    "model": ModelRecipe,
    "renderer": RendererRecipe,
    "page": PageRecipe,
    "tracer": TracerRecipe,
}
"""Recipe classes by the key `kind`, which defaults to `model`."""


def _paths(value: object, path: str) -> Iterator[str]:
    """Yield the dotted paths of a value and of all below it; list items by index, and by name if they have one."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _paths(inner, f"{path}[{i}]")
            if isinstance(inner, dict) and "name" in inner:
                yield from _paths(inner, f"{path}.{inner['name']}")
