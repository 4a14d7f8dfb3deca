"""From the text of a recipe to a `LoadedRecipe`: everything checked, every default visible.

There are four phases: text, shape, names and options, meaning. All problems of a phase are raised together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from asciivae import registry
from asciivae.errors import PluginError, RecipeError, RecipeProblems
from asciivae.recipe import library, loader, overrides
from asciivae.recipe.data import Canvas, Data
from asciivae.recipe.nodes import Keys, Node, did_you_mean, in_order, problem
from asciivae.recipe.options import check_options, plain_options
from asciivae.recipe.problems import explain, known_keys
from asciivae.recipe.renderer import RendererRecipe
from asciivae.recipe.schema import SCHEMA, Component, Glyphs, Recipe

AnyRecipe = TypeVar("AnyRecipe", Recipe, RendererRecipe)

RESERVED = frozenset(
    {
        *("kind", "step", "epoch", "total", "gradient", "rate", "pieces_per_second"),
        *("char_recall", "char_precision", "char_f1", "ink_iou", "ink_ratio", "blank_share", "char_accuracy"),
    }
)
"""What a run itself writes into its metrics, beside the losses; so does whatever begins with `sampled_`."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A recipe that passed every check.

    Attributes:
        name: the recipe's name, or the stem of its file.
        file: the file it was read from, as messages show it.
        text: that file, verbatim.
        overrides: the command line's share: `path=value` for each set value, `path` for each removed one.
        recipe: the recipe with all defaults, those of components included.
    """

    name: str
    file: str
    text: str
    overrides: tuple[str, ...]
    recipe: Recipe | RendererRecipe
    tree: Node = field(repr=False)

    @property
    def data(self) -> dict[str, Any]:
        """What the file and the command line say, as plain data without defaults."""
        data: dict[str, Any] = self.tree.plain()
        return data

    def resolved(self) -> dict[str, Any]:
        """The whole recipe as plain data with every default filled in; it loads back to an equal recipe."""
        return self.recipe.model_dump(mode="json")

    def origin(self, keys: Keys) -> Literal["default", "recipe", "override"]:
        """Who decided the value at a path of `resolved()`, such as `("losses", 0, "weight")`."""
        node = self.tree.at(keys)
        if node is None:
            return "default"
        return "override" if node.overridden else "recipe"


@dataclass(frozen=True, kw_only=True)
class LoadedRecipe(Loaded):
    """The recipe of a model.

    Attributes:
        recipe: the recipe with all defaults, those of components included.
        renderer_config: the renderer's options, an instance of its `Config`.
        model_config: the model's options, likewise.
        loss_configs: the options of each of `recipe.losses`, likewise.
    """

    recipe: Recipe
    renderer_config: Any
    model_config: Any
    loss_configs: tuple[Any, ...]


def load_recipe(
    name_or_path: str | Path,
    sets: Sequence[str] = (),
    unsets: Sequence[str] = (),
    *,
    model_configs: Mapping[str, type[Any]] | None = None,
) -> LoadedRecipe:
    """Find, read and check a recipe.

    Args:
        name_or_path: a recipe's name, or the path of a .yaml file.
        sets: `path=value` texts, as given to `--set`.
        unsets: paths, as given to `--unset`.
        model_configs: the `Config` of each model by name; by default those of `asciivae.models`.

    Raises:
        RecipeError: there is no such recipe, or it is not YAML.
        RecipeProblems: it has problems; all of one phase together.
    """
    found = library.find(name_or_path)
    return check_recipe(
        loader.read_file(found.path), str(found.path), sets, unsets, name=found.name, model_configs=model_configs
    )


def check_recipe(
    text: str,
    file: str,
    sets: Sequence[str] = (),
    unsets: Sequence[str] = (),
    *,
    name: str | None = None,
    model_configs: Mapping[str, type[Any]] | None = None,
) -> LoadedRecipe:
    """Check the text of a recipe, as `load_recipe` does; `file` is what messages call it."""
    tree = loader.parse(text, file)
    overrides.apply(tree, sets, unsets)
    recipe = shaped(tree, Recipe)
    renderer, model, *losses = configured(tree, recipe.requires, _components(recipe), model_configs)
    complete = {
        "renderer": completed(recipe.renderer, renderer),
        "model": completed(recipe.model, model),
        "losses": tuple(map(completed, recipe.losses, losses)),
    }
    recipe = recipe.model_copy(update=complete)
    raise_any(_contradictions(tree, recipe))
    return LoadedRecipe(
        name=name or Path(file).stem,
        file=file,
        text=text,
        overrides=(*unsets, *sets),
        recipe=recipe,
        renderer_config=renderer,
        model_config=model,
        loss_configs=tuple(losses),
        tree=tree,
    )


def check_model(text: str, file: str) -> tuple[Any, Recipe]:
    """Check a recipe of which only the model will be used: its losses and renderer need not be installed.

    Returns:
        The model's options, an instance of its `Config`, and the recipe.

    Raises:
        RecipeError: the text is not YAML.
        RecipeProblems: the recipe, or the model's options, have problems.
    """
    tree = loader.parse(text, file)
    recipe = shaped(tree, Recipe)
    try:
        config_type = _config_type("model", recipe.model.use, None)
    except PluginError as error:
        raise problem(tree, ("model", "use"), error.message, error.hint) from error
    config, wrong = check_options(tree, ("model",), config_type, recipe.model)
    raise_any(wrong)
    return config, recipe


def raise_any(problems: Iterable[RecipeError]) -> None:
    """Raise the problems of a phase, in the order of the file, if there are any."""
    if found := list(problems):
        raise RecipeProblems(in_order(found))


def trains_renderer(tree: Node) -> bool:
    """Whether a recipe says that it is one of a renderer."""
    kind = tree.child("kind")
    return kind is not None and kind.value == "renderer"


def shaped(tree: Node, schema: type[AnyRecipe]) -> AnyRecipe:
    """The recipe, if it is of this schema's kind, and its sections, keys and types are right."""
    if not isinstance(tree.value, dict):
        raise RecipeError("a recipe is a mapping that begins with `asciivae: 1`", place=tree.place)
    stated = tree.value.get("asciivae")
    if stated and type(stated.value) is int and stated.value > SCHEMA:
        raise problem(
            tree,
            ("asciivae",),
            f"this recipe is written for schema {stated.value}; this asciivae reads schema {SCHEMA}",
            hint="pip install --upgrade asciivae",
        )
    if trains_renderer(tree) != (schema is RendererRecipe):
        what, command = ("renderer", "train-renderer") if schema is Recipe else ("model", "train")
        raise problem(tree, ("kind",), f"this recipe trains a {what}", f"asciivae {command} --recipe {tree.place.file}")
    try:
        return schema.model_validate(tree.plain())
    except ValidationError as error:
        problems = explain(error, tree, lambda keys: known_keys(schema, keys))
        raise RecipeProblems(in_order(problems)) from error


