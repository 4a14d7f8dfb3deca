"""Instantiation of a recipe's components."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import torch

from asciivae import registry
from asciivae.blame import contained, said
from asciivae.errors import AsciivaeError, PluginError
from asciivae.rng import derived_seed
from asciivae.settings.component import Component

T = TypeVar("T")


def make(kind: str, component: Component, *arguments: Any) -> Any:
    """Instantiate a component of a resolved recipe.

    Args:
        kind: kind of plugin, a key of `registry.KINDS`.
        component: its name and its config.
        arguments: constructor arguments after the config.

    Raises:
        PluginError: it cannot be loaded, or its `__init__` failed.
    """
    made = registry.load(kind, component.use)

    def as_error(error: BaseException) -> BaseException:
        if isinstance(error, AsciivaeError):
            return error
        return PluginError(
            f"cannot be made: {said(error)}",
            place=described(kind, component),
            hint=f"check its options: asciivae plugins show {component.use}; --debug prints the traceback",
        )

    with contained(as_error):
        return made(component.config, *arguments)


def described(kind: str, component: Component) -> str:
    """A component in messages: its kind, its name, and the package that provides it."""
    return f"{kind} {component.use.rpartition(':')[2]!r} of {origin(kind, component)}"


def origin(kind: str, component: Component) -> str:
    """Name and version of the package that provides a component."""
    return registry.find(kind, component.use).origin


def initialised(seed: int, make: Callable[[], T]) -> T:
    """Call `make` such that initial parameters depend only on the seed."""
    # PyTorch initialises from its global generator, whose state is restored afterwards.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "initialisation"))
        return make()
