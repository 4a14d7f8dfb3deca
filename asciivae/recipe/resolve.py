"""Resolve the text of a recipe into a `LoadedRecipe`: validated, with all defaults filled in.

There are three phases: text; structure, names and options; combinations. All problems of a phase are raised together.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from asciivae import registry
from asciivae.errors import Keys, PluginError, RecipeError, RecipeProblems, did_you_mean
from asciivae.recipe import library, loader, overrides
from asciivae.recipe.nodes import Node, in_order, problem
from asciivae.recipe.problems import explain, known_keys
from asciivae.recipe.schema import KINDS
from asciivae.registry import files
from asciivae.settings.component import Component
from asciivae.settings.convert import from_plain, plain, setting_fields
from asciivae.training.optim import BUILT_IN, Optim
from asciivae.training.recipe import SCHEMA, BaseRecipe

LAST = ("optim", "train", "every", "evaluation", "expect")
"""Sections of a resolved recipe that are written after those specific to its kind."""


@dataclass(frozen=True, kw_only=True)
class LoadedRecipe:
    """A valid recipe of any kind.

    Attributes:
        name: the recipe's name, or the stem of its file.
        file: the file it was read from, as shown in messages.
        text: the contents of the file, verbatim.
        overrides: from the command line: `path=value` for each set value, `path` for each removed one.
        recipe: the recipe with all defaults, including those of components.
        folder: where the paths of files that it names start.
    """

    name: str
    file: str
    text: str
    overrides: tuple[str, ...]
    recipe: BaseRecipe
    tree: Node = field(repr=False)
    folder: Path = Path()

    @property
    def data(self) -> dict[str, Any]:
        """The file with overrides applied, as plain data without defaults."""
        data: dict[str, Any] = self.tree.plain()
        return data

    def resolved(self) -> dict[str, Any]:
        """The recipe as plain data with every default; it loads back to an equal recipe."""
        resolved: dict[str, Any] = plain(self.recipe)
        for _, keys, component in self.recipe.components():
            section = resolved
            for key in keys:
                section = section[key]  # type: ignore[index]
            section["use"] = files.relative(component.use, self.folder)
        resolved["optim"]["use"] = files.relative(self.recipe.optim.use, self.folder)
        return {**{key: value for key, value in resolved.items() if key not in LAST}, **{k: resolved[k] for k in LAST}}

    def origin(self, keys: Keys) -> Literal["default", "recipe", "override"]:
        """The origin of the value at a path of `resolved()`, such as `("losses", 0, "weight")`."""
        node = self.tree.at(keys)
        if node is None:
            return "default"
        return "override" if node.overridden else "recipe"


def load_recipe(name_or_path: str | Path, sets: Sequence[str] = (), unsets: Sequence[str] = ()) -> LoadedRecipe:
    """Find, parse and validate a recipe of any kind.

    Args:
        name_or_path: a recipe's name, or the path of a .yaml file.
        sets: `path=value` strings, as given to `--set`.
        unsets: paths, as given to `--unset`.

    Raises:
        RecipeError: there is no such recipe, or it is not valid YAML.
        RecipeProblems: it is invalid; all problems of one phase together.
    """
    found = library.find(name_or_path)
    named = found.origin == "file"
    shown = str(found.path) if named else f"recipe {found.name}"  # no path of the installation
    folder = found.path.parent if named else None
    return check_recipe(loader.read_file(found.path), shown, sets, unsets, name=found.name, folder=folder)


def check_recipe(
    text: str,
    file: str,
    sets: Sequence[str] = (),
    unsets: Sequence[str] = (),
    *,
    name: str | None = None,
    folder: Path | None = None,
) -> LoadedRecipe:
    """Validate the text of a recipe, as `load_recipe` does.

    Args:
        text: the recipe.
        file: its name in messages.
        sets: as for `load_recipe`.
        unsets: as for `load_recipe`.
        name: its name; by default the stem of `file`.
        folder: where the paths of files start that it names as components; None if it may not name any, as a recipe in
            a weights file, in a run, or of a package. Values in `sets` may name files in any case.
    """
    tree = loader.parse(text, file)
    overrides.apply(tree, sets, unsets)
    try:
        recipe = _shaped(tree)
    except RecipeProblems as error:  # the components that have a shape are checked all the same
        raise RecipeProblems(in_order([*error.problems, *_of_components(tree, folder)])) from error
    recipe = _configured(tree, recipe, folder=folder)
    _raise_any(problem(tree, found.keys, found.message, found.hint) for found in recipe.problems())
    return LoadedRecipe(
        name=name or Path(file).stem,
        file=file,
        text=text,
        overrides=(*unsets, *sets),
        recipe=recipe,
        tree=tree,
        folder=folder or Path.cwd(),
    )


def check_model(text: str, file: str) -> BaseRecipe:
    """Validate the recipe embedded in a weights file; components other than the model are only needed for training.

    Args:
        text: the recipe.
        file: its name in messages.

    Returns:
        The recipe, in which only the model component is configured.

    Raises:
        RecipeError, RecipeProblems: it is not a recipe, or the model's options are invalid.
    """
    tree = loader.parse(text, file)
    return _configured(tree, _shaped(tree), only="model")


def _raise_any(problems: Iterable[RecipeError]) -> None:
    """Raise the problems of a phase in the order of the file, if there are any."""
    if found := list(problems):
        raise RecipeProblems(in_order(found))


def _shaped(tree: Node) -> BaseRecipe:
    """Validate sections, keys and types."""
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
    schema = _schema_of(tree)
    try:
        return from_plain(schema, tree.plain())
    except ValidationError as error:
        problems = explain(error, tree, lambda keys: known_keys(schema, keys))
        raise RecipeProblems(in_order(problems)) from error


def _schema_of(tree: Node) -> type[BaseRecipe]:
    node = tree.child("kind")
    kind = "model" if node is None else node.value
    if not isinstance(kind, str) or kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise problem(tree, ("kind",), f"unknown kind {kind!r}{did_you_mean(kind, KINDS)}", f"kinds: {known}")
    return KINDS[kind]


def _configured(tree: Node, recipe: BaseRecipe, only: str | None = None, folder: Path | None = None) -> BaseRecipe:
    """Validate the options of a recipe's components (or only of one kind of plugin) and fill in their defaults."""
    problems = [] if only else list(_unmet_requirements(tree, recipe.requires))
    complete: dict[Keys, Component] = {}
    for kind, keys, component in recipe.components():
        if only in (None, kind):
            found = _checked(tree, kind, keys, component, folder)
            if isinstance(found, Component):
                complete[keys] = found
            else:
                problems += found
    updates: dict[str, Any] = {}
    if only is None and recipe.optim.use not in BUILT_IN:
        try:
            made = _optimiser(tree, recipe.optim, folder)
            updates["optim"] = dataclasses.replace(recipe.optim, use=made.use, options=dict(made.options))
        except ValidationError as error:
            problems += explain(error, tree, partial(_names_at, ("optim", "options"), []), ("optim", "options"))
        except PluginError as error:
            problems.append(problem(tree, ("optim", "use"), error.message, error.hint))
        except ValueError as error:
            problems.append(problem(tree, ("optim", "options"), str(error)))
    _raise_any(problems)
    for name in recipe.COMPONENTS:
        entry = getattr(recipe, name)
        if isinstance(entry, Component):
            updates[name] = complete.get((name,), entry)
        else:
            updates[name] = tuple(complete.get((name, i), one) for i, one in enumerate(entry))
    return dataclasses.replace(recipe, **updates)


