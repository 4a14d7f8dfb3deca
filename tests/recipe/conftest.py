from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from asciivae.errors import RecipeError, RecipeProblems
from asciivae.recipe.resolve import LoadedRecipe, check_recipe

MINIMAL = """\
asciivae: 1
about: the least that a recipe may say
model: {use: toy}
losses:
  - {use: ce}
  - use: kl
    weight: 0.5
optim: {lr: 1e-3}
train: {steps: 100, batch: 8}
"""


@dataclass(frozen=True)
class ToyConfig:
    """A model's options.

    Attributes:
        width: channels,
            at least 1.
    """

    width: int = 4
    rate: float = 0.5

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError("width must be at least 1")


MODELS: dict[str, type[Any]] = {"toy": ToyConfig}


@pytest.fixture
def minimal() -> str:
    return MINIMAL


@pytest.fixture
def models() -> dict[str, type[Any]]:
    return MODELS


@pytest.fixture
def check() -> Callable[..., LoadedRecipe]:
    def run(text: str = MINIMAL, sets: Sequence[str] = (), unsets: Sequence[str] = ()) -> LoadedRecipe:
        return check_recipe(text, "my.yaml", sets, unsets, model_configs=MODELS)

    return run


@pytest.fixture
def problems(check: Callable[..., LoadedRecipe]) -> Callable[..., list[str]]:
    """The headlines of what is wrong with a recipe; empty if nothing is."""

    def run(text: str = MINIMAL, sets: Sequence[str] = (), unsets: Sequence[str] = ()) -> list[str]:
        try:
            check(text, sets, unsets)
        except RecipeProblems as error:
            return [problem.headline for problem in error.problems]
        except RecipeError as error:
            return [error.headline]
        return []

    return run
