"""Export of a trained model as one file with weights, glyphs and recipe, without paths of the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from asciivae import __version__
from asciivae.errors import RunError
from asciivae.experiment.load import kind_of, load_model, load_page_model
from asciivae.experiment.trained import TrainedModel
from asciivae.experiment.trained_page import TrainedPageModel
from asciivae.files.atomic import tensors_bytes, write_output
from asciivae.files.weights import MODEL_FORMAT, PAGE_FORMAT
from asciivae.recipe import loader
from asciivae.recipe.export import dump_yaml

FILES_NAMED = (("data", "corpus"), ("glyphs", "font"), ("renderer", "weights"))
"""Sections and keys of a recipe that contain file names."""


def export(source: Path, target: Path, *, half: bool = False) -> None:
    """Write the model of a run, a checkpoint or a weights file into one file that `load_model` reads, or
    `load_page_model`.

    Paths of corpora and other files in the recipe are reduced to file names, for privacy.

    Args:
        source: see `load_model`.
        target: the file; an existing one is replaced atomically.
        half: write the weights in float16, half the size; glyphs and counters are not converted.

    Raises:
        ModelError, RunError: the source is not a model.
        RunError: the disk is full, or the file cannot be written.
    """
    device = torch.device("cpu")
    if kind_of(source) == "page":
        write_page_model(load_page_model(source, device), target, half=half)
    else:
        write_model(load_model(source, device), target, half=half)


def write_model(trained: TrainedModel, target: Path, *, half: bool = False) -> None:
    """Write a model into one file that `load_model` reads; see `export`."""
    _write(trained, trained.model, MODEL_FORMAT, target, half)


def write_page_model(trained: TrainedPageModel, target: Path, *, half: bool = False) -> None:
    """Write a page model into one file that `load_page_model` reads; see `export`."""
    _write(trained, trained.network, PAGE_FORMAT, target, half)


def _write(
    trained: TrainedModel | TrainedPageModel, module: torch.nn.Module, form: str, target: Path, half: bool
) -> None:
    recipe = loader.parse(trained.text, f"{trained.path} (recipe)").plain()
    tensors = module.state_dict()
    if half:
        tensors = {name: value.half() if value.is_floating_point() else value for name, value in tensors.items()}
    header = {
        "format": form,
        "asciivae": __version__,
        "name": trained.name,
        "step": str(trained.step),
        "recipe": dump_yaml(_without_folders(recipe)),
    }
    data = tensors_bytes({**tensors, "glyphs": trained.glyphs}, header)
    write_output(target, data, hint="name another file", kind=RunError)


def _without_folders(recipe: dict[str, Any]) -> dict[str, Any]:
    found = dict(recipe)
    for section, key in FILES_NAMED:
        if key in recipe.get(section, {}):
            found[section] = {**recipe[section], key: _last_part(recipe[section][key])}
    return found


def _last_part(value: Any) -> Any:
    """Reduce a path, or each path of a list, to its last part; other values stay the same."""
    if isinstance(value, list):
        return [_last_part(one) for one in value]
    return (Path(value).name or value) if isinstance(value, str) else value
