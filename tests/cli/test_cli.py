"""The command line's manners, in fresh processes where that is the point."""

import ast
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from tiny_runs import asciivae
from typer.testing import CliRunner

import asciivae as package
from asciivae.cli import COMMANDS, GROUPS, app, command_line, modules_for


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A line for bash, in which `asciivae` is this package."""
    here = f'asciivae() {{ "{sys.executable}" -m asciivae "$@"; }}\n'
    return subprocess.run(
        ["bash", "-c", here + line], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


@pytest.mark.parametrize("arguments", [["--help"], ["recipes", "list"], ["recipes", "--help"], ["train", "--help"]])
def test_looking_around_is_quick_and_imports_nothing_heavy(arguments: list[str]) -> None:
    # (pydantic is Typer's own affair: it reads parameters with it)
    code = (
        "import sys\nfrom asciivae.cli import main\n"
        f"sys.argv = ['asciivae', *{arguments}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = ['torch', 'numpy', 'PIL', 'rich.progress', 'safetensors', 'matplotlib', 'tqdm']\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr == "[]\n"
    assert done.stdout
    assert time.monotonic() - began < 5  # 0.3 s on an idle machine


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("reconstruct cat.txt --png x.png", ("reconstruct",)),
        ("-q --debug draw cat.png", ("draw",)),
        ("train-renderer --help", ("train_renderer",)),
        ("corpus stats cats", ("corpus",)),
    ],
)
def test_a_command_is_read_alone(words: str, expected: tuple[str, ...]) -> None:
    assert modules_for(words.split()) == expected


@pytest.mark.parametrize("words", ["", "--help", "-h draw", "recnstruct cat.txt", "train_renderer", "--version"])
def test_for_all_else_every_command_is_known(words: str) -> None:
    assert modules_for(words.split()) == (*COMMANDS, *GROUPS)


def test_a_command_alone_is_as_in_the_whole() -> None:
    for name in (*COMMANDS, *GROUPS):
        word = name.replace("_", "-")
        alone = CliRunner().invoke(command_line((name,)), [word, "--help"], prog_name="asciivae")
        whole = CliRunner().invoke(app, [word, "--help"], prog_name="asciivae")

        assert alone.exit_code == whole.exit_code == 0
        assert alone.stdout == whole.stdout


def test_a_reader_that_goes_away_is_no_error() -> None:
    done = shell("set -o pipefail; asciivae recipes schema | head -c 10")
    assert (len(done.stdout), done.stderr) == (10, "")
    done = shell("asciivae recipes list | head -1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "name\tabout\tfrom\n", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_stdout_is_an_expected_failure() -> None:
    done = shell("asciivae recipes list > /dev/full")

    assert done.returncode == 1
    assert done.stderr == (
        "error: stdout: cannot be written: No space left on device\n\nhint: free some space, or send it elsewhere\n"
    )


def test_no_arguments_and_mistyped_ones_are_usage_errors() -> None:
    for arguments, said in (([], "Usage"), (["trian"], "train"), (["train", "--recpie", "x"], "--recipe")):
        done = asciivae(*arguments)
        assert done.exit_code == 2
        assert said in done.output
        assert "Traceback" not in done.output


def test_the_version_is_a_result() -> None:
    done = asciivae("--version")
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"asciivae {package.__version__}\n", "")


def faulty(*_: Any, **__: Any) -> None:
    raise RuntimeError("seven of nine")


def test_a_fault_of_ours_is_told_as_such_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asciivae.recipe.library.catalogue", faulty)
    done = asciivae("recipes", "list")

    assert (done.exit_code, done.stdout) == (70, "")
    assert done.stderr == (
        "error: internal error (RuntimeError: seven of nine)\n\n"
        "hint: repeat with `asciivae --debug …` and report what it prints\n"
    )
    told = asciivae("--debug", "recipes", "list")
    assert told.exit_code == 70
    assert "Traceback (most recent call last)" in told.stderr
    assert "in faulty" in told.stderr


def test_debug_shows_where_an_expected_failure_came_from() -> None:
    assert "Traceback" not in asciivae("train").stderr
    told = asciivae("--debug", "train")
    assert told.exit_code == 2
    assert "Traceback" in told.stderr
    assert told.stderr.endswith("hint: asciivae train --recipe quickstart, or: asciivae recipes list\n")


def test_an_interruption_before_anything_runs_exits_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("asciivae.recipe.library.catalogue", interrupted)
    done = asciivae("recipes", "list")
    assert (done.exit_code, done.stdout, done.stderr) == (130, "", "interrupted\n")


# ── hints ───────────────────────────────────────────────────────────────────────────────────────────────────


def texts(node: ast.AST) -> Iterator[str]:
    """Every text in an expression; what is filled in later is X."""
    for below in ast.walk(node):
        if isinstance(below, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in below.values)
        elif isinstance(below, ast.Constant) and isinstance(below.value, str):
            yield below.value


def hints() -> Iterator[tuple[str, str]]:
    root = Path(package.__file__).parent
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [k.value for k in node.keywords if k.arg == "hint"] if isinstance(node, ast.Call) else []
            if isinstance(node, ast.Assign) and "hint" in ast.unparse(node.targets[0]).lower():
                named = [node.value]
            yield from ((str(path.relative_to(root)), text) for value in named for text in texts(value))


def test_every_hint_names_commands_and_options_that_there_are() -> None:
    root: Any = typer.main.get_command(app)

    def options(command: Any) -> set[str]:
        own = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        return own.union(*(options(below) for below in getattr(command, "commands", {}).values()))

    known, found = options(root), 0
    for place, hint in hints():
        for said in re.findall(r"\basciivae((?: [a-z]+)*)", hint):
            command = root
            for word in said.split():
                if not hasattr(command, "commands"):
                    break
                assert word in command.commands, f"{place}: {hint!r} names asciivae{said}"
                command = command.commands[word]
                found += 1
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", re.sub(r"\b(?:pip|iconv|git) [^;]*", "", hint)):
            assert option in known | {"--help"}, f"{place}: {hint!r} names {option}"
            found += 1
    assert found > 20


def test_no_help_text_loses_its_default() -> None:
    """Rich takes [default: …] for markup and leaves "The folder ." behind."""
    root: Any = typer.main.get_command(app)
    texts = []
    waiting = [root]
    while waiting:
        command = waiting.pop()
        waiting += list(getattr(command, "commands", {}).values())
        texts += [parameter.help or "" for parameter in command.params]
        texts.append(command.help or "")
    assert not [text for text in texts if "[default" in text]
