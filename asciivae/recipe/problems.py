"""Converts pydantic's errors to recipe errors with place, path, message and nearest match."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

from pydantic import ValidationError

from asciivae.errors import Keys, RecipeError, did_you_mean
from asciivae.recipe.nodes import Node, dotted, problem
from asciivae.settings.component import Component
from asciivae.settings.convert import setting_fields

HINT = "asciivae recipes schema prints every key with its type, unit and range"

_WORDS = {
    "bool_type": "must be true or false",
    "dataclass_type": "must be a mapping",
    "dict_type": "must be a mapping",
    "float_type": "must be a number",
    "int_type": "must be an integer",
    "int_parsing_size": "must be a smaller number",
    "list_type": "must be a list",
    "string_type": "must be a string",
    "tuple_type": "must be a list",
}


def explain(
    error: ValidationError, tree: Node, known: Callable[[Keys], Collection[str]], prefix: Keys = ()
) -> list[RecipeError]:
    """Convert a validation error to recipe errors.

    Args:
        error: pydantic's error.
        tree: the recipe.
        known: returns the valid keys of the mapping at a path.
        prefix: the path of the validated value.
    """
    found: list[RecipeError] = []
    for detail in error.errors(include_url=False):
        keys = prefix + _cleaned(detail["loc"], tree.at(prefix))
        kind, value = detail["type"], detail["input"]
        if kind == "too_short" and len(value) >= detail["ctx"]["min_length"]:
            continue  # pydantic counts only valid items; the invalid ones are reported separately
        if kind.startswith("union_tag"):
            keys = (*keys, "use")
        if kind in ("extra_forbidden", "unexpected_keyword_argument"):
            found.append(_unknown(tree, keys, known))
        else:
            words = _words(kind, detail["msg"], value, detail.get("ctx", {}))
            found.append(problem(tree, keys, words, HINT))
    return found


def known_keys(schema: type[Any], keys: Keys) -> set[str]:
    """The valid keys of a mapping at this path of a schema, in any of its forms."""
    schemas = {schema}
    for part in keys:
        if isinstance(part, str):
            hints = [get_type_hints(s, include_extras=True) for s in schemas]
            schemas = {inner for types in hints if part in types for inner in schemas_in(types[part])}
    return {name for s in schemas for name in _own_keys(s)}


def _own_keys(schema: type[Any]) -> list[str]:
    if issubclass(schema, Component):
        return schema.own_keys()
    return [field.name for field in setting_fields(schema)]


def _unknown(tree: Node, keys: Keys, known: Callable[[Keys], Collection[str]]) -> RecipeError:
    *parents, key = keys
    guess = did_you_mean(key, known(tuple(parents)))
    if not guess:  # the right key in the wrong section, as in `--set lr=1e-3`
        homes = [s for s in sorted(known(())) if [s] != parents and str(key) in known((s,))]
        guess = f" — did you mean '{homes[0]}.{key}'?" if homes else ""
    node = tree.at(keys)
    return RecipeError(f"unknown key{guess}", place=node.key_place if node else None, path=dotted(keys), hint=HINT)


def schemas_in(annotation: Any) -> set[type[Any]]:
    """The dataclasses in an annotation."""
    if isinstance(annotation, type) and is_dataclass(annotation):
        return {annotation}
    return {schema for argument in get_args(annotation) for schema in schemas_in(argument)}


FORMS = ("<short>", "<long>", "<ramp>", "<points>")
"""The tags of the forms of a value in the schema."""


def _cleaned(location: Keys, node: Node | None) -> Keys:
    """Remove the tags of unions from a pydantic location."""
    keys: Keys = ()
    tag = None
    for part in location:
        if part == tag or part in FORMS:
            tag = None
            continue
        keys = (*keys, part)
        node = node.child(part) if node else None
        use = node.child("use") if node else None
        tag = use.value if use and keys == ("relax",) else None
    return keys


def _words(kind: str, message: str, value: Any, context: dict[str, Any]) -> str:
    if kind in ("missing", "union_tag_not_found"):
        return "is required"
    if kind == "value_error":
        return str(context["error"])
    if kind == "too_short":
        return "must not be empty"
    if kind == "too_long":
        return f"must have at most {context['max_length']} items, not {len(value)}"
    if kind == "union_tag_invalid":
        value, kind, context = context["tag"], "literal_error", {"expected": context["expected_tags"]}
        message = f"must be one of {context['expected']}"
    guess = did_you_mean(value, _quoted(context["expected"])) if kind == "literal_error" else ""
    wanted = _WORDS.get(kind) or message.replace("Input should be", "must be").replace("String should", "must")
    return f"{wanted}, not {_shown(value)}{guess}"


def _quoted(expected: str) -> list[str]:
    return expected.split("'")[1::2]


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