def _optimiser(tree: Node, optim: Optim, folder: Path | None) -> Component:
    """The optimiser of a recipe, if it is a plugin, as a component with its options."""
    try:
        return with_config(
            "optimiser", _allowed(tree, ("optim",), Component(optim.use, optim.options), folder), reserved=()
        )
    except PluginError as error:
        if "unknown" not in error.message:
            raise
        near = did_you_mean(optim.use, BUILT_IN)
        names = ", ".join(BUILT_IN)
        raise PluginError(f"unknown optimiser {optim.use!r}{near}", hint=f"built in: {names}; {error.hint}") from error


def _allowed(tree: Node, keys: Keys, component: Component, folder: Path | None) -> Component:
    """The component with an absolute path, if it is a file that may be named here; else unchanged."""
    node = tree.at((*keys, "use"))
    start = Path.cwd() if node and node.overridden else folder
    if start is None or not files.is_file(component.use):
        return component
    return dataclasses.replace(component, use=files.allow(component.use, start))


def _checked(
    tree: Node, kind: str, keys: Keys, component: Component, folder: Path | None
) -> Component | list[RecipeError]:
    """A component with its options validated, or the problems of its name and options."""
    try:
        component = _allowed(tree, keys, component, folder)
        return with_config(kind, component)
    except ValidationError as error:
        names = [field.name for field in setting_fields(registry.load(kind, component.use).Config)]
        return explain(error, tree, partial(_names_at, keys, names), keys)
    except PluginError as error:
        at = (*keys, "use") if tree.at((*keys, "use")) else keys
        return [problem(tree, at, error.message, error.hint)]
    except ValueError as error:
        return [problem(tree, keys, str(error))]


