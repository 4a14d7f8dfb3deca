"""Descriptions and options of components, parsed from their source without importing it.

So listing all installed components is fast, needs no torch, and is not affected by broken plugins.
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

MAX_HOPS = 16
"""The most re-exports and base classes to follow."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option, as written in the source: type, default (empty if there is none), and description."""

    name: str
    type: str
    default: str
    about: str

    def __str__(self) -> str:
        return f"{self.name}: {self.type}" + (f" = {self.default}" if self.default else "")


@dataclass(frozen=True, slots=True)
class Outline:
    """The first line of a component's docstring, and its options in order."""

    about: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class _Class:
    module: str
    node: ast.ClassDef


def outline(value: str) -> Outline:
    """Parse the class of an entry point `module:Class`; empty if the source is missing or cannot be analysed."""
    module, _, name = (part.strip() for part in value.partition(":"))
    found = _class(module, name)
    if found is None:
        return Outline()
    options: dict[str, Option] = {}
    config = _config_of(found)
    for base in reversed([*_mro(config)] if config else []):
        about = _attributes(base.node)
        options.update({o.name: o for o in _fields(base, about)})
    return Outline((ast.get_docstring(found.node) or "").partition("\n")[0], tuple(options.values()))


def _config_of(found: _Class) -> _Class | None:
    """The class called `Config` in a class or its bases."""
    for owner in _mro(found):
        for statement in owner.node.body:
            if isinstance(statement, ast.ClassDef) and statement.name == "Config":
                return _Class(owner.module, statement)
            target, value = _assignment(statement)
            if target == "Config" and isinstance(value, ast.Name):
                return _class(owner.module, value.id)
    return None


def _mro(found: _Class, hops: int = MAX_HOPS) -> Iterator[_Class]:
    """A class and its bases, nearest first."""
    yield found
    for base in found.node.bases:
        parent = _class(found.module, base.id) if isinstance(base, ast.Name) and hops else None
        if parent:
            yield from _mro(parent, hops - 1)


def _class(module: str, name: str) -> _Class | None:
    home, found = _definition(module, name)
    return _Class(home, found) if isinstance(found, ast.ClassDef) else None


def _definition(module: str, name: str, hops: int = MAX_HOPS) -> tuple[str, ast.ClassDef | ast.expr | None]:
    """The module that defines a name, following imports, and the name's class or value."""
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
                    return _definition(_imported_module(statement, module), alias.name, hops - 1)
    return module, None


def _imported_module(statement: ast.ImportFrom, module: str) -> str:
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
    """The source file of a module. Only the top-level package is looked up, because `find_spec` imports parents."""
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
    """A type annotation as written, with type aliases resolved once."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    if isinstance(annotation, ast.Name):
        alias = _definition(module, annotation.id)[1]
        if isinstance(alias, ast.expr):
            return ast.unparse(alias)
    return ast.unparse(annotation)


def _default(value: ast.expr | None) -> str | None:
    """The default of a field as written; empty if there is none, None if the field is not an option."""
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
    """The description of each option in the `Attributes:` section of a docstring."""
    section = inspect.cleandoc(ast.get_docstring(config) or "").partition("Attributes:\n")[2]
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", section, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}
