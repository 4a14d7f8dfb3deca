"""Recipes of renderers: their own kind, with the same manners."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from tiny_runs import asciivae

from asciivae import registry
from asciivae.errors import RecipeError, RecipeProblems
from asciivae.onehot2raa.settings import RendererRecipe
from asciivae.recipe.resolve import check_recipe, load_recipe
from asciivae.recipe.schema import KINDS, ModelRecipe

OURS = registry.find("model", "spatial").origin
MINIMAL = """\
asciivae: 1
kind: renderer
about: the least that it may say
decoder: {use: spatial}
optim: {lr: 1e-2}
train: {steps: 3, batch: 2}
"""


def problems(text: str = MINIMAL, sets: Sequence[str] = ()) -> list[str]:
    try:
        check_recipe(text, "my.yaml", sets)
    except RecipeProblems as error:
        return [problem.headline for problem in error.problems]
    except RecipeError as error:
        return [error.headline]
    return []


def test_the_least_resolves_to_itself() -> None:
    loaded = check_recipe(MINIMAL, "my.yaml")
    assert loaded.name == "my"
    assert loaded.recipe.inputs.sigma == (0.02, 0.15)
    assert loaded.resolved()["decoder"]["use"] == "spatial"
    assert loaded.origin(("inputs", "sigma")) == "default"


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        (["inputs.sigmas=[0.1, 0.2]"], "inputs.sigmas: unknown key — did you mean 'sigma'?"),
        (["inputs.sigma=[0.2, 0.1]"], "inputs.sigma: the lower bound, 0.2, is larger than the upper bound, 0.1"),
        (["inputs.tau=[0, 1]"], "inputs.tau[0]: must be greater than 0, not 0"),
        (["inputs.shares={clean: 0, noisy: 0, softmax: 0, gumbel: 0, simplex: 0, decoder: 0}"],
         "inputs.shares: at least one share must be more than 0"),
        (["network.hidden=5000"], "network.hidden: must be less than or equal to 1024, not 5000"),
        (["decoder.use=spacial"], f"decoder.use: unknown model 'spacial' — did you mean 'spatial' ({OURS})?"),
        (["glyphs.zoom=3"], "glyphs.zoom: zoom requires `cell: logged`; tight cells are not cropped"),
        (["losses=[]"], "losses: unknown key — did you mean 'expect.losses'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(sets: list[str], expected: str) -> None:
    (found,) = problems(sets=sets)
    assert found.startswith("--set #1 (")
    assert found.endswith(expected)


def test_places_in_the_file() -> None:
    text = MINIMAL.replace("kind: renderer", "kind: renderer\ninputs: {scattered: 2}")
    assert problems(text) == ["my.yaml:3:21: inputs.scattered: must be less than or equal to 1, not 2"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("rendrer", "unknown kind 'rendrer' — did you mean 'renderer'?"),
        ("3", "unknown kind 3"),
        ("[renderer]", "unknown kind"),
    ],
)
def test_an_unknown_kind_is_refused_with_those_that_there_are(kind: str, expected: str) -> None:
    with pytest.raises(RecipeError) as caught:
        check_recipe(MINIMAL.replace("kind: renderer", f"kind: {kind}"), "my.yaml")
    assert caught.value.headline.startswith(f"my.yaml:2:7: kind: {expected}")
    assert caught.value.hint == f"kinds: {', '.join(sorted(KINDS))}"


def test_any_recipe_is_known_for_what_it_is() -> None:
    assert isinstance(load_recipe("onehot2raa").recipe, RendererRecipe)
    assert isinstance(load_recipe("quickstart").recipe, ModelRecipe)


def test_its_schema() -> None:
    schema = json.loads(asciivae("recipes", "schema", "--kind", "renderer").stdout)
    assert {"kind", "decoder", "inputs", "network"} <= set(schema["properties"])
    assert "losses" not in schema["properties"]
    assert schema["$defs"]["Component"]["oneOf"]
