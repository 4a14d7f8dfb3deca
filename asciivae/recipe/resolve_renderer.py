"""From the text of a renderer's recipe to a `LoadedRendererRecipe`, and from any recipe to what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asciivae.recipe import library, loader, overrides
from asciivae.recipe.renderer import RendererRecipe
from asciivae.recipe.resolve import (
    Loaded,
    check_recipe,
    completed,
    configured,
    contradictions_of_pages,
    raise_any,
    shaped,
    trains_renderer,
)


@dataclass(frozen=True, kw_only=True)
class LoadedRendererRecipe(Loaded):
    """The recipe of a renderer.

    Attributes:
        recipe: the recipe with all defaults, those of the decoder included.
        decoder_config: the options of the model that learns along, an instance of its `Config`.
    """

    recipe: RendererRecipe
    decoder_config: Any


def check_renderer_recipe(
    text: str, file: str, sets: Sequence[str] = (), unsets: Sequence[str] = (), *, name: str | None = None
) -> LoadedRendererRecipe:
    """Check the text of a renderer's recipe; `file` is what messages call it.

    Args:
        text: the recipe.
        file: where it stands.
        sets: `path=value` texts, as given to `--set`.
        unsets: paths, as given to `--unset`.
        name: of the recipe; by default the stem of the file.

    Raises:
        RecipeError: it is not YAML, or trains something else.
        RecipeProblems: it has problems; all of one phase together.
    """
    tree = loader.parse(text, file)
    overrides.apply(tree, sets, unsets)
    recipe = shaped(tree, RendererRecipe)
    (decoder,) = configured(tree, recipe.requires, [("model", ("decoder",), recipe.decoder)])
    recipe = recipe.model_copy(update={"decoder": completed(recipe.decoder, decoder)})
    raise_any(contradictions_of_pages(tree, recipe.data, recipe.glyphs))
    return LoadedRendererRecipe(
        name=name or Path(file).stem,
        file=file,
        text=text,
        overrides=(*unsets, *sets),
        recipe=recipe,
        decoder_config=decoder,
        tree=tree,
    )


def load_renderer_recipe(
    name_or_path: str | Path, sets: Sequence[str] = (), unsets: Sequence[str] = ()
) -> LoadedRendererRecipe:
    """Find, read and check the recipe of a renderer; see `check_renderer_recipe`."""
    found = library.find(name_or_path)
    return check_renderer_recipe(loader.read_file(found.path), str(found.path), sets, unsets, name=found.name)


def load_any(name_or_path: str | Path, sets: Sequence[str] = (), unsets: Sequence[str] = ()) -> Loaded:
    """Find, read and check a recipe, be it of a model or of a renderer."""
    found = library.find(name_or_path)
    text, file = loader.read_file(found.path), str(found.path)
    check = check_renderer_recipe if trains_renderer(loader.parse(text, file)) else check_recipe
    return check(text, file, sets, unsets, name=found.name)
