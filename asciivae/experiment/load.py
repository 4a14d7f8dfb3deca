"""Loads models from weights files and runs, and initialises new runs from trained weights."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor, nn

from asciivae.errors import ModelError, UsageError, did_you_mean
from asciivae.experiment.bundled import ASSETS, bundled_file
from asciivae.experiment.components import make
from asciivae.experiment.kinds import FORMATS, kind_of
from asciivae.experiment.trained import TrainedModel
from asciivae.experiment.trained_page import TrainedPageModel
from asciivae.files.inside import Inside
from asciivae.files.weights import (
    open_weights,
    refuse_non_finite,
    stated,
    stated_name,
    stated_step,
)
from asciivae.models.base import VAE
from asciivae.models.layout import reserve_kernels
from asciivae.models.skeleton import fill, skeleton
from asciivae.models.tracer import Tracer
from asciivae.pages.network import PageNetwork
from asciivae.pages.settings import PageRecipe
from asciivae.recipe.resolve import check_model, check_recipe
from asciivae.recipe.schema import ModelRecipe
from asciivae.tracer.settings import TracerRecipe
from asciivae.tracer.trained import TrainedTracer
from asciivae.training.data import canvas_of
from asciivae.training.recipe import BaseRecipe
from asciivae.training.run_dir import RUNS, RunDir, newest_run
from asciivae.training.run_files import unsafe
from asciivae.training.state import TrainState

RecipeT = TypeVar("RecipeT", bound=BaseRecipe)
ModuleT = TypeVar("ModuleT", bound=nn.Module)

LATEST = Path("latest")
"""Path that denotes the newest run below `RUNS`."""
_NAMES = {"page": "page model", "tracer": "tracer"}


def load_any(path: Path, device: torch.device) -> TrainedModel | TrainedPageModel | TrainedTracer:
    """Load whatever a run or a weights file is of; see `load_model`, `load_page_model` and `load_tracer`."""
    loaders: dict[str, Callable[[Path, torch.device], TrainedModel | TrainedPageModel | TrainedTracer]] = {
        "model": load_model,
        "page": load_page_model,
        "tracer": load_tracer,
    }
    return loaders[kind_of(path)](path, device)


def load_page_model(path: Path, device: torch.device) -> TrainedPageModel:
    """Load the weights file of a page model, or the latest checkpoint of its run, as `load_model` does.

    Args:
        path: a .safetensors file, a run's folder or a checkpoint's; or `BUNDLED_PAGE`.
        device: where the model shall be.

    Raises:
        ModelError: the file is missing or not a page model's, or does not fit its own recipe.
        RecipeError, RecipeProblems: its recipe is invalid.
        RunError: the folder has no checkpoint.
    """
    network, recipe, source = _read(path, "page", PageRecipe, lambda recipe: PageNetwork(recipe.network), device)
    return TrainedPageModel(
        network, source.glyphs, source.name, source.step, source.file, recipe.data, source.header["recipe"]
    )


def load_tracer(path: Path, device: torch.device) -> TrainedTracer:
    """Load the weights file of a tracer, or the latest checkpoint of its run, as `load_model` does.

    Args:
        path: a .safetensors file, a run's folder or a checkpoint's; or `BUNDLED_TRACER`.
        device: where the network shall be.

    Raises:
        ModelError: the file is missing or not a tracer's, or does not fit its own recipe.
        RecipeError, RecipeProblems: its recipe is invalid.
        RunError: the folder has no checkpoint.
    """
    tracer, _, source = _read(path, "tracer", TracerRecipe, lambda recipe: Tracer(recipe.network), device)
    tracer.requires_grad_(False)
    return TrainedTracer(tracer, source.name, source.step, source.file, source.header["recipe"], source.glyphs)


class _Source(NamedTuple):
    """What a weights file says beside the weights."""

    file: Path
    header: dict[str, str]
    glyphs: Tensor

    @property
    def name(self) -> str:
        return stated_name(self.header)

    @property
    def step(self) -> int:
        return stated_step(self.header)


def _read(
    path: Path, kind: str, wanted: type[RecipeT], make: Callable[[RecipeT], ModuleT], device: torch.device
) -> tuple[ModuleT, RecipeT, _Source]:
    """The network of a weights file, in evaluation mode, its recipe, and what else the file says."""
    reserve_kernels()
    file = _weights_file(path, kind)
    with open_weights(file, FORMATS[kind]) as weights:
        header = weights.header
        recipe = check_recipe(header.get("recipe", ""), f"{file} (recipe)").recipe
        if not isinstance(recipe, wanted):
            raise weights.refusal(f"its recipe is of a {recipe.kind}, not of a {_NAMES[kind]}")
        network = skeleton(lambda: make(recipe))
        values, glyphs = weights.read(network.state_dict(), "its own recipe")
        refuse_non_finite(values, file)
        fill(network, values, device)
    network.eval()
    return network, recipe, _Source(file, header, glyphs)


def load_model(path: Path, device: torch.device) -> TrainedModel:
    """Load a weights file, or the latest checkpoint of a run.

    Nothing in the file is executed: its recipe is validated, and the shapes of its tensors are checked against the
    recipe's model before memory is allocated. Weights in half precision are converted to float32.

    Args:
        path: a .safetensors file, a run's folder or a checkpoint's; or `BUNDLED`.
        device: the device of the model.

    Raises:
        ModelError: the file is missing, not a model's, or does not fit its embedded recipe.
        RecipeError, RecipeProblems: the embedded recipe is invalid.
        RunError: the folder has no checkpoint.
    """
    reserve_kernels()
    file = _weights_file(path)
    with open_weights(file) as weights:
        header = weights.header
        if python_model := stated(header, "python_model", r"\w{1,80}", ""):
            raise ModelError(
                f"was trained with {python_model}, a model passed from Python that its recipe does not name",
                place=str(file),
                hint="go on with it in Python: asciivae.resume(RUN, model=…); or make it a plugin",
            )
        recipe = check_model(header.get("recipe", ""), f"{file} (recipe)")
        if not isinstance(recipe, ModelRecipe):
            raise weights.refusal(f"its recipe is of a {recipe.kind}, not of a model")
        model: VAE = skeleton(lambda: make("model", recipe.model))
        values, glyphs = weights.read(model.state_dict(), "its own recipe")
        refuse_non_finite(values, file)
        fill(model, values, device)
    model.eval()
    return TrainedModel(
        model,
        canvas_of(recipe.data, model.canvas),
        glyphs,
        stated_name(header),
        stated_step(header),
        file,
        recipe.data,
        header["recipe"],
    )


@dataclass(frozen=True)
class InitReport:
    """The tensors that a new run loaded from another run's weights.

    Attributes:
        path: the weights file.
        name: name of the recipe that they were trained with.
        step: the step at which they were saved.
        loaded: names of tensors that were loaded.
        differing: names in both whose shapes or dtypes differ; not loaded.
        missing: names only in the new model; these keep their initial values.
        unused: names only in the file.
    """

    path: Path
    name: str
    step: int
    loaded: tuple[str, ...]
    differing: tuple[str, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]


def init_from(state: TrainState, path: Path) -> InitReport:
    """Initialise a new run's model from the weights of another run, where names and shapes agree.

    Args:
        state: the new run's state at step 0.
        path: a run's folder, a checkpoint's, or a .safetensors file.

    Raises:
        ModelError: it is not a weights file, or none of its tensors fits.
        RunError: the folder has no checkpoint.
    """
    kind = {PageNetwork: "page", Tracer: "tracer"}.get(type(state.model), "model")
    file = _weights_file(path, kind)
    own = state.model.state_dict()
    with open_weights(file, FORMATS[kind]) as weights:
        header, found = weights.header, weights.slices
        values = weights.tensors(weights.fitting(own))
        refuse_non_finite(values, file)
        state.init_from(values)
    if not values:
        raise ModelError(
            "has no tensor that fits this recipe's model", place=str(file), hint="take a run of the same kind of model"
        )
    return InitReport(
        path=file,
        name=stated_name(header),
        step=stated_step(header),
        loaded=tuple(values),
        differing=tuple(name for name in own if name in found and name not in values),
        missing=tuple(name for name in own if name not in found),
        unused=tuple(name for name in found if name not in own),
    )


def choose_device(name: str) -> torch.device:
    """Parse `auto`, `cpu`, `cuda`, `cuda:1` or `mps` and check that the device is available.

    Raises:
        UsageError: it is not available, or not the name of a device.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        if not re.fullmatch(r"cpu|mps|cuda(:[0-9]{1,3})?", name):
            raise RuntimeError("valid names: auto, cpu, cuda, cuda:N, mps")
        device = torch.device(name)
        torch.empty(1, device=device).item()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise UsageError(
            f"device {name!r} cannot be used ({str(error).splitlines()[0]})", hint="use --device auto or --device cpu"
        ) from error
    return device


