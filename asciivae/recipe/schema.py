"""What a recipe may hold, for each kind of recipe there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from asciivae.errors import did_you_mean
from asciivae.losses.settings import LossEntry
from asciivae.models.relax import Relaxation, Softmax
from asciivae.onehot2raa.settings import RendererRecipe
from asciivae.settings.component import Component
from asciivae.settings.door import plain
from asciivae.settings.types import Many, Text
from asciivae.training.recipe import BaseRecipe, Evaluation, Problem

RESERVED = frozenset(
    {
        *("kind", "step", "epoch", "total", "grad_norm", "lr", "gradient", "rate", "pieces_per_second"),
        *("char_recall", "char_precision", "char_f1", "ink_iou", "ink_ratio", "blank_share", "char_accuracy"),
    }
)
"""What a run itself writes into its metrics, beside the losses; so does whatever begins with `sampled_`."""


@dataclass(frozen=True)
class RendererEntry(Component):
    """The renderer, which draws characters or their probabilities.

    Attributes:
        use: the renderer's name.
    """

    use: Text = "analytic"


@dataclass(frozen=True)
class Log:
    """Where a rebuilt experiment comes from, and what its log does not say.

    Attributes:
        commit: the commit that the experiment ran on.
        command: the logged command line, as far as it is known.
        words: what the log says of the settings in words, written as flags of the commit.
        outcome: what the log says about the result.
        chosen: dotted paths of the values that the log lost, and that are chosen here.
        notes: where the facts come from, and what was inferred.
    """

    commit: str
    command: str | None = None
    words: str | None = None
    outcome: str | None = None
    chosen: Many[str] = ()
    notes: str | None = None


@dataclass(frozen=True)
class ModelEvaluation(Evaluation):
    """How validation is done.

    Attributes:
        sampled: whether a second pass is measured that draws as training does; its terms are added as `sampled_…`.
    """

    sampled: bool = False


@dataclass(frozen=True, kw_only=True)
class ModelRecipe(BaseRecipe):
    """How a variational autoencoder is trained.

    Attributes:
        kind: what tells it from other recipes; may be left out.
        log: where a rebuilt experiment comes from.
        renderer: the renderer and its options.
        model: the model and its options.
        relax: how the decoder's logits become what is rendered.
        losses: the terms of the objective, which is their weighted sum.
    """

    kind: Literal["model"] = "model"
    log: Log | None = None
    renderer: RendererEntry = RendererEntry()
    model: Component
    relax: Annotated[Relaxation, Field(discriminator="use")] = Softmax()
    losses: Annotated[Many[LossEntry], Field(min_length=1)]
    evaluation: ModelEvaluation = ModelEvaluation()

    COMPONENTS: ClassVar[dict[str, str]] = {"renderer": "renderer", "model": "model", "losses": "loss"}

    def problems(self) -> Iterator[Problem]:
        """Values that are valid one by one and cannot be combined."""
        yield from super().problems()
        names = [loss.name for loss in self.losses]
        for i, name in enumerate(names):
            if name in names[:i]:
                yield Problem(("losses", i), f"two losses are called {name!r}", "give one of them a `name`")
            if name in RESERVED or name.startswith("sampled_"):
                message = f"the name {name!r} is reserved for the run's own metrics"
                yield Problem(("losses", i), message, "give it another `name`")
        if self.log:
            known = set(_paths(plain(self), ""))
            for i, path in enumerate(self.log.chosen):
                if path not in known:
                    message = f"{path!r} is not a path of this recipe{did_you_mean(path, known)}"
                    yield Problem(("log", "chosen", i), message)


KINDS: dict[str, type[BaseRecipe]] = {"model": ModelRecipe, "renderer": RendererRecipe}
"""Every kind of recipe, by its key `kind`; a recipe without one is of a model."""


def _paths(value: object, path: str) -> Iterator[str]:
    """The dotted path of a value and of all below it; items of a list by index, and by name if they have one."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _paths(inner, f"{path}[{i}]")
            if isinstance(inner, dict) and "name" in inner:
                yield from _paths(inner, f"{path}.{inner['name']}")