def _of_components(tree: Node, folder: Path | None) -> Iterator[RecipeError]:
    """The problems of components of a recipe that is invalid elsewhere."""
    schema = _schema_of(tree)
    requires = tree.child("requires")
    if requires is not None and isinstance(requires.value, list):
        yield from _unmet_requirements(tree, [one for one in requires.plain() if isinstance(one, str)])
    for name, kind in schema.COMPONENTS.items():
        section = tree.child(name)
        value = None if section is None else section.value
        paths: list[Keys] = [(name, i) for i in range(len(value))] if isinstance(value, list) else [(name,)]
        for keys in paths:
            entry = tree.at(keys)
            content = entry.plain() if entry is not None else None
            if isinstance(content, dict) and isinstance(content.get("use"), str) and content["use"]:
                own = known_keys(schema, (name,))
                options = {key: value for key, value in content.items() if key not in own}
                found = _checked(tree, kind, keys, Component(content["use"], options), folder)
                yield from () if isinstance(found, Component) else found


def _names_at(keys: Keys, names: list[str], path: Keys) -> list[str]:
    return names if path == keys else []


def with_config(kind: str, component: Component, reserved: Sequence[str] | None = None) -> Component:
    """Validate a component's options with its `Config` and fill in the defaults.

    Args:
        kind: its kind of plugin.
        component: its name and options.
        reserved: names that options must not have; by default the component's own keys.

    Raises:
        PluginError: it is not installed, or its `Config` cannot be built from plain data.
        ValueError: an option is invalid (a pydantic `ValidationError`), or rejected by the `Config`.
    """
    config_type = registry.load(kind, component.use).Config
    for name in component.own_keys() if reserved is None else reserved:
        if name in [field.name for field in setting_fields(config_type)]:
            raise PluginError(f"the option {name!r} of {component.use!r} has a name that is reserved in recipes")
    config = from_plain(config_type, component.options)
    entry = registry.find(kind, component.use)
    # A resolved recipe qualifies third-party names with their distribution, so that the component is unambiguous.
    use = entry.name if entry.distribution == registry.OURS else entry.qualified
    return dataclasses.replace(component, use=use, options=plain(config), config=config)


def _unmet_requirements(tree: Node, requirements: Sequence[str]) -> Iterator[RecipeError]:
    for i, requirement in enumerate(requirements):
        try:
            registry.check_requirement(requirement)
        except PluginError as error:
            yield problem(tree, ("requires", i), error.message, error.hint)