def configured(
    tree: Node,
    requires: Sequence[str],
    components: Iterable[tuple[str, Keys, Component]],
    models: Mapping[str, type[Any]] | None = None,
) -> list[Any]:
    """The config of each component, given by its kind and its place in the recipe."""
    problems = []
    for i, requirement in enumerate(requires):
        try:
            registry.check_requirement(requirement)
        except PluginError as error:
            problems.append(problem(tree, ("requires", i), error.message, error.hint))
    configs = []
    for kind, keys, component in components:
        try:
            config_type = _config_type(kind, component.use, models)
            config, wrong = check_options(tree, keys, config_type, component)
        except PluginError as error:
            at = (*keys, "use") if tree.at((*keys, "use")) else keys
            config, wrong = None, [problem(tree, at, error.message, error.hint)]
        configs.append(config)
        problems += wrong
    raise_any(problems)
    return configs


def _components(recipe: Recipe) -> Iterator[tuple[str, Keys, Component]]:
    yield "renderer", ("renderer",), recipe.renderer
    yield "model", ("model",), recipe.model
    for i, loss in enumerate(recipe.losses):
        yield "loss", ("losses", i), loss


def _config_type(kind: str, name: str, models: Mapping[str, type[Any]] | None) -> type[Any]:
    if kind != "model":
        config: type[Any] = registry.load(kind, name).Config
        return config
    models = known_models() if models is None else models
    if name not in models:
        message = f"unknown model {name!r}{did_you_mean(name, models)}"
        raise PluginError(message, hint=f"models: {', '.join(sorted(models))}")
    return models[name]


