"""Plugins in single files, which a recipe names as `./my_loss.py:MyLoss`.

A file is loaded only after `allow` was called with it: naming it is not enough. `recipe.resolve` calls it for recipes
whose path the user gave, and for values given on the command line.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from asciivae.contract import CONTRACTS
from asciivae.errors import PluginError

_NAME = re.compile(r"(.+\.py):([A-Za-z_]\w*)")
MOST_BYTES = 1 << 20
_allowed: set[str] = set()


@dataclass(frozen=True)
class NoConfig:
    """The `Config` of a class that has none."""


def is_file(use: str) -> bool:
    """Whether a name is of the form PATH.py:CLASS."""
    return _NAME.fullmatch(use) is not None


def allow(use: str, folder: Path) -> str:
    """Allow that a file is loaded; return its name with an absolute path.

    Args:
        use: PATH.py:CLASS.
        folder: where a relative path starts.
    """
    path, _, name = use.rpartition(":")
    absolute = f"{Path(os.path.abspath(folder / Path(path).expanduser()))}:{name}"
    _allowed.add(absolute)
    return absolute


def relative(use: str, folder: Path) -> str:
    """The name of a file, with its path relative to a folder; other names are returned unchanged."""
    if not (is_file(use) and os.path.isabs(use)):
        return use
    path, _, name = use.rpartition(":")
    short = os.path.relpath(path, folder)
    return f"{short if short.startswith('..') else f'./{short}'}:{name}"


def read(use: str) -> tuple[Path, str, bytes]:
    """The path, the class and the content of an allowed file.

    Raises:
        PluginError: it is not allowed, or cannot be read.
    """
    path, _, name = use.rpartition(":")
    if use not in _allowed:
        raise PluginError(
            f"{use!r} names a file, which only a recipe whose path you give may do",
            hint="copy the recipe and give its path; or make the plugin a package: asciivae plugins new",
        )
    file = Path(path)
    try:
        if not file.is_file():
            raise FileNotFoundError(0, "there is no such file")
        content = file.read_bytes() if file.stat().st_size <= MOST_BYTES else b""
    except OSError as error:
        raise PluginError(f"{path} cannot be read: {error.strerror}", hint="check the path in `use`") from error
    if not content:
        raise PluginError(f"{path} is empty, or larger than 1 MiB", hint="name a Python file")
    return file, name, content


def digest(content: bytes) -> str:
    """The hash by which a file is known in provenance."""
    return hashlib.sha256(content).hexdigest()


def executed(file: Path, content: bytes) -> ModuleType:
    """Run the content of a file as a module of its own."""
    module = ModuleType(f"asciivae_file_{file.stem}_{digest(content)[:12]}")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    try:
        exec(compile(content, str(file), "exec"), module.__dict__)
    except BaseException:
        del sys.modules[module.__name__]
        raise
    return module


def completed(found: type[Any], kind: str) -> type[Any]:
    """The class with what a file may leave out: `contract`, `needs`, and `Config` with the constructor's arguments."""
    extra: dict[str, Any] = {}
    if not hasattr(found, "contract"):
        extra["contract"] = CONTRACTS[-1]
    if kind in ("loss", "metric") and not hasattr(found, "needs"):
        extra["needs"] = frozenset()
    if not hasattr(found, "Config"):
        extra["Config"] = NoConfig
        named = [p for p in inspect.signature(found.__init__).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        given = slice(None if len(named) > 1 else 0)  # `facts` of a loss, `glyphs` of a renderer, if it takes them
        extra["__init__"] = lambda self, config, *facts: found.__init__(self, *facts[given])
    if not extra:
        return found
    return type(found.__name__, (found,), {**extra, "__module__": found.__module__, "__doc__": found.__doc__})
