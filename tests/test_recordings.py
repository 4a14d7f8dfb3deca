"""The pictures of a terminal in the README: of its commands, as `make recordings` makes them."""

import importlib.util
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import ModuleType

import pytest
from tiny_runs import asciivae

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def recorder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("record_terminal", PROJECT / "scripts" / "record_terminal.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def words(picture: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]


def test_the_readme_shows_each_recording_and_each_is_of_its_command(recorder: ModuleType) -> None:
    """If not: make recordings."""
    shown = re.findall(r"\((docs/images/terminal/\w+\.svg)\)", (PROJECT / "README.md").read_text(encoding="utf-8"))
    assert shown == [f"docs/images/terminal/{name}.svg" for name in recorder.SESSIONS]
    assert sorted(recorder.TARGET.iterdir()) == sorted(PROJECT / file for file in shown)
    for name, command in recorder.SESSIONS.items():
        picture = (recorder.TARGET / f"{name}.svg").read_text(encoding="utf-8")
        prompt = ["$", *command.split()]
        assert ElementTree.fromstring(picture).get("aria-label") == command
        assert words(picture)[: len(prompt)] == prompt
        assert len(words(picture)) > 2 * len(prompt)


def test_a_recording_holds_what_the_command_prints(
    recorder: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asciivae("examples")
    command = "asciivae edges cat.txt --text"
    printed = recorder.printed_by(command, tmp_path)

    assert printed == asciivae(*command.split()[1:]).stdout
    assert words(recorder.picture(command, printed)) == ["$", *command.split(), *printed.split()]


def test_cells_that_a_command_marks_have_their_colour(recorder: ModuleType) -> None:
    picture = recorder.picture("asciivae reconstruct <a>", "a \x1b[30;41mb<\x1b[0m c\n")
    (marked,) = re.findall(r'<rect x="([\d.]+)" [^>]*width="([\d.]+)" [^>]*fill="#ff7b72"/>', picture)

    assert words(picture) == ["$", "asciivae", "reconstruct", "<a>", "a", "b<", "c"]
    assert [float(number) for number in marked] == [4 * recorder.WIDTH, 2 * recorder.WIDTH]


def test_a_command_that_fails_is_not_recorded(recorder: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="exit code 1\nerror: nowhere"):
        recorder.printed_by("asciivae score nowhere.txt", tmp_path)