def _weights_file(path: Path, kind: str = "model") -> Path:
    name = f"{kind}.safetensors"
    if not path.exists():
        if path == ASSETS[kind][0]:
            return bundled_file(kind)
        if path == LATEST:
            return _newest_run(kind).weights_file()
    if path.is_dir():
        return _inside(path, name) if os.path.lexists(path / name) else RunDir.open(path, kind).weights_file()
    if not path.is_file():
        words = [str(LATEST), *(str(word) for word, _ in ASSETS.values())]
        hint = f"give {', '.join(words)}, a run's folder or a .safetensors file"
        what = "is not a regular file" if path.exists() else f"does not exist{did_you_mean(path, words)}"
        raise ModelError(what, place=str(path), hint=hint)
    return path


def _inside(checkpoint: Path, name: str) -> Path:
    try:
        return Inside(checkpoint).checked(name)
    except OSError as error:
        raise unsafe(error) from error


def _newest_run(kind: str) -> RunDir:
    found = newest_run(RUNS, kind)
    if found is None:
        recipe = "page" if kind == "page" else "quickstart"
        raise ModelError(
            f"no run of a {kind} below {RUNS}/ has a checkpoint",
            place=str(LATEST),
            hint=f"train one: asciivae train --recipe {recipe}; or use the bundled model",
        )
    return RunDir.open(found, kind)
