"""`asciivae plugins install | uninstall`, with a real pip in a real environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import asciivae

from asciivae.cli import plugins_install
from asciivae.cli.scaffold import write_package


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip's `--target`, which is on the path: nothing of the tests' own environment changes."""
    target = tmp_path / "target"
    target.mkdir()
    monkeypatch.syspath_prepend(target)
    for name, value in {"TARGET": str(target), "NO_INDEX": "1", "NO_DEPS": "1", "NO_BUILD_ISOLATION": "0"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    return target


def test_a_package_is_installed_and_what_it_adds_is_listed(pip: Path, tmp_path: Path) -> None:
    package = write_package("observer", "my-own", tmp_path / "package")
    done = asciivae("plugins", "install", package)
    assert (done.exit_code, done.stdout) == (0, "observer my-own of asciivae-my-own 0.1.0\n"), done.stderr
    assert "Successfully installed asciivae-my-own-0.1.0" in done.stderr
    assert "observer\tmy-own\tasciivae-my-own 0.1.0\tnot loaded" in asciivae("plugins", "list", "observers").stdout


def test_uninstalling_names_the_package_of_a_plugin(monkeypatch: pytest.MonkeyPatch, pip: Path, tmp_path: Path) -> None:
    asciivae("plugins", "install", write_package("observer", "my-own", tmp_path / "package"))
    ran: list[list[str]] = []

    def run(line: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        ran.append(line)
        return subprocess.CompletedProcess(line, 0, "done", "")

    monkeypatch.setattr(plugins_install.subprocess, "run", run)  # type: ignore[attr-defined]
    for name in ("my-own", "asciivae-my-own", "asciivae-my-own:my-own"):
        done = asciivae("plugins", "uninstall", name)
        assert (done.exit_code, done.stdout) == (0, "asciivae-my-own\n")
    start = [sys.executable, "-m", "pip", "uninstall", "--disable-pip-version-check", "--yes"]
    assert ran == [[*start, "asciivae-my-own"]] * 3


@pytest.mark.parametrize(
    ("words", "message", "code"),
    [
        (["install", "./nothing-here"], "error: pip install failed: ", 1),
        (["install", "asciivae-does-not-exist"], "error: pip install failed: No matching distribution", 1),
        (["install", "--", "-r", "x"], "error: -r: is not a package", 2),
        (["uninstall", "ce"], "error: 'ce' is asciivae's own", 1),
        (["uninstall", "asciivae"], "error: 'asciivae' is asciivae's own", 1),
        (["uninstall", "numpy"], "error: no installed package has a plugin 'numpy'", 1),
    ],
)
def test_what_is_wrong_is_told(pip: Path, words: list[str], message: str, code: int) -> None:
    done = asciivae("plugins", *words)
    assert (done.exit_code, done.stdout) == (code, "")
    assert message in done.stderr


def test_without_pip_the_next_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    find = plugins_install.importlib.util.find_spec  # type: ignore[attr-defined]
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *a: None if name == "pip" else find(name, *a))
    done = asciivae("plugins", "install", "asciivae-ssim")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error: this Python has no pip" in done.stderr
    assert "hint: python -m ensurepip; or: uv pip install asciivae-ssim" in done.stderr
