"""Command-line overrides of a recipe: `--set path=value` and `--unset path`.

A path is written as in messages, `losses[0].weight`; an item of a list may also be given by its name or, if unique, by
its `use`: `losses.ce.weight`. The value, everything after the first `=`, is YAML, read by the recipe's loader. Removals
are applied first, then settings in order, so the last one wins. Paths missing from the recipe are created; whether the
schema allows them is checked later, together with everything else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from asciivae.errors import Place, RecipeError, RecipeProblems, did_you_mean
from asciivae.recipe import loader
from asciivae.recipe.nodes import Node, Part, dotted

_PATH = re.compile(r"[^.\[\]=\s]+(\.[^.\[\]=\s]+|\[\d+\])*")
_EXCLUSIVE = {"steps": "epochs", "epochs": "steps"}


def apply(tree: Node, sets: Sequence[str] = (), unsets: Sequence[str] = ()) -> None:
    """Apply overrides to a recipe's tree, in place.

    Setting one of `train.steps` and `train.epochs` removes the other, since a run has one length.

    Raises:
        RecipeProblems: a path or a value cannot be parsed, or a path does not exist; all such problems together.
    """
    problems: list[RecipeError] = []
    for flag, texts, change in (("--unset", unsets, _unset), ("--set", sets, _set)):
        for number, text in enumerate(texts, start=1):
            shown = text if len(text) <= 60 else f"{text[:57]}..."
            try:
                change(tree, text, Place(f"{flag} #{number} ({shown})"))
            except RecipeError as error:
                problems.append(error)
    if problems:
        raise RecipeProblems(problems)


def _unset(tree: Node, text: str, place: Place) -> None:
    *parents, last = _parts(text, place)
    node = tree
    for part in parents:
        node = _child(node, part, place)
    _child(node, last, place)
    if isinstance(node.value, list):
        del node.value[_index(node.value, last, place)]
    elif isinstance(node.value, dict):
        del node.value[str(last)]


def _set(tree: Node, text: str, place: Place) -> None:
    path, equals, written = text.partition("=")
    if not equals:
        raise RecipeError("a setting is written path=value", place=place, hint="--set train.steps=100")
    parents = _parts(path, place)
    last = parents.pop()
    value = _value(written, place)
    node = tree
    for part in parents:
        _open(node, part, place)
        node = _child(node, part, place)
    _open(node, last, place)
    if isinstance(node.value, dict) and isinstance(last, str):
        node.value[last] = value
        if parents == ["train"] and last in _EXCLUSIVE and value.value is not None:
            node.value.pop(_EXCLUSIVE[last], None)
    elif isinstance(node.value, list):
        index = len(node.value) if last == len(node.value) else _index(node.value, last, place)
        node.value[index : index + 1] = [value]
    else:
        _child(node, last, place)  # raises the error


def _parts(path: str, place: Place) -> list[Part]:
    if not _PATH.fullmatch(path):
        raise RecipeError(
            f"{path!r} is not a path", place=place, hint="a path is written like train.batch or losses[0].weight"
        )
    return [int(index) if index else key for index, key in re.findall(r"\[(\d+)\]|([^.\[\]]+)", path)]


def _value(written: str, place: Place) -> Node:
    try:
        node = loader.parse(written, "")
    except RecipeProblems as error:
        raise RecipeError("; ".join(p.message for p in error.problems), place=place) from error
    except RecipeError as error:
        raise RecipeError(
            error.message, place=place, hint="quote a string that YAML would parse as another type"
        ) from error
    return _overridden(node, place)


def _overridden(node: Node, place: Place) -> Node:
    """Copy a value with its place on the command line."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _overridden(inner, place) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [_overridden(inner, place) for inner in value]
    return Node(value, place, place, overridden=True)


def _open(node: Node, part: Part, place: Place) -> None:
    """Create a mapping that the recipe leaves out or sets to null, with this key."""
    if node.value is None:
        node.value = {}
    if isinstance(node.value, dict) and isinstance(part, str):
        node.value.setdefault(part, Node(None, place, place, overridden=True))


def _child(node: Node, part: Part, place: Place) -> Node:
    if isinstance(node.value, list):
        return node.value[_index(node.value, part, place)]
    if not isinstance(node.value, dict):
        raise RecipeError(f"{dotted((part,))!r} does not exist: {node.value!r} is not a mapping or a list", place=place)
    found = node.child(part)
    if found is None:
        raise RecipeError(f"{dotted((part,))!r} is not set{did_you_mean(part, node.value)}", place=place)
    return found


def _index(items: list[Node], part: Part, place: Place) -> int:
    """The index of a list's item, given as an index, a name or a `use`."""
    if isinstance(part, int):
        if part >= len(items):
            raise RecipeError(f"there is no item [{part}]; the list has {len(items)}", place=place)
        return part
    names = [_text(item, "name") or _text(item, "use").rpartition(":")[2] for item in items]
    uses = [_text(item, "use") for item in items]
    matches = [i for i, name in enumerate(names) if name == part] or [i for i, use in enumerate(uses) if use == part]
    if not matches:
        raise RecipeError(f"no item is called {part!r}{did_you_mean(part, names)}", place=place)
    if len(matches) > 1:
        raise RecipeError(
            f"{len(matches)} items are called {part!r}", place=place, hint=f"write [{matches[0]}] for the first of them"
        )
    return matches[0]


def _text(item: Node, key: str) -> str:
    node = item.child(key)
    return node.value if node and isinstance(node.value, str) else ""
