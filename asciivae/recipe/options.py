"""The options of a named component, checked against its `Config` as strictly as the recipe itself."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from collections.abc import Mapping
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import to_jsonable_python

from asciivae.errors import PluginError, RecipeError
from asciivae.recipe.nodes import Keys, Node, problem
from asciivae.recipe.problems import explain
from asciivae.recipe.schema import Component

_PREFIX = "option_"  # so that no option can shadow a method of BaseModel
_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


def check_options(tree: Node, keys: Keys, config: type[Any], component: Component) -> tuple[Any, list[RecipeError]]:
    """Build the config of the component at a path of a recipe.

    Returns:
        The instance and no problems; or None and what is wrong: options that are unknown, missing or of the wrong
        type, or what the dataclass itself refuses.

    Raises:
        PluginError: the dataclass is not one that a recipe could fill.
    """
    names = [field.name for field in _fields(config)]
    for name in set(names) & type(component).model_fields.keys():
        raise PluginError(f"the option {name!r} of {component.use!r} has a name that recipes keep for themselves")
    try:
        return filled(config, component.options), []
    except ValidationError as error:
        return None, explain(error, tree, lambda path: names if path == keys else (), keys)
    except ValueError as error:
        return None, [problem(tree, keys, str(error))]


def filled(config: type[Any], options: Mapping[str, Any]) -> Any:
    """An instance of a config, from plain data such as a recipe holds.

    Raises:
        PluginError: the dataclass is not one that plain data could fill.
        ValueError: an option is unknown, missing or of the wrong type (a pydantic `ValidationError`), or the dataclass
            refuses it.
    """
    checked = options_model(config).model_validate_json(json.dumps(options))
    return config(**{name.removeprefix(_PREFIX): getattr(checked, name) for name in checked.model_fields_set})


def plain_options(config: Any) -> dict[str, Any]:
    """Every option of a config, defaults included, as plain data."""
    plain: dict[str, Any] = to_jsonable_python({f.name: getattr(config, f.name) for f in _fields(type(config))})
    return plain


def options_model(config: type[Any]) -> type[BaseModel]:
    """A closed, strict pydantic model of a dataclass: each field under its own name, as an alias.

    Raises:
        PluginError: the types of the fields cannot be read or are not of plain data.
    """
    try:
        types = get_type_hints(config, include_extras=True)
        words = _descriptions(config)
        made: dict[str, Any] = {
            _PREFIX + f.name: (types[f.name], _model_field(f, words.get(f.name))) for f in _fields(config)
        }
        return create_model(config.__name__, __config__=_STRICT, __doc__=_summary(config), **made)
    except Exception as error:  # whatever a stranger's annotations bring
        raise PluginError(f"the options of {config.__qualname__} cannot be read: {error}") from error


def _fields(config: type[Any]) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(config) if field.init]


def _model_field(field: dataclasses.Field[Any], description: str | None) -> Any:
    if field.default is not dataclasses.MISSING:
        return Field(default=field.default, alias=field.name, description=description)
    if field.default_factory is not dataclasses.MISSING:
        return Field(default_factory=field.default_factory, alias=field.name, description=description)
    return Field(alias=field.name, description=description)


def _summary(config: type[Any]) -> str:
    return (inspect.getdoc(config) or "").partition("\n")[0]


def _descriptions(config: type[Any]) -> dict[str, str]:
    """What the docstrings of a dataclass and of those it extends say in their `Attributes:` sections."""
    found: dict[str, str] = {}
    for base in reversed(config.__mro__):
        section = inspect.cleandoc(base.__doc__ or "").partition("Attributes:\n")[2]
        for name, text in re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", section, re.MULTILINE):
            found[name] = " ".join(text.split())
    return found
