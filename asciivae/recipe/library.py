"""Recipes by name: those of asciivae and of installed plugins.

Nothing here imports pydantic or torch or runs a plugin's code, so listing is fast and broken plugins do no harm.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import asciivae
from asciivae import registry
from asciivae.errors import AsciivaeError, Place, RecipeError, did_you_mean
from asciivae.recipe import loader

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class RecipeFile:
    """A recipe file and its origin.

    Attributes:
        name: the stem of the file, without a leading number that orders the list.
        path: the file.
        origin: `asciivae`, the distribution that provides it (with its version), or `file` for a path.
    """

    name: str
    path: Path
    origin: str


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A recipe's name, its `about`, and its origin as in `RecipeFile`."""

    name: str
    about: str
    origin: str


def packaged_folder() -> Path:
    """The folder of asciivae's own recipes: inside the wheel, or next to the package in a checkout."""
    package = Path(asciivae.__file__).parent
    inside = package / "recipes"
    return inside if inside.is_dir() else package.parent / "recipes"


def find(name_or_path: str | Path) -> RecipeFile:
    """Find a recipe by name, `distribution:name`, or path (ending in .yaml or .yml).

    A name may include the leading number of its file: `05-20717f2` is `20717f2`.

    Raises:
        RecipeError: there is none, or two distributions provide one of this name.
    """
    text = str(name_or_path)
    if text.endswith(SUFFIXES):
        path = Path(text)
        if not path.is_file():
            what = "it is not a regular file" if path.exists() else "there is no such file"
            raise RecipeError(what, place=Place(text), hint="asciivae recipes list")
        return RecipeFile(_name(path), path, "file")
    distribution, _, name = text.rpartition(":")
    known = list(_known())
    matches = [f for f in known if name in (f.name, f.path.stem) and distribution in ("", f.origin.split(" ")[0])]
    if not matches:
        guess = did_you_mean(text, [f.name for f in known])
        raise RecipeError(f"unknown recipe {text!r}{guess}", hint="asciivae recipes list")
    if len(matches) > 1:
        origins = " and ".join(f.origin for f in matches)
        qualified = f"{matches[0].origin.split(' ')[0]}:{name}"
        raise RecipeError(f"recipe {text!r} is offered by {origins}", hint=f"write {qualified}")
    return matches[0]


def catalogue() -> Iterator[CatalogueEntry]:
    """All named recipes, asciivae's own first; only the `about` of each file is parsed."""
    for found in _known():
        yield CatalogueEntry(found.name, _about(found.path), found.origin)


def _known() -> Iterator[RecipeFile]:
    yield from _folder(packaged_folder(), "asciivae")
    for entry in registry.entries("recipe"):
        if entry.state != "incompatible":
            yield from _folder(_package_folder(entry.value), entry.origin)


def _folder(folder: Path | None, origin: str) -> Iterator[RecipeFile]:
    if folder and folder.is_dir():
        for path in sorted(folder.iterdir(), key=lambda path: path.stem):
            if path.name.endswith(SUFFIXES):
                yield RecipeFile(_name(path), path, origin)


def _name(path: Path) -> str:
    return re.sub(r"^\d\d-", "", path.stem)


def _package_folder(package: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    top, *below = package.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    homes = list(spec.submodule_search_locations or ()) if spec else []
    return Path(homes[0], *below) if homes else None


def _about(path: Path) -> str:
    """The `about` of a recipe, or why it cannot be read."""
    try:
        lines = loader.read_file(path).splitlines()
        start = next((i for i, line in enumerate(lines) if line.startswith("about:")), None)
        if start is None:
            return "(without an `about`)"
        more = takewhile(lambda line: not re.match(r"[^\s#]", line), lines[start + 1 :])
        about = loader.parse("\n".join([lines[start], *more]), str(path)).plain()["about"]
        return str(about).strip()
    except AsciivaeError as error:
        return f"(unreadable: {error.headline})"
