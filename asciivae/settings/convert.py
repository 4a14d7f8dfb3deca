"""Conversion between plain data and frozen dataclasses, with the validation of recipe sections and plugin options."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema, to_jsonable_python

from asciivae.errors import PluginError
from asciivae.settings.component import Component

_PREFIX = "option_"  # so that no option can shadow a method of BaseModel
_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

Settings = TypeVar("Settings")


def from_plain(config: type[Settings], options: Mapping[str, Any]) -> Settings:
    """Build a frozen dataclass from plain data, such as a section of a recipe.

    Raises:
        PluginError: the fields of the dataclass cannot be built from plain data.
        ValueError: a key is unknown or missing, or a value has the wrong type or is out of range (a pydantic
            `ValidationError`), or is rejected by the dataclass.
    """
    checked = _model_of(config).model_validate_json(json.dumps(options))
    return config(**{name.removeprefix(_PREFIX): getattr(checked, name) for name in checked.model_fields_set})


def plain(value: Any) -> Any:
    """Convert settings to plain data with every default; `from_plain` turns it back into equal settings."""
    if isinstance(value, Component):
        return {**{key: plain(getattr(value, key)) for key in value.own_keys()}, **plain(value.options)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in setting_fields(type(value))}
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return to_jsonable_python(value)


def setting_fields(config: type[Any]) -> list[dataclasses.Field[Any]]:
    """The fields of a dataclass that can be set from plain data."""
    return [field for field in dataclasses.fields(config) if field.init]


def json_schema(config: type[Any], ref_template: str = "#/$defs/{model}") -> dict[str, Any]:
    """The JSON Schema of a dataclass; descriptions come from the `Attributes:` sections of docstrings.

    Raises:
        PluginError: the types of the fields cannot be resolved or are not plain data.
    """
    return _model_of(config).model_json_schema(ref_template=ref_template, schema_generator=_Described)


def _model_of(config: type[Any]) -> type[BaseModel]:
    """The strict pydantic model of a dataclass, which forbids extra keys; each field's name is its alias."""
    if config not in _models:
        _models[config] = _new_model(config)
    return _models[config]


_models: dict[type[Any], type[BaseModel]] = {}


def _new_model(config: type[Any]) -> type[BaseModel]:
    try:
        types = get_type_hints(config, include_extras=True)
        descriptions = attribute_descriptions(config)
        made: dict[str, Any] = {
            _PREFIX + f.name: (types[f.name], _model_field(f, descriptions.get(f.name))) for f in setting_fields(config)
        }
        return create_model(config.__name__, __config__=_STRICT, __doc__=_summary(config), **made)
    except Exception as error:  # the annotations may be a plugin's
        raise PluginError(f"the fields of {config.__qualname__} cannot be resolved: {error}") from error


def _model_field(field: dataclasses.Field[Any], description: str | None) -> Any:
    if field.default is not dataclasses.MISSING:
        return Field(default=field.default, alias=field.name, description=description)
    if field.default_factory is not dataclasses.MISSING:
        return Field(default_factory=field.default_factory, alias=field.name, description=description)
    return Field(alias=field.name, description=description)


class _Described(GenerateJsonSchema):
    """Adds the descriptions from docstrings to the properties of nested dataclasses."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        made = super().dataclass_schema(schema)
        config = schema["cls"]
        made["description"] = _summary(config)
        for name, text in attribute_descriptions(config).items():
            if name in made.get("properties", {}):
                made["properties"][name]["description"] = text
        if issubclass(config, Component):
            for hidden in ("options", "config"):
                made["properties"].pop(hidden)
        return made


def _summary(config: type[Any]) -> str:
    return (inspect.getdoc(config) or "").partition("\n")[0]


def attribute_descriptions(config: type[Any]) -> dict[str, str]:
    """Parse the `Attributes:` sections of the docstrings of a dataclass and of its bases."""
    found: dict[str, str] = {}
    for base in reversed(config.__mro__):
        section = inspect.cleandoc(base.__doc__ or "").partition("Attributes:\n")[2]
        for name, text in re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", section, re.MULTILINE):
            found[name] = " ".join(text.split())
    return found
