"""What a component is and which options it has, read from its source. Nothing of it is run or imported.

So a list of everything installed is quick, needs no torch, and no plugin can disturb it.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MOST_HOPS = 16
"""How many re-exports and base classes are followed."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option, as its author wrote it: the type, the default (empty if there is none), and what it does."""

    name: str
    type: str
    default: str
    about: str

    def __str__(self) -> str:
        return f"{self.name}: {self.type}" + (f" = {self.default}" if self.default else "")


@dataclass(frozen=True, slots=True)
class Outline:
    """What can be known of a component: the first line of its documentation, and its options in order."""

    about: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class _Class:
    module: str
    node: ast.ClassDef


def outline(value: str) -> Outline:
    """Read the class behind an entry point `module:Class`; empty where the source is not there or not plain."""
    module, _, name = (part.strip() for part in value.partition(":"))
    found = _class(module, name)
    if found is None:
        return Outline()
    options: dict[str, Option] = {}
    config = _config_of(found)
    for base in reversed([*_line(config)] if config else []):
        about = _attributes(base.node)
        options.update({o.name: o for o in _fields(base, about)})
    return Outline((ast.get_docstring(found.node) or "").partition("\n")[0], tuple(options.values()))


def _config_of(found: _Class) -> _Class | None:
    """The class that is called `Config` in a class or in what it extends."""
    for owner in _line(found):
        for statement in owner.node.body:
            if isinstance(statement, ast.ClassDef) and statement.name == "Config":
                return _Class(owner.module, statement)
            target, value = _assignment(statement)
            if target == "Config" and isinstance(value, ast.Name):
                return _class(owner.module, value.id)
    return None


def _line(found: _Class, hops: int = MOST_HOPS) -> Iterator[_Class]:
    """A class and those that it extends, nearest first."""
    yield found
    for base in found.node.bases:
        parent = _class(found.module, base.id) if isinstance(base, ast.Name) and hops else None
        if parent:
            yield from _line(parent, hops - 1)


def _class(module: str, name: str) -> _Class | None:
    home, found = _definition(module, name)
    return _Class(home, found) if isinstance(found, ast.ClassDef) else None


def _definition(module: str, name: str, hops: int = MOST_HOPS) -> tuple[str, ast.ClassDef | ast.expr | None]:
    """The class or the value that a name has in a module, wherever that imports it from, and where it is defined."""
    tree = _parsed(module)
    for statement in tree.body if tree and hops else ():
        if isinstance(statement, ast.ClassDef) and statement.name == name:
            return module, statement
        target, value = _assignment(statement)
        if target == name:
            return module, value
        if isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                if (alias.asname or alias.name) == name:
                    return _definition(_origin(statement, module), alias.name, hops - 1)
    return module, None


def _origin(statement: ast.ImportFrom, module: str) -> str:
    if not statement.level:
        return statement.module or ""
    file = _file(module)
    package = module.split(".") if file and file.name == "__init__.py" else module.split(".")[:-1]
    home = package[: len(package) - statement.level + 1]
    return ".".join([*home, *([statement.module] if statement.module else [])])


@cache
def _parsed(module: str) -> ast.Module | None:
    file = _file(module)
    try:
        return ast.parse(file.read_bytes()) if file else None
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _file(module: str) -> Path | None:
    """The source of a module. Only the outermost package is looked up: more would import it."""
    top, *below = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    if not spec.submodule_search_locations:
        return Path(spec.origin) if spec.origin and not below else None
    for home in spec.submodule_search_locations:
        path = Path(home, *below)
        for file in (path / "__init__.py", path.with_name(f"{path.name}.py")):
            if file.is_file():
                return file
    return None


def _fields(config: _Class, about: dict[str, str]) -> Iterator[Option]:
    for statement in config.node.body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        kind, default = _type(statement.annotation, config.module), _default(statement.value)
        if not kind.startswith(("ClassVar", "typing.ClassVar")) and default is not None:
            name = statement.target.id
            yield Option(name, kind, default, about.get(name, ""))


def _type(annotation: ast.expr, module: str) -> str:
    """A type as it is written; where that is the name of another type, that one."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    if isinstance(annotation, ast.Name):
        alias = _definition(module, annotation.id)[1]
        if isinstance(alias, ast.expr):
            return ast.unparse(alias)
    return ast.unparse(annotation)


def _default(value: ast.expr | None) -> str | None:
    """The default of a field as it is written; empty if there is none, None if it is no option."""
    if not (isinstance(value, ast.Call) and ast.unparse(value.func).endswith("field")):
        return ast.unparse(value) if value else ""
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in value.keywords}
    if given.get("init") == "False":
        return None
    return given.get("default") or (f"{given['default_factory']}()" if "default_factory" in given else "")


def _assignment(statement: ast.stmt) -> tuple[str, ast.expr | None]:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id, statement.value
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, statement.value
    return "", None


def _attributes(config: ast.ClassDef) -> dict[str, str]:
    """What the `Attributes:` section of a docstring says of each option."""
    section = inspect.cleandoc(ast.get_docstring(config) or "").partition("Attributes:\n")[2]
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", section, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}
