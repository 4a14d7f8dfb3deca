"""What is printed where: colour, encodings, closed streams, control characters."""

import os
import subprocess
import sys

import pytest
from tiny_runs import asciivae

from asciivae.cli import output
from asciivae.cli.output import GlobalOptions


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A line for bash, in which `asciivae` is this package."""
    here = f'asciivae() {{ "{sys.executable}" -m asciivae "$@"; }}\n'
    return subprocess.run(
        ["bash", "-c", here + line], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


def test_closed_streams_swallow_what_is_written() -> None:
    assert shell("asciivae recipes list >&-").returncode == 0
    done = shell("asciivae recipes check base 2>&-")
    assert (done.returncode, done.stdout) == (0, "")  # talk does not slip into the results


def test_an_encoding_without_our_signs_gets_question_marks() -> None:
    done = shell("asciivae recipes show 20717f2", PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert "9 ? 9 pixels" in done.stdout


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", type("Terminal", (), {"isatty": lambda self: True})())
    assert output._red("error:") == "\x1b[1;31merror:\x1b[0m"
    monkeypatch.setenv("TERM", "dumb")
    assert output._red("error:") == "error:"
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "")
    assert output._red("error:") == "error:"


def test_results_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    GlobalOptions.quiet = False
    output.result("[bold]x[/bold] \\n")
    output.result("two\n")
    output.table(["a", "b"], [["1", "[red]"]])
    output.say("talk")

    assert capsys.readouterr() == ("[bold]x[/bold] \\n\ntwo\na\tb\n1\t[red]\n", "talk\n")


def test_nothing_that_is_told_can_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    GlobalOptions.quiet = False
    output.say("a\x1b[2Jb\r\u202e\udcff\té\n")
    output.complain("\x07.txt: wrong\n\nhint: none")
    output.table(["a\x1b"], [["\x1b]0;x\x9c"]])
    output.json_result({"é": "\x9b2J"})

    said, complained = "a\\x1b[2Jb\\r\\u202e\\udcff\té\n\n", "error: \\x07.txt: wrong\n\nhint: none\n"
    assert capsys.readouterr() == (
        'a\\x1b\n\\x1b]0;x\\x9c\n{\n  "schema": 1,\n  "\\u00e9": "\\u009b2J"\n}\n',
        said + complained,
    )
    assert "\x1b" not in asciivae("reconstruct", "\x1b[2J.txt").stderr
