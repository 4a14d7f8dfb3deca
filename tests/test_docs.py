"""The manual keeps its word: its commands exist, and those that a newcomer meets first are run."""

import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
from manual import MADE
from tiny_runs import asciivae, trained

from asciivae.cli import app
from asciivae.recipe.resolve import load_recipe

PROJECT = Path(__file__).resolve().parents[1]
MANUAL = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md"))]


def commands(path: Path) -> list[list[str]]:
    """The words behind `asciivae` in every shell block and every piece of inline code of a page."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in re.sub(r"\\\n\s*", " ", block).splitlines()]
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    lines += [code for code in re.findall(r"`([^`]+)`", prose) if code.startswith("asciivae ")]
    found = (re.search(r"(?:^|[ /])asciivae (.+)$", line.split(" #")[0]) for line in lines)
    return [shlex.split(match[1].split(" | ")[0]) for match in found if match]


@pytest.mark.parametrize("page", MANUAL, ids=lambda page: page.name)
def test_every_command_of_the_manual_exists(page: Path) -> None:
    root: Any = typer.main.get_command(app)
    for words in commands(page):
        command = root
        while words and hasattr(command, "commands") and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        assert not hasattr(command, "commands") or not words or words[0] in ("…", "--help"), f"asciivae … {words}"
        known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= known | {"--help"}, f"{words}: {options - known}"


def leaves(command: Any, name: str = "") -> Iterator[str]:
    """The names of all commands that do something, such as `recipes list`."""
    below = getattr(command, "commands", {})
    if not below:
        yield name
    for word, part in below.items():
        yield from leaves(part, f"{name} {word}".strip())


def test_every_command_is_in_the_manual() -> None:
    shown = [" ".join(words) + " " for page in MANUAL for words in commands(page)]
    missing = {leaf for leaf in leaves(typer.main.get_command(app)) if not any(w.startswith(f"{leaf} ") for w in shown)}

    assert not missing


def test_the_architecture_names_every_room_in_the_order_of_the_layers() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (c["layers"] for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page[page.index("| room |") : page.index("\n\n", page.index("| room |"))]
    rooms = [room for row in table.splitlines()[2:] for room in re.findall(r"`(\w+)`", row.split(" | ")[0])]

    assert rooms == [room for layer in layers for room in re.findall(r"\w+", layer) if room != "__main__"]


@pytest.mark.parametrize(
    "page", [PROJECT / "docs" / "architecture.md", PROJECT / "CONTRIBUTING.md"], ids=lambda p: p.name
)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = re.findall(r"`([\w/.-]+/[\w.-]+\.py)(?::[^`]*)?`", page.read_text(encoding="utf-8"))
    missing = [name for name in named if not any((root / name).is_file() for root in (PROJECT, PROJECT / "asciivae"))]

    assert len(named) > 5
    assert set(missing) <= {
        "tests/ROOM/test_MODULE.py",
        "asciivae/ROOM/MODULE.py",
        "asciivae/ROOM/settings.py",
        "asciivae/experiment/NAME.py",
    }


@pytest.mark.parametrize("page", MANUAL, ids=lambda page: page.name)
def test_every_page_and_picture_that_the_manual_points_to_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists() or target in MADE, target


@pytest.mark.parametrize("page", MANUAL, ids=lambda page: page.name)
def test_every_setting_of_the_manual_suits_its_recipe(page: Path) -> None:
    for words in commands(page):
        if words[:2] == ["train", "--recipe"] and not words[2].endswith(".yaml"):
            load_recipe(words[2], [setting for flag, setting in pairwise(words) if flag == "--set"])


def test_the_readme_begins_with_training_and_a_drawing_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PROJECT / "examples", tmp_path / "examples")
    first, second, third = commands(PROJECT / "README.md")[:3]
    assert first == ["train", "--recipe", "quickstart"]
    assert second == ["reconstruct", "examples/house.txt", "--side-by-side", "--model", "latest"]
    assert third == ["reconstruct", "examples/house.txt", "--side-by-side"]
    trained = asciivae(*first, "--set", "train.steps=2", "--set", "data.limit=64", "--set", "evaluation.pieces=8")
    assert trained.exit_code == 0, trained.stderr
    assert Path(trained.stdout.strip()).is_dir()
    for words in (second, third):
        made = asciivae(*words)
        assert made.exit_code == 0, made.stderr
        assert "/   ||   \\" in made.stdout
    assert made.stderr.startswith("model: bundled (")


def test_the_commands_about_recipes_do_what_the_manual_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = [words for words in commands(PROJECT / "docs" / "recipes.md") if words[0] == "recipes"]
    assert {words[1] for words in ran} >= {"list", "show", "copy", "check", "schema"}
    for words in ran:
        if words[1] in ("list", "show", "copy", "check", "schema"):
            done = asciivae(*words)
            assert done.exit_code == 0, (words, done.stderr)


def test_the_latent_space_is_walked_as_the_manual_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs" / "tiny").mkdir(parents=True)
    trained(tmp_path).rename(tmp_path / "runs" / "tiny" / "20260102-030405")
    monkeypatch.chdir(tmp_path)
    for name, art in (("cat", " /\\_/\\\n( o.o )\n > ^ <\n"), ("dog", " __\n(oo\\\n \\_/--\n")):
        (tmp_path / f"{name}.txt").write_text(art)
    ran = commands(PROJECT / "docs" / "latent-space.md")
    assert {words[0] for words in ran} >= {"interpolate", "sample", "explore"}
    for words in ran:
        if words[0] in ("interpolate", "sample", "explore"):
            done = asciivae(*words)
            needs_terminal = "--play" in words or words[0] == "explore"
            assert done.exit_code == (2 if needs_terminal else 0), (words, done.stderr)
            assert ("needs a terminal" in done.stderr) is needs_terminal


def test_the_commands_about_measuring_models_do_what_the_manual_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = commands(PROJECT / "docs" / "evaluate.md")
    run = tmp_path / ran[0][1]
    run.parent.mkdir(parents=True)
    trained(tmp_path).rename(run)
    shutil.copy(next(run.glob("checkpoints/*/model.safetensors")), "old.safetensors")
    (tmp_path / "cat.txt").write_text(" /\\_/\\\n( o.o )\n > ^ <\n")
    for words in ran:
        done = asciivae(*words)
        assert done.exit_code == 0, (words, done.stderr)
    assert (tmp_path / "report.html").is_file()
