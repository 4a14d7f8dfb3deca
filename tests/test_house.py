"""The house rules that a machine can check: who imports whom, what is heavy, what is shipped."""

import ast
import importlib
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

import asciivae
from asciivae import registry

PACKAGE = Path(asciivae.__file__).parent
PROJECT = PACKAGE.parent
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = (
    *("errors", "contract", "registry", "text", "weights_file", "filters"),
    *("corpus", "scrape", "render", "models", "losses", "edges"),
    *("train", "evaluate", "recipe", "build", "build_renderer", "load", "evaluation", "export"),
    *("verify", "claims", "compare", "testing", "cli"),
    "__main__",
)
"""A room imports only from rooms to its left, or from itself."""
FORBIDDEN = {
    "models": {"registry", "recipe"},
    "losses": {"registry", "recipe"},
    "train": {"registry", "recipe"},
    "evaluate": {"recipe"},
    "build": {"cli"},
    "testing": {"cli"},
}
HEAVY = {"torch", "PIL", "matplotlib", "scrapy", "skimage", "safetensors", "tqdm", "rich"}
LIGHT = {
    "cli": HEAVY | {"numpy", "pydantic", "yaml"},
    "registry": HEAVY | {"numpy", "pydantic", "yaml"},
    "contract": HEAVY | {"numpy", "pydantic", "yaml"},
    "errors": HEAVY | {"numpy", "pydantic", "yaml"},
    "text": HEAVY,
    "recipe": HEAVY | {"numpy"},
}
LONGEST = 450
TESTS = PROJECT / "tests"
NO_ROOMS = {"tools", "support", "plugins"}
"""Folders of `tests/` that mirror no room: what tests share, and the packages in the repository's `plugins/`."""


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(node: ast.AST, path: Path) -> Iterator[str]:
    """The dotted names of all that is imported anywhere below a node of a module."""
    package = ("asciivae", *path.relative_to(PACKAGE).parent.parts)
    for below in ast.walk(node):
        if isinstance(below, ast.Import):
            yield from (alias.name for alias in below.names)
        elif isinstance(below, ast.ImportFrom):
            here = package[: len(package) - below.level + 1] if below.level else ()
            base = ".".join([*here, *([below.module] if below.module else [])])
            yield from (f"{base}.{alias.name}" for alias in below.names)


def rooms_imported(path: Path) -> set[str]:
    names = [name.split(".") for name in imported(ast.parse(path.read_text(encoding="utf-8")), path)]
    found = {name[1] for name in names if name[0] == "asciivae" and len(name) > 1}
    return {room for room in found if (PACKAGE / room).is_dir() or (PACKAGE / f"{room}.py").is_file()}


def at_import_time(path: Path) -> Iterator[str]:
    """What is imported as soon as a module is: not in functions, not for type checkers."""

    def top(body: list[ast.stmt]) -> Iterator[ast.stmt]:
        for node in body:
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                yield from top(node.orelse)
            elif isinstance(node, ast.If | ast.Try | ast.With):
                yield from top(node.body)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                yield node

    for node in top(ast.parse(path.read_text(encoding="utf-8")).body):
        yield from imported(node, path)


def test_every_room_has_its_place() -> None:
    assert {room_of(path) for path in MODULES} - {"__init__"} <= set(ROOMS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_in_one_direction(path: Path) -> None:
    room = room_of(path)
    found = rooms_imported(path) - {room}
    allowed = set(ROOMS[: ROOMS.index(room)]) if room in ROOMS else set()

    assert found <= allowed, f"{room} imports {found - allowed}, which stands to its right"
    assert not found & FORBIDDEN.get(room, set())
    if room != "__main__":
        assert "cli" not in found


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(p) in LIGHT], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_light_rooms_import_nothing_heavy_before_they_need_it(path: Path) -> None:
    packages = {name.split(".")[0] for name in at_import_time(path)}

    assert not packages & LIGHT[room_of(path)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_tests_mirror_the_rooms() -> None:
    """`tests/ROOM/test_MODULE.py`, or `test_MODULE_ASPECT.py`; the room's own name stands for its `__init__`."""
    strays = []
    for file in TESTS.glob("*/test_*.py"):
        room = file.parent.name
        names = {path.name.removesuffix(".py") for path in (PACKAGE / room).glob("*")} | {room}
        about = file.stem.removeprefix("test_")
        if room not in NO_ROOMS and not any(about == name or about.startswith(f"{name}_") for name in names):
            strays.append(str(file.relative_to(TESTS)))

    assert not strays, "named after no module of their room"


def test_the_version_is_that_of_the_installed_package() -> None:
    assert metadata.version("asciivae") == asciivae.__version__


def test_every_component_that_is_declared_loads_and_keeps_the_contract() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {group: kind for kind, group in registry.KINDS.items()}
    assert set(project["entry-points"]) <= set(groups)
    for group, points in project["entry-points"].items():
        for name, value in points.items():
            module, _, attribute = value.partition(":")
            declared = getattr(importlib.import_module(module), attribute)
            assert registry.load(groups[group], f"asciivae:{name}") is declared
    for value in project["scripts"].values():
        module, _, attribute = value.partition(":")
        assert callable(getattr(importlib.import_module(module), attribute))
