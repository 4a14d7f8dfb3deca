"""The examples run from an empty folder and print what they promise."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def ran(folder: Path, *command: str) -> str:
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_is_run_here() -> None:
    assert {file.name for file in EXAMPLES.iterdir() if file.suffix in (".py", ".ipynb")} == {
        "compare_renderers.py",
        "find_alike.py",
        "interpolate.py",
        "own_loss.py",
        "tour.ipynb",
    }


def test_compare_renderers(tmp_path: Path) -> None:
    lines = ran(tmp_path, str(EXAMPLES / "compare_renderers.py")).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["analytic", "neural", "discrete"]


def test_find_alike(tmp_path: Path) -> None:
    assert ran(tmp_path, str(EXAMPLES / "find_alike.py")).count("distance") == 4


def test_interpolate(tmp_path: Path) -> None:
    assert ran(tmp_path, str(EXAMPLES / "interpolate.py")).count("-" * 20) == 5
    assert (tmp_path / "halfway.png").is_file()


@pytest.mark.slow
def test_own_loss(tmp_path: Path) -> None:
    said = ran(tmp_path, str(EXAMPLES / "own_loss.py"), "4", "run")
    assert "after 2 steps" in said
    assert "after 4 steps" in said
    assert "too_much_ink" in said


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom(tmp_path: Path) -> None:
    notebook = json.loads((EXAMPLES / "tour.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    said = ran(tmp_path, "-c", "\n".join(cells).replace('"train.steps": 100', '"train.steps": 4'))
    assert "runs/quickstart/" in said
