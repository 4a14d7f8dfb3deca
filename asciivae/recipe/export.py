"""Export of recipes: as YAML that loads back to the same data, and their JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import yaml
from pydantic import PydanticUserError

from asciivae import registry
from asciivae.errors import PluginError
from asciivae.recipe import loader
from asciivae.recipe.problems import schemas_in
from asciivae.recipe.schema import KINDS
from asciivae.registry import isolated
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


def recipe_schema(kind: str = "model", left_out: Callable[[str], object] = lambda why: None) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind of recipe, with the options of every component that loads.

    Third parties are loaded in another process, so that they cannot harm this one.

    Args:
        kind: a key of `KINDS`.
        left_out: called with the reason why a component is left out.
    """
    recipe = KINDS[kind]
    schema = json_schema(recipe)
    definitions = schema["$defs"]
    for field, plugin_kind in recipe.COMPONENTS.items():
        section = _section_of(recipe, field)
        base = definitions[section]
        variants = []
        for name, options in sorted(_options(plugin_kind, section, left_out), key=lambda pair: pair[0]):
            prefix = f"{section}.{name}"
            if options.get("properties", {}).keys() & base["properties"].keys():
                continue  # an option with a reserved name, which `with_config` refuses
            definitions.update({f"{prefix}.{k}": v for k, v in options.pop("$defs", {}).items()})
            variants.append(_variant(base, name, options))
        if variants:  # there may be no component of this kind
            definitions[section] = {"description": base["description"], "oneOf": variants}
    return {"$schema": DIALECT, **schema}


def _section_of(recipe: type[BaseRecipe], field: str) -> str:
    """The name of the dataclass in the type of a recipe's field, which may be a list of them."""
    (schema,) = schemas_in(get_type_hints(recipe, include_extras=True)[field])
    return schema.__name__


def _options(kind: str, section: str, left_out: Callable[[str], object]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name and the schema of the options of each installed component of a kind that loads."""
    known = registry.entries(kind)
    ours = {entry.name for entry in known if entry.distribution == registry.OURS}
    for entry in known:
        if entry.distribution == registry.OURS:
            yield entry.name, _schema_of(kind, entry.name, section, entry.name)
    theirs = [entry for entry in known if entry.distribution != registry.OURS]
    names = [e.qualified if e.state == "ambiguous" or e.name in ours else e.name for e in theirs]
    done = 0
    while done < len(theirs):  # again after one that ended the process
        rest = [(entry.qualified, name) for entry, name in zip(theirs, names, strict=True)][done:]
        try:
            for schema, error in isolated.items_of(f"{__name__}:schemas_of", kind, rest, section):
                if error:
                    left_out(f"{kind} {theirs[done].name!r} of {theirs[done].origin} is left out: {error}")
                else:
                    yield names[done], schema
                done += 1
        except PluginError as error:
            left_out(f"{kind} {theirs[done].name!r} of {theirs[done].origin} is left out: {error.message}")
            done += 1


def schemas_of(kind: str, components: list[list[str]], section: str) -> Iterator[tuple[dict[str, Any] | None, str]]:
    """The schema of the options of each component, or why there is none.

    Args:
        kind: a key of `registry.KINDS`.
        components: `distribution:name` and the name in the schema of each.
        section: the name of the section that they are for.
    """
    for use, name in components:
        try:
            yield _schema_of(kind, use, section, name), ""
        except PluginError as error:
            yield None, error.message


def _schema_of(kind: str, use: str, section: str, name: str) -> dict[str, Any]:
    template = f"#/$defs/{section}.{name}.{{model}}"
    try:
        return json_schema(registry.load(kind, use).Config, ref_template=template)
    except PydanticUserError as error:
        raise PluginError(str(error)) from error


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
