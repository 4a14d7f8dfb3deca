"""The drawings that a new user tries the commands on, and what the first hour meets."""

from pathlib import Path
from typing import Any

import pytest
import typer
from tiny_runs import asciivae

from asciivae.cli import app
from asciivae.cli import output as cli_output
from asciivae.text.art import read
from asciivae.text.charset import encode


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_examples_are_written_once_and_never_over_others() -> None:
    Path("dog.txt").write_text("mine")
    done = asciivae("examples")
    assert (done.exit_code, done.stdout) == (0, "cat.txt\ndog.txt\n")
    assert "dog.txt exists already and stays as it is" in done.stderr
    assert Path("dog.txt").read_text() == "mine"
    assert read("cat.txt").shape == (6, 11)
    assert asciivae("examples", "new/folder").exit_code == 0
    assert read("new/folder/dog.txt").any()
    assert asciivae("examples", "cat.txt").exit_code == 1


def commands(command: Any, name: str = "asciivae") -> list[tuple[str, Any]]:
    found = [(name, command)]
    for below, one in getattr(command, "commands", {}).items():
        found += commands(one, f"{name} {below}")
    return found


def test_no_help_text_is_eaten_as_markup() -> None:
    eaten = [
        f"{name} {parameter.name}"
        for name, command in commands(typer.main.get_command(app))
        for parameter in command.params
        if "[" in (getattr(parameter, "help", None) or "").replace("[SOURCE.]", "")
    ]
    assert not eaten
    assert "(default: runs/RECIPE/TIME)" in " ".join(asciivae("train", "--help").stdout.replace("│", " ").split())


@pytest.mark.parametrize(
    "words", [["-q", "edges", "cat.txt", "--svg", "a.svg"], ["edges", "cat.txt", "--svg", "a.svg", "-q"]]
)
def test_global_options_work_on_either_side(words: list[str]) -> None:
    asciivae("examples")
    assert "wrote a.svg" in asciivae(*[word for word in words if word != "-q"]).stderr
    assert asciivae(*words).stderr == ""
    assert "No such option" not in asciivae("edges", "cat.txt", "--quiet", "--debug").stderr
    assert "there is no such file" in asciivae("edges", "--", "--quiet").stderr


def test_an_empty_folder_is_the_same_failure_everywhere() -> None:
    Path("empty").mkdir()
    for words in (["reconstruct", "empty"], ["edges", "empty"], ["corpus", "stats", "empty"]):
        assert asciivae(*words).exit_code == 1


def test_one_hint_for_many_failures() -> None:
    Path("art").mkdir()
    for number in range(5):
        Path(f"art/{number}.txt").write_text("\u4e2d")
    done = asciivae("edges", "art")
    assert done.exit_code == 1
    assert done.stderr.count("error: art/") == 5
    assert done.stderr.count("hint: ") == 1


@pytest.mark.parametrize(("columns", "expected"), [(80, "ab   |   ab\n"), (10, "ab\n\nab\n")])
def test_what_does_not_fit_side_by_side_is_stacked(
    columns: int, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = encode("ab").reshape(1, 2)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert cli_output.beside(grid, grid) == expected


@pytest.mark.timeout(120)
def test_fifos_are_refused_at_once_whatever_they_stand_for() -> None:
    import os

    asciivae("examples")
    for name in ("p.txt", "p.jsonl", "p.safetensors", "p.yaml", "p.ttf"):
        os.mkfifo(name)
    for words in (
        ["edges", "p.txt"],
        ["corpus", "stats", "p.jsonl"],
        ["corpus", "stats", "p.safetensors"],
        ["reconstruct", "cat.txt", "--model", "p.safetensors"],
        ["recipes", "check", "p.yaml"],
        ["fonts", "--font", "p.ttf", "--res", "5"],
    ):
        done = asciivae(*words)
        assert done.exit_code == 1, words
        assert "not a regular file" in done.stderr or "nor a file" in done.stderr, done.stderr
