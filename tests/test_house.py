"""The rules that a machine can check: who imports whom, what is heavy, how long files are, what is shipped."""

import ast
import importlib
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import asciivae
from asciivae import registry

PACKAGE = Path(asciivae.__file__).parent
PROJECT = PACKAGE.parent
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {"torch", "PIL", "matplotlib", "scrapy", "skimage", "safetensors", "tqdm", "rich"}
LIGHT = {
    "cli": HEAVY | {"numpy", "pydantic", "yaml"},
    "registry": HEAVY | {"numpy", "pydantic", "yaml"},
    "contract": HEAVY | {"numpy", "pydantic", "yaml"},
    "errors": HEAVY | {"numpy", "pydantic", "yaml"},
    "text": HEAVY,
    "recipe": HEAVY | {"numpy"},
}
LONGEST = 350
TESTS = PROJECT / "tests"
NO_ROOMS = {"support", "examples", "plugins", "tools", "campaigns"}
"""Folders of `tests/` that mirror no room: what tests share, and the folders of that name in the repository."""


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


def test_imports_go_down_the_layers_and_never_in_a_circle() -> None:
    """The contracts in pyproject.toml, checked by import-linter."""
    linter = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(linter, cwd=PROJECT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_light_rooms_import_nothing_heavy_before_they_need_it() -> None:
    found = {}
    for path in MODULES:
        heavy = {name.split(".")[0] for name in at_import_time(path)} & LIGHT.get(room_of(path), set())
        if heavy:
            found[str(path.relative_to(PACKAGE))] = heavy

    assert not found


def test_the_front_door_imports_nothing_heavy() -> None:
    code = f"import sys, asciivae; print(sorted({HEAVY | {'numpy', 'pydantic', 'yaml'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_modules_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}

    assert not {str(path.relative_to(PACKAGE)): length for path, length in lengths.items() if length > LONGEST}


def test_no_two_modules_share_a_public_class_name() -> None:
    homes = defaultdict(set)
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].add(str(path.relative_to(PACKAGE)))

    assert not {name: found for name, found in homes.items() if len(found) > 1}


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
