"""The tutorial, word by word, in an environment of its own: files are written, commands run, their output compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "plugins.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a console, and what it prints."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def pattern(output: str) -> re.Pattern[str]:
    """What a command must print: `…` is anything, a line of it any lines."""
    return re.compile(re.escape(output).replace("…", ".*?"), re.DOTALL)


@pytest.fixture
def fresh(tmp_path: Path) -> dict[str, str]:
    """A new virtual environment with asciivae installed; what that depends on is found where the tests find it."""
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = home / "bin" / "python"
    line = [str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]
    packages = Path(subprocess.run(line, check=True, capture_output=True, text=True).stdout.strip())
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PIP_"))},
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's way of saying that there is none: nothing is downloaded
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "ASCIIVAE_CACHE": str(tmp_path / "cache"),
    }
    install = [str(python), "-m", "pip", "install", "--quiet", "--ignore-installed", str(ROOT)]
    subprocess.run(install, env=environment, check=True)
    runner = home / "bin" / "pytest"
    runner.write_text(f"#!{python}\nimport sys\nimport pytest\nsys.exit(pytest.main())\n")
    runner.chmod(0o755)
    return environment


@pytest.mark.slow
def test_following_it_word_by_word(fresh: dict[str, str], tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    followed = 0
    for language, name, body in BLOCK.findall(TUTORIAL.read_text()):
        if name:
            (desk / name).write_text(body)
        elif language == "console":
            for command, output in commands(body):
                line = ["bash", "-c", command]
                done = subprocess.run(line, cwd=desk, env=fresh, capture_output=True, text=True, check=False)
                assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
                assert pattern(output).fullmatch(done.stdout), f"{command}\n{done.stdout}"
                followed += 1
    assert followed == 31
    assert '"step": 50' in (desk / "run" / "metrics.jsonl").read_text()


def test_every_file_of_it_is_written_before_it_is_used() -> None:
    names = [name for _, name, _ in BLOCK.findall(TUTORIAL.read_text()) if name]
    assert names == [
        "darkness.py",
        "darkness.yaml",
        "asciivae-darkness/asciivae_darkness.py",
        "asciivae-darkness/tests/test_asciivae_darkness.py",
        "near.py",
        "best.py",
        "rmsprop.py",
        "framed.py",
        "soft.py",
    ]