def known_models() -> Mapping[str, type[Any]]:
    """The `Config` of each model that a recipe can name."""
    from asciivae.models import CONFIGS  # torch: only now, when a model is asked for

    return CONFIGS


def completed(component: Component, config: Any) -> Component:
    """The component with its options' defaults written out."""
    return component.model_copy(update=plain_options(config))


def contradictions_of_pages(tree: Node, data: Data, glyphs: Glyphs) -> Iterator[RecipeError]:
    """What is well-formed but cannot be meant, of what is drawn and with which glyphs."""
    if glyphs.cell == "tight" and glyphs.zoom:
        message = "zoom is only for `cell: logged`; a tight cell has nothing to cut"
        yield problem(tree, ("glyphs", "zoom"), message, "--unset glyphs.zoom, or --set glyphs.cell=logged")
    if glyphs.cell == "tight" and not glyphs.antialias:
        message = "antialias is only for `cell: logged`; a tight cell is always averaged"
        yield problem(tree, ("glyphs", "antialias"), message, "--unset glyphs.antialias, or --set glyphs.cell=logged")
    if isinstance(data.canvas, Canvas):
        side = min(data.canvas.height, data.canvas.width)
        if data.max_side is None or data.max_side > side:
            message = f"pieces of more than {side} cells do not fit on this canvas"
            yield problem(tree, ("data", "canvas"), message, f"--set data.max_side={side}")
        if data.augment and data.augment.shift and data.augment.shift.margin:
            message = "a margin makes pages larger, and a canvas of one size is as large as it is"
            keys = ("data", "augment", "shift", "margin")
            yield problem(tree, keys, message, "--unset data.augment.shift.margin, or --set data.canvas=fitted")
    elif data.place == "logged":
        message = "`place: logged` needs a canvas of one size"
        hint = "--set data.canvas='{height: 64, width: 64}'"
        yield problem(tree, ("data", "place"), message, hint)
    if data.split.rule != "random" and data.split.seed:
        message = f"the rule `{data.split.rule}` draws nothing, so a seed changes nothing"
        hint = "--unset data.split.seed, or --set data.split.rule=random"
        yield problem(tree, ("data", "split", "seed"), message, hint)


def _contradictions(tree: Node, recipe: Recipe) -> Iterator[RecipeError]:
    """What is well-formed but cannot be meant."""
    yield from contradictions_of_pages(tree, recipe.data, recipe.glyphs)
    names = [loss.name for loss in recipe.losses]
    for i, name in enumerate(names):
        if name in names[:i]:
            yield problem(tree, ("losses", i), f"two losses are called {name!r}", "give one of them a `name`")
        if name in RESERVED or name.startswith("sampled_"):
            message = f"the metrics of a run keep the name {name!r} for themselves"
            yield problem(tree, ("losses", i), message, "give it another `name`")
    if recipe.log:
        known = set(_paths(recipe.model_dump(mode="json"), ""))
        for i, path in enumerate(recipe.log.chosen):
            if path not in known:
                message = f"{path!r} is no value of this recipe{did_you_mean(path, known)}"
                yield problem(tree, ("log", "chosen", i), message)


def _paths(value: Any, path: str) -> Iterator[str]:
    """The dotted path of a value and of all below it; items of a list by index, and by name if they have one."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _paths(inner, f"{path}[{i}]")
            if isinstance(inner, dict) and "name" in inner:
                yield from _paths(inner, f"{path}.{inner['name']}")
