"""An experiment: everything that a run needs, built from a recipe of any kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from asciivae.training.data import DataSplit
    from asciivae.training.loop import Task
    from asciivae.training.recipe import BaseRecipe
    from asciivae.training.run_dir import RunDir
    from asciivae.training.state import TrainState


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A recipe, ready to run.

    Attributes:
        name: name of the recipe.
        recipe: the recipe with every default.
        data: the pieces.
        task: the module to train and its losses.
        state: the training state, at step 0.
        validate: measures the state; returns metrics by name.
        sample: reconstructs a few pieces, as text; pictures are written into the folder.
        glyphs: (95, h, w), the glyph atlas of the renderer.
        metadata: text for the header of weights files.
        renderer_digest: digest of the weights of a learned renderer.
        next_command: a suggestion of what to do with a finished run, as text with a command.
        observers: the recipe's observers (see `contract.RunObserver`), each with its description.
    """

    name: str
    recipe: BaseRecipe
    data: DataSplit
    task: Task
    state: TrainState
    validate: Callable[[TrainState], dict[str, float]]
    sample: Callable[[TrainState, RunDir], str]
    glyphs: Tensor
    metadata: Mapping[str, str]
    renderer_digest: str | None = None
    next_command: Callable[[RunDir], str]
    observers: tuple[tuple[str, Any], ...] = ()
