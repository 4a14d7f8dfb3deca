"""Export of recipes: as YAML that loads back to the same data, and their JSON Schema."""

from __future__ import annotations

import contextlib
from typing import Any, get_type_hints

import yaml
from pydantic import PydanticUserError

from asciivae import registry
from asciivae.errors import PluginError
from asciivae.recipe import loader
from asciivae.recipe.problems import schemas_in
from asciivae.recipe.schema import KINDS
from asciivae.settings.convert import json_schema
from asciivae.training.recipe import BaseRecipe

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Dumper(yaml.SafeDumper):
    """Quotes text that YAML 1.1 or 1.2 would parse as another type, and writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    # Control characters and YAML 1.1's line breaks other than \n are only preserved in double quotes.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


_Dumper.add_representer(str, _text)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", loader.FLOAT, list("-+.0123456789"))
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", loader.INTEGER, list("-+0123456789"))


def dump_yaml(data: Any) -> str:
    """Write plain data as YAML, in its own order; `loader.parse` reads it back to equal data."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=100, allow_unicode=True)
    return text


def recipe_schema(kind: str = "model") -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind of recipe, with the options of every component that loads.

    Args:
        kind: a key of `KINDS`.
    """
    recipe = KINDS[kind]
    schema = json_schema(recipe)
    definitions = schema["$defs"]
    for field, plugin_kind in recipe.COMPONENTS.items():
        section = _section_of(recipe, field)
        base = definitions[section]
        variants = []
        for name, config in _installed(plugin_kind).items():
            prefix = f"{section}.{name}"
            try:
                options = json_schema(config, ref_template=f"#/$defs/{prefix}.{{model}}")
            except (PluginError, PydanticUserError):
                continue  # skip broken plugins
            if options.get("properties", {}).keys() & base["properties"].keys():
                continue  # an option with a reserved name, which `with_config` refuses
            definitions.update({f"{prefix}.{k}": v for k, v in options.pop("$defs", {}).items()})
            variants.append(_variant(base, name, options))
        definitions[section] = {"description": base["description"], "oneOf": variants}
    return {"$schema": DIALECT, **schema}


def _section_of(recipe: type[BaseRecipe], field: str) -> str:
    """The name of the dataclass in the type of a recipe's field, which may be a list of them."""
    (schema,) = schemas_in(get_type_hints(recipe, include_extras=True)[field])
    return schema.__name__


def _installed(kind: str) -> dict[str, type[Any]]:
    found = {}
    for entry in registry.entries(kind):
        name = entry.qualified if entry.state == "ambiguous" else entry.name
        with contextlib.suppress(PluginError):
            found[name] = registry.load(kind, name).Config
    return found


def _variant(base: dict[str, Any], name: str, options: dict[str, Any]) -> dict[str, Any]:
    """The section's schema for one component: the section's own keys and the component's options."""
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
