"""Strict YAML: plain data only, with the position of every key and value.

Scalars follow the YAML 1.2 core schema, so `1e-4` is a number while `no`, `12:30` and dates are strings. Duplicate
keys, tags, aliases, keys that are not strings and non-finite numbers are errors.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from asciivae.errors import Keys, Place, RecipeError, RecipeProblems
from asciivae.files.opening import open_file
from asciivae.recipe.nodes import Node, dotted

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_DIGITS = 100


def read_file(path: Path) -> str:
    """Read the text of a recipe file.

    Raises:
        RecipeError: it cannot be read, is larger than 1 MiB, or is not UTF-8.
    """
    file = str(path)
    try:
        with open_file(path, streams=True) as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        hint = "asciivae recipes list" if isinstance(error, FileNotFoundError) else None
        raise RecipeError(f"cannot be read: {error.strerror}", place=Place(file), hint=hint) from error
    if len(raw) > MAX_BYTES:
        raise RecipeError("is larger than 1 MiB, the limit for recipes", place=Place(file))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        place = Place(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise RecipeError("this byte is not UTF-8", place=place, hint="save the file as UTF-8") from error


def parse(text: str, file: str) -> Node:
    """Parse one YAML document; `file` is its name in error messages.

    Raises:
        RecipeError: the YAML is invalid; the place is where parsing stopped.
        RecipeProblems: the YAML is valid, but contains what a recipe must not; all such problems together.
    """
    if len(text) > MAX_BYTES:
        raise RecipeError("is larger than 1 MiB, the limit for recipes", place=Place(file))
    try:
        composer = _Composer(text, file)
        root = composer.get_single_node()
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise RecipeError("this character is not allowed in YAML", place=place) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        said = ", ".join(part for part in (error.context, error.problem) if part)
        hint = "look at the quotes, brackets and colons up to this place; indent with spaces"
        raise RecipeError(f"invalid YAML: {said}", place=place, hint=hint) from error
    except (ValueError, OverflowError) as error:  # an escape such as "\U00110000"
        raise RecipeError("invalid YAML: an escape is not a Unicode character", place=Place(file)) from error
    node = Node(None, Place(file, 1, 1), Place(file, 1, 1)) if root is None else composer.convert(root)
    if composer.problems:
        raise RecipeProblems(composer.problems)
    return node


class _Composer(yaml.BaseLoader):
    """PyYAML's parser up to its node graph; anything that is not plain data is recorded as a problem."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text)
        self.file = file
        self.depth = 0
        self.problems: list[RecipeError] = []

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        mark: Any = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            self.get_event()
            self.note(mark, f"aliases are not allowed (*{event.anchor}); write the value again")
            return yaml.ScalarNode("", "", mark)
        if getattr(event, "tag", None) is not None:
            self.note(mark, f"tags are not allowed ({event.tag}); a recipe is plain data")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=f"more than {MAX_DEPTH} levels deep", problem_mark=mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def place(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)

    def note(self, mark: Any, message: str, path: Keys = ()) -> None:
        self.problems.append(RecipeError(message, place=self.place(mark), path=dotted(path)))

    def convert(self, node: Any, path: Keys = (), key_place: Place | None = None) -> Node:
        """Convert one of PyYAML's nodes, and all below it."""
        place = self.place(node.start_mark)
        converted = Node(None, place, key_place or place)
        if isinstance(node, yaml.MappingNode):
            converted.value = dict(self._pairs(node, path))
        elif isinstance(node, yaml.SequenceNode):
            converted.value = [self.convert(item, (*path, i)) for i, item in enumerate(node.value)]
        else:
            try:
                converted.value = _scalar(node)
            except ValueError as error:
                self.note(node.start_mark, str(error), path)
        return converted

    def _pairs(self, node: yaml.MappingNode, path: Keys) -> Iterator[tuple[str, Node]]:
        first: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or (key.style is None and not _is_text(key.value)):
                self.note(key.start_mark, "keys must be strings", path)
            elif key.value in first:
                again = f"duplicate key, first defined in line {first[key.value]}; remove one of them"
                self.note(key.start_mark, again, (*path, key.value))
            else:
                place = self.place(key.start_mark)
                first[key.value] = place.line
                yield key.value, self.convert(value, (*path, key.value), place)


_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def _is_text(plain: str) -> bool:
    return not (plain in _WORDS or INTEGER.fullmatch(plain) or FLOAT.fullmatch(plain))


def _scalar(node: yaml.ScalarNode) -> str | int | float | bool | None:
    """Resolve a scalar by the YAML 1.2 core schema; raise ValueError for values that recipes must not contain."""
    text: str = node.value
    if node.style is not None or _is_text(text):
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise ValueError("an escape encodes a character that is not allowed")
        return text
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number has at most {MAX_DIGITS} digits")
    if INTEGER.fullmatch(text):
        return int(text, 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10)
    number = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    if not math.isfinite(number):
        raise ValueError(f"a number must be finite, not {text}")
    return number
