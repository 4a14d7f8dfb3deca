"""Recipes on their way out: as YAML that reads back to the same data, and the JSON Schema of what may go in."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import PydanticUserError

from asciivae import registry
from asciivae.errors import PluginError
from asciivae.recipe import loader, resolve
from asciivae.recipe.options import options_model
from asciivae.recipe.schema import Recipe
from asciivae.recipe.values import Section

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Dumper(yaml.SafeDumper):
    """Quotes whatever YAML 1.1 or 1.2 would take for something else than text, and writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    # Only double quotes keep control characters and the line breaks that YAML 1.1 knows besides \n.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


_Dumper.add_representer(str, _text)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", loader.FLOAT, list("-+.0123456789"))
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", loader.INTEGER, list("-+0123456789"))


def dump_yaml(data: Any) -> str:
    """Plain data as YAML, in the order of the data; `loader.parse` reads it back to equal data."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=100, allow_unicode=True)
    return text


def json_schema(model_configs: Mapping[str, type[Any]] | None = None, recipe: type[Section] = Recipe) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a recipe, with the options of every component that is installed and sound.

    Args:
        model_configs: the `Config` of each model by name; by default those of `asciivae.models`.
        recipe: that of a model, or of a renderer.
    """
    schema = recipe.model_json_schema()
    definitions = schema["$defs"]
    models = resolve.known_models() if model_configs is None else model_configs
    for section, configs in (
        ("Renderer", _installed("renderer")),
        ("Loss", _installed("loss")),
        ("Component", models),
    ):
        if section not in definitions:
            continue
        base = definitions[section]
        variants = []
        for name, config in configs.items():
            prefix = f"{section}.{name}"
            try:
                options = options_model(config).model_json_schema(ref_template=f"#/$defs/{prefix}.{{model}}")
            except (PluginError, PydanticUserError):
                continue  # a sick plugin offers nothing
            definitions.update({f"{prefix}.{k}": v for k, v in options.pop("$defs", {}).items()})
            variants.append(_variant(base, name, options))
        definitions[section] = {"description": base["description"], "oneOf": variants}
    return {"$schema": DIALECT, **schema}


def _installed(kind: str) -> dict[str, type[Any]]:
    found = {}
    for entry in registry.entries(kind):
        name = entry.qualified if entry.state == "ambiguous" else entry.name
        with contextlib.suppress(PluginError):
            found[name] = registry.load(kind, name).Config
    return found


def _variant(base: dict[str, Any], name: str, options: dict[str, Any]) -> dict[str, Any]:
    """The section's schema for one component: its name, and its options beside the section's own keys."""
    implied = base["properties"]["use"].get("default") == name
    required = [*([] if implied else ["use"]), *options.get("required", [])]
    return {
        "type": "object",
        "title": name,
        "description": options.get("description", base["description"]),
        "properties": {**base["properties"], "use": {"const": name}, **options.get("properties", {})},
        "required": required,
        "additionalProperties": False,
    }
