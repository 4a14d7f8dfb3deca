from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import toy_models

from asciivae import registry
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


@pytest.fixture
def minimal() -> str:
    return MINIMAL


@pytest.fixture(scope="session")
def toy_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_models.install(tmp_path_factory.mktemp("toys"))


@pytest.fixture
def toys(toy_site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the models of `toy_models`, and hide all plugins but those."""
    monkeypatch.syspath_prepend(toy_site)
    monkeypatch.setattr(registry, "_loaded", {})
    monkeypatch.setenv(registry.SWITCH, toy_models.DISTRIBUTION)


@pytest.fixture
def check(toys: None) -> Callable[..., LoadedRecipe]:
    def run(text: str = MINIMAL, sets: Sequence[str] = (), unsets: Sequence[str] = ()) -> LoadedRecipe:
        return check_recipe(text, "my.yaml", sets, unsets)

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
