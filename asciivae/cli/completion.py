"""What shells offer for a name on the command line. Quick, and silent whatever is wrong with an installation."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import wraps
from pathlib import Path

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("fp32", "bf16", "fp16")


def _quietly(names: Callable[[], list[str]]) -> Callable[[], list[str]]:
    @wraps(names)
    def wrapped() -> list[str]:
        try:
            return sorted(set(names()))
        except Exception:  # a shell would print the traceback into the command line
            return []

    return wrapped


@_quietly
def recipes() -> list[str]:
    """The names of all recipes."""
    from asciivae.recipe import library

    return [entry.name for entry in library.catalogue()]


@_quietly
def kinds() -> list[str]:
    """The kinds of recipes."""
    from asciivae.recipe.schema import KINDS

    return list(KINDS)


@_quietly
def plugins() -> list[str]:
    """The names of all losses, models, renderers, sources and packages of recipes."""
    from asciivae import registry

    return [entry.name for kind in registry.KINDS for entry in registry.entries(kind)]


@_quietly
def sources() -> list[str]:
    """The names of all sources."""
    from asciivae import registry

    return [entry.name for entry in registry.entries("source")]


@_quietly
def claims() -> list[str]:
    """The names of all claims, from their source, because importing it takes seconds."""
    files = (Path(__file__).parents[1] / "reproduction" / "claims").glob("*.py")
    calls = (node for file in files for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.Call))
    return [call.args[0].value for call in calls if _is_claim(call)]  # type: ignore[attr-defined]


def _is_claim(call: ast.Call) -> bool:
    named = isinstance(call.func, ast.Name) and call.func.id == "Claim"
    return named and bool(call.args) and isinstance(call.args[0], ast.Constant)


def devices() -> list[str]:
    """The devices without their numbers."""
    return list(DEVICES)


def precisions() -> list[str]:
    """The precisions of training."""
    return list(PRECISIONS)


def models() -> list[str]:
    """The words for a model that is not a path."""
    return ["bundled", "latest"]


def page_models() -> list[str]:
    """The words for a page model that is not a path."""
    return ["bundled-page", "latest"]


def any_models() -> list[str]:
    """The words for a model of any kind that is not a path."""
    return ["bundled", "bundled-page", "bundled-tracer", "latest"]
