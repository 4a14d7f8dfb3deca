"""The tree of a recipe: plain data with the position of every value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from asciivae.errors import Keys, Place, RecipeError

Part = str | int
"""One step of a path: a key of a mapping or an index of a list."""


@dataclass(slots=True)
class Node:
    """A value of a recipe and its position.

    Attributes:
        value: a scalar, or the nodes of a mapping or a list.
        place: where the value begins.
        key_place: where its key begins; the same as `place` for the items of a list.
        overridden: whether it was set on the command line.
    """

    value: str | int | float | bool | dict[str, Node] | list[Node] | None
    place: Place
    key_place: Place
    overridden: bool = False

    def plain(self) -> Any:
        """The value as plain Python data."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def child(self, part: Part) -> Node | None:
        """The child at a key or index; None if there is none."""
        if isinstance(self.value, dict) and isinstance(part, str):
            return self.value.get(part)
        if isinstance(self.value, list) and isinstance(part, int) and 0 <= part < len(self.value):
            return self.value[part]
        return None

    def at(self, keys: Keys) -> Node | None:
        """The node at the end of a path; None if the path leaves the tree."""
        node: Node | None = self
        for part in keys:
            node = node.child(part) if node else None
        return node

    def nearest(self, keys: Keys) -> Node:
        """The deepest existing node on a path, to locate a missing value."""
        node = self
        for part in keys:
            node = node.child(part) or node
        return node


def dotted(keys: Keys) -> str:
    """Format a path as in messages and `--set`: `losses[0].weight`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in keys).removeprefix(".")


def problem(tree: Node, keys: Keys, message: str, hint: str | None = None) -> RecipeError:
    """An error about the value at a path; if it is missing, the place is that of the enclosing section."""
    node = tree.at(keys)
    place = node.place if node else tree.nearest(keys).key_place
    return RecipeError(message, place=place, path=dotted(keys), hint=hint)


def in_order(problems: Iterable[RecipeError]) -> list[RecipeError]:
    """Sort problems: those of the file by position, then those of the command line."""

    def position(found: RecipeError) -> tuple[bool, int, int]:
        place = found.place if isinstance(found.place, Place) else Place("")
        return (place.line == 0, place.line, place.column)

    return sorted(problems, key=position)
