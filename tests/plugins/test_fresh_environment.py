"""Each fault of a package once with a real one: built as a wheel, installed by pip into a fresh
virtual environment, and used from its command line.

What exactly is said in which case has tests of its own beside this file; they put packages on a path.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from plugin_site import pip
from sick_packages import SOUND, failing_backward
from tiny_runs import drawings, records, tiny_recipe, written

import asciivae

pytestmark = pytest.mark.slow

Asciivae = Callable[..., "subprocess.CompletedProcess[str]"]
Install = Callable[..., None]
PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "{version}"
dependencies = []

[project.entry-points."asciivae.{group}"]
{points}

[tool.setuptools]
py-modules = ["{module}"]
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A new virtual environment that sees what this one has installed."""
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    (libraries,) = place.glob("lib/python*/site-packages")
    seen = [sysconfig.get_path("purelib"), str(Path(asciivae.__file__).parents[1])]
    (libraries / "seen.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in seen))
    return place


@pytest.fixture
def command(fresh: Path) -> Asciivae:
    """The command line of the fresh environment."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        line = [str(fresh / "bin" / "python"), "-m", "asciivae", *map(str, words)]
        environment["OMP_NUM_THREADS"] = "1"
        return subprocess.run(line, env=environment, capture_output=True, text=True, timeout=300, check=False)

    return run


@pytest.fixture
def install(fresh: Path, tmp_path: Path) -> Install:
    """Build the wheel of a package of one module, and install it in the fresh environment."""

    def build_and_install(name: str, points: str, code: str, *, group: str = "losses", version: str = "1.0") -> None:
        package, module = tmp_path / "src" / f"{name}-{version}", name.replace("-", "_")
        package.mkdir(parents=True)
        facts = {"name": name, "version": version, "group": group, "points": points, "module": module}
        (package / "pyproject.toml").write_text(PROJECT.format(**facts))
        (package / f"{module}.py").write_text(code)
        pip("wheel", "--no-build-isolation", "-w", tmp_path / "wheels", package)
        (wheel,) = (tmp_path / "wheels").glob(f"{module}-{version}-*.whl")
        pip("install", "--upgrade", wheel, python=fresh / "bin" / "python")

    return build_and_install


def recipe(folder: Path, *losses: dict[str, object], **changes: object) -> Path:
    """A recipe of six steps with `ce` and these losses."""
    changed = {"losses": [{"use": "ce"}, *losses], **changes}
    return written(folder / "a.yaml", tiny_recipe(drawings(folder / "art"), **changed))


def test_a_package_with_the_name_of_a_built_in_changes_nothing(
    command: Asciivae, install: Install, tmp_path: Path
) -> None:
    file = recipe(tmp_path)
    assert command("train", "--recipe", file, "--out", tmp_path / "before").returncode == 0
    install("rival", 'ce = "rival:Rival"', "raise RuntimeError('imported')\n")
    done = command("train", "--recipe", file, "--out", tmp_path / "after")
    assert (done.returncode, "rival" in done.stderr) == (0, False), done.stderr
    assert records(tmp_path / "before") == records(tmp_path / "after")
    resolved = [(tmp_path / name / "resolved.yaml").read_text() for name in ("before", "after")]
    assert resolved[0] == resolved[1]


def test_what_fails_in_backward_is_blamed_and_the_last_step_is_saved(
    command: Asciivae, install: Install, tmp_path: Path
) -> None:
    code = SOUND + failing_backward(5, "raise KeyError('ink')")
    install("late-blur", 'blur = "late_blur:Blur"', code)
    run = tmp_path / "run"
    done = command("train", "--recipe", recipe(tmp_path, {"use": "blur", "weight": 0.1}), "--out", run)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: loss 'blur' of late-blur 1.0, step 4: failed in the backward pass with KeyError" in done.stderr
    assert (run / "checkpoints" / "latest").read_text() == "step-4\n"


def test_nothing_of_a_plugin_reaches_stdout(command: Asciivae, install: Install, tmp_path: Path) -> None:
    code = SOUND + textwrap.dedent("""
        import os, subprocess, sys

        print("at import")


        class Blur(Blur):
            def __init__(self, config, facts):
                print("in __init__")
                os.write(1, b"to the descriptor\\n")

            def __call__(self, inputs):
                subprocess.run([sys.executable, "-c", "print('from a child')"])
                return super().__call__(inputs)
        """)
    install("loud", 'loud = "loud:Blur"', code)
    run = tmp_path / "run"
    done = command("train", "--recipe", recipe(tmp_path, {"use": "loud", "weight": 0.1}), "--out", run)
    assert (done.returncode, done.stdout) == (0, f"{run}\n"), done.stderr
    for said in ("at import", "in __init__", "to the descriptor", "from a child"):
        assert said in done.stderr
    measured = command("evaluate", run, "--data", tmp_path / "art", "--json")
    assert json.loads(measured.stdout)["schema"] == 2


def test_a_plugin_decides_no_exit_code_and_leaves_no_thread(
    command: Asciivae, install: Install, tmp_path: Path
) -> None:
    made = "    def __init__(self, config, facts):\n"
    install("leaver", 'leave = "leaver:Blur"', f"{SOUND}\n\nclass Blur(Blur):\n{made}        raise SystemExit(5)\n")
    thread = "        import threading, time\n        threading.Thread(target=time.sleep, args=(600,)).start()\n"
    install("stayer", 'stay = "stayer:Blur"', f"{SOUND}\n\nclass Blur(Blur):\n{made}{thread}")
    done = command("train", "--recipe", recipe(tmp_path, {"use": "leave"}), "--out", tmp_path / "left")
    assert done.returncode == 1
    assert "loss 'leave' of leaver 1.0: cannot be made: SystemExit: 5" in done.stderr
    file = recipe(tmp_path, {"use": "stay", "weight": 0.1})
    assert command("train", "--recipe", file, "--out", tmp_path / "stayed").returncode == 0


def test_writing_to_what_all_losses_share_is_found(command: Asciivae, install: Install, tmp_path: Path) -> None:
    call = "    def __call__(self, inputs):\n        with __import__('torch').no_grad():\n"
    code = f"{SOUND}\n\nclass Blur(Blur):\n{call}            inputs.logits.mul_(0.5)\n"
    install("halver", 'halve = "halver:Blur"', f"{code}        return super().__call__(inputs)\n")
    done = command("train", "--recipe", recipe(tmp_path, {"use": "halve"}), "--out", tmp_path / "run")
    assert done.returncode == 1
    assert "error: loss 'halve' of halver 1.0, step 0: modified inputs.logits in place" in done.stderr


def test_commands_that_need_no_plugin_import_none_and_checks_are_apart(
    command: Asciivae, install: Install, tmp_path: Path
) -> None:
    marker = tmp_path / "imported"
    install("marker", 'mark = "marker:Blur"', f"open({str(marker)!r}, 'w').close()\nraise ImportError('sick')\n")
    for words in (["--help"], ["recipes", "list"], ["plugins", "list"]):
        done = command(*words)
        assert (done.returncode, marker.exists()) == (0, False), done.stderr
    assert "marker" in done.stdout
    schema = command("recipes", "schema")
    assert "loss 'mark' of marker 1.0 is left out" in schema.stderr
    assert json.loads(schema.stdout)["$defs"]
    install("spoiler", 'spoil = "spoiler:Blur"', f"import torch\ntorch.set_num_threads(7)\n{SOUND}")
    install("sound", 'sound = "sound:Blur"', SOUND)
    both = command("plugins", "check", "spoil", "sound")
    alone = command("plugins", "check", "sound")
    assert (both.returncode, alone.returncode) == (1, 0)
    assert alone.stdout in both.stdout


def test_the_kit_finds_what_a_loss_does_in_secret(command: Asciivae, install: Install) -> None:
    seeded = "    def __call__(self, inputs):\n        __import__('torch').manual_seed(1)\n"
    install(
        "seeder",
        'seed = "seeder:Blur"',
        f"{SOUND}\n\nclass Blur(Blur):\n{seeded}        return super().__call__(inputs)\n",
    )
    done = command("plugins", "check", "seed")
    assert done.returncode == 1
    assert "seed" in done.stdout


def test_a_changed_default_dtype_and_a_missing_package_are_told(
    command: Asciivae, install: Install, fresh: Path, tmp_path: Path
) -> None:
    install("wide", 'wide = "wide:Blur"', f"import torch\ntorch.set_default_dtype(torch.float64)\n{SOUND}")
    done = command("train", "--recipe", recipe(tmp_path, {"use": "wide"}), "--out", tmp_path / "wide")
    assert done.returncode == 1
    assert "it changed torch's default dtype to torch.float64" in done.stderr
    install("sound", 'sound = "sound:Blur"', SOUND)
    run = tmp_path / "run"
    file = recipe(tmp_path, {"use": "sound", "weight": 0.1})
    assert command("train", "--recipe", file, "--out", run).returncode == 0
    install("sound", 'sound = "sound:Blur"', SOUND, version="1.1")
    other = command("train", "--resume", run, "--set", "train.steps=7")
    assert "note: loss 'sound' is from sound 1.1; the run started with sound 1.0" in other.stderr
    pip("uninstall", "--yes", "sound", python=fresh / "bin" / "python")
    gone = command("train", "--resume", run, "--set", "train.steps=8")
    assert gone.returncode == 1
    assert "sound, which is not installed" in gone.stderr
