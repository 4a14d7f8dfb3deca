"""Export of a trained model as one file with weights, glyphs and recipe, without paths of the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import torch

from asciivae import __version__
from asciivae.errors import RunError
from asciivae.files.atomic import tensors_bytes, write_output
from asciivae.files.weights import format_of
from asciivae.recipe import loader
from asciivae.recipe.export import dump_yaml

FILES_NAMED = (("data", "corpus"), ("glyphs", "font"), ("renderer", "weights"))
"""Sections and keys of a recipe that contain file names."""


class Exportable(Protocol):
    """A trained model of any kind, as `export` needs it."""

    @property
    def kind(self) -> str:
        """Of its recipe."""
        ...

    @property
    def module(self) -> torch.nn.Module:
        """Its network."""
        ...

    @property
    def glyphs(self) -> torch.Tensor:
        """(95, h, w), the atlas that it was trained with."""
        ...

    @property
    def name(self) -> str:
        """Of the recipe."""
        ...

    @property
    def step(self) -> int:
        """At which it was saved."""
        ...

    @property
    def text(self) -> str:
        """The recipe as YAML."""
        ...


class Savable:
    """The method `save` of trained models."""

    def save(self: Exportable, path: str | Path, *, half: bool = False) -> None:
        """Write the model into one .safetensors file that `asciivae.load` reads.

        Args:
            path: the file; an existing one is replaced.
            half: write the weights in float16, half the size.

        Raises:
            RunError: the disk is full, or the file cannot be written.
        """
        export(self, Path(path), half=half)


def export(trained: Exportable, target: Path, *, half: bool = False) -> None:
    """Write a model into one file that `asciivae.load` reads.

    Paths of corpora and other files in the recipe are reduced to file names, for privacy.

    Args:
        trained: the model.
        target: the file; an existing one is replaced atomically.
        half: write the weights in float16, half the size; glyphs and counters are not converted.

    Raises:
        RunError: the disk is full, or the file cannot be written.
    """
    tensors = trained.module.state_dict()
    if half:
        tensors = {key: value.half() if value.is_floating_point() else value for key, value in tensors.items()}
    data = tensors_bytes({**tensors, "glyphs": trained.glyphs}, header_of(trained))
    write_output(target, data, hint="name another file", kind=RunError)


def header_of(trained: Exportable) -> dict[str, str]:
    """What an exported file says of itself: format, version, name, step, and the recipe without folders."""
    return {
        "format": format_of(trained.kind),
        "asciivae": __version__,
        "name": trained.name,
        "step": str(trained.step),
        "recipe": dump_yaml(_without_folders(loader.parse(trained.text, f"{trained.name} (recipe)").plain())),
    }


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
