"""Creating the package of a new plugin from templates."""

from __future__ import annotations

import re
import shutil
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from asciivae import registry
from asciivae.contract import CONTRACT
from asciivae.errors import AsciivaeError, UsageError
from asciivae.files.atomic import cannot_write

SUFFIX = ".template"


def write_package(kind: str, name: str, destination: Path | None = None) -> Path:
    """Create the package of a plugin.

    Args:
        kind: a key of `registry.KINDS` other than `recipe`.
        name: its public name, in kebab-case.
        destination: the folder to create; by default named after the distribution, in the working directory.

    Returns:
        The folder.

    Raises:
        UsageError: the name is invalid or taken, or the folder exists.
        AsciivaeError: it cannot be written.
    """
    name = _checked_name(name)
    taken = [entry for entry in registry.entries(kind) if entry.name == name]
    if taken:
        raise UsageError(f"the {kind} {name!r} already exists in {taken[0].origin}", hint="choose another name")
    words = _words(kind, name, module=f"asciivae_{name.replace('-', '_')}")
    folder = destination or Path(words["distribution"])
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise UsageError("already exists", place=str(folder), hint="name another folder with --to") from error
    except OSError as error:
        raise _cannot_write(folder, error) from error
    templates = resources.files("asciivae") / "templates"
    try:
        for part in ("package", kind):
            _fill(templates / part, folder, words)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise _cannot_write(folder, error) from error
    return folder


def write_file(kind: str, name: str, destination: Path | None = None) -> Path:
    """Create a plugin in one file, `NAME.py`, and a recipe beside it, `NAME.yaml`.

    Args:
        kind: the kind of a component of recipes.
        name: the name of the file, in kebab-case.
        destination: the folder; by default the working directory.

    Returns:
        The recipe.

    Raises:
        UsageError: the name is invalid, or a file exists or cannot be created.
    """
    words = _words(kind, name, module=_checked_name(name).replace("-", "_"))
    folder = destination or Path()
    templates = resources.files("asciivae") / "templates" / kind
    code = Template((templates / "${module}.py.template").read_text(encoding="utf-8")).substitute(words)
    recipe = Template((templates / "example.yaml.template").read_text(encoding="utf-8")).substitute(words)
    use = f'"./{words["module"]}.py:{words["Class"]}"'
    made = {
        folder / f"{words['module']}.py": code,
        folder / f"{words['module']}.yaml": re.sub(rf"use: {re.escape(words['name'])}(?=[,}}])", f"use: {use}", recipe),
    }
    for path in made:
        if path.exists():
            raise UsageError("already exists", place=str(path), hint="choose another name, or another folder with --to")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in made.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _cannot_write(folder, error) from error
    return list(made)[-1]


def _checked_name(name: str) -> str:
    name = name.removeprefix("asciivae-")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise UsageError(
            f"{name!r} is not a valid plugin name", hint="use lower-case letters, digits and dashes, as in my-loss"
        )
    return name


def _words(kind: str, name: str, module: str) -> dict[str, str]:
    """What the templates are filled with."""
    return {
        "name": name,
        "distribution": f"asciivae-{name}",
        "module": module,
        "Class": _class_name(name, kind),
        "group": registry.KINDS[kind],
        "contract": str(CONTRACT),
    }


def _class_name(name: str, kind: str) -> str:
    """`my-loss` gives MyLoss, `none` NoneLoss: the suffix avoids Python's keywords."""
    camel = "".join(word.capitalize() for word in name.split("-"))
    return camel if camel.endswith(kind.capitalize()) else camel + kind.capitalize()


def _fill(templates: Traversable, folder: Path, words: dict[str, str]) -> None:
    for template in templates.iterdir():
        target = folder / Template(template.name.removesuffix(SUFFIX)).substitute(words)
        if template.is_dir():
            target.mkdir(exist_ok=True)
            _fill(template, target, words)
        else:
            target.write_text(Template(template.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")


def _cannot_write(folder: Path, error: OSError) -> AsciivaeError:
    return cannot_write(folder, error, "name another folder with --to", AsciivaeError)
