"""From what pydantic finds to what a reader of the recipe needs: place, path, words, nearest match."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from asciivae.errors import RecipeError
from asciivae.recipe.nodes import Keys, Node, did_you_mean, dotted, problem

_WORDS = {
    "bool_type": "must be true or false",
    "dict_type": "must be a mapping",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "list_type": "must be a list",
    "model_type": "must be a mapping",
    "string_type": "must be text",
    "tuple_type": "must be a list",
}


def explain(
    error: ValidationError, tree: Node, known: Callable[[Keys], Iterable[str]], prefix: Keys = ()
) -> list[RecipeError]:
    """Every problem of a failed validation, in the order of the file.

    Args:
        error: what pydantic found.
        tree: the recipe.
        known: the keys that the mapping at a path may hold.
        prefix: the path of the validated value.
    """
    found = []
    for detail in error.errors(include_url=False):
        keys = prefix + _cleaned(detail["loc"], tree.at(prefix))
        kind, value = detail["type"], detail["input"]
        if kind == "too_short" and len(value) >= detail["ctx"]["min_length"]:
            continue  # its items have problems, and pydantic counts only the good ones
        if kind.startswith("union_tag"):
            keys = (*keys, "use")
        if kind == "extra_forbidden":
            node = tree.at(keys)
            place = node.key_place if node else None
            message = f"unknown key{did_you_mean(keys[-1], known(keys[:-1]))}"
            found.append(RecipeError(message, place=place, path=dotted(keys)))
        else:
            found.append(problem(tree, keys, _words(kind, detail["msg"], value, detail.get("ctx", {}))))
    return sorted(found, key=lambda error: error.place or "")


def known_keys(model: type[BaseModel], keys: Keys) -> set[str]:
    """The keys that a mapping at this path of a model may hold, in whichever of its forms."""
    models = {model}
    for part in keys:
        if isinstance(part, str):
            fields = [m.model_fields[part] for m in models if part in m.model_fields]
            models = {inner for field in fields for inner in _models(field.annotation)}
    return {name for m in models for name in m.model_fields}


def _models(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {model for argument in get_args(annotation) for model in _models(argument)}


def _cleaned(location: Keys, node: Node | None) -> Keys:
    """A pydantic location without the tags of the forms that it tried."""
    keys: Keys = ()
    tag = None
    for part in location:
        if part == tag or str(part).startswith("<"):
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
    if kind == "string_pattern_mismatch":
        return f"must match {context['pattern']}, which {_shown(value)} does not"
    if kind in ("too_short", "too_long"):
        bound = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        return f"must have {bound} items, not {len(value)}"
    if kind == "union_tag_invalid":
        value, expected = context["tag"], context["expected_tags"]
        return f"must be {expected}, not {_shown(value)}{did_you_mean(value, _quoted(expected))}"
    guess = did_you_mean(value, _quoted(context["expected"])) if kind == "literal_error" else ""
    wanted = _WORDS.get(kind) or message.replace("Input should be", "must be").replace("String should", "must")
    return f"{wanted}, not {_shown(value)}{guess}"


def _quoted(expected: str) -> list[str]:
    return expected.split("'")[1::2]


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
