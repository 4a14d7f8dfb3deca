"""Everyday commands: none imports PyTorch, and both engines print the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from asciivae.experiment.bundled import bundled_file

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
DOG = "  __\no-''|\\_____/)\n \\_/|_)     )\n    \\  __  /\n    (_/ (_/\n"
HEAVY = ("torch", "matplotlib")
CASES = {
    "reconstruct": ("model", ["reconstruct", "cat.txt", "--diff"]),
    "reconstruct --json": ("model", ["reconstruct", "cat.txt", "--json"]),
    "reconstruct --numbers": ("model", ["reconstruct", "cat.txt", "dog.txt", "--numbers", "256"]),
    "reconstruct --sample": ("model", ["reconstruct", "dog.txt", "--sample", "--seed", "3"]),
    "edges --reconstruct": (
        "model",
        ["edges", "cat.txt", "--reconstruct", "--text", "--png", "a.png", "--svg", "a.svg"],
    ),
    "interpolate": ("model", ["interpolate", "cat.txt", "dog.txt", "--steps", "5", "--json", "--gif", "a.gif"]),
    "sample --prior vae": ("model", ["sample", "--prior", "vae", "-n", "2", "--size", "8x16"]),
    "sample --like": ("model", ["sample", "--like", "cat.txt", "--like", "dog.txt", "-n", "2", "--png", "a.png"]),
    "sample": ("page", ["sample", "-n", "2", "--size", "6x16", "--category", "cats", "--json"]),
    "sample --begin": ("page", ["sample", "-n", "1", "--size", "6x12", "--begin", "cat.txt", "--no-signatures"]),
    "complete": ("page", ["complete", "cat.txt", "--below", "2", "--right", "3", "-n", "2", "--png", "a.png"]),
    "complete --hole": ("page", ["complete", "dog.txt", "--hole", "2,4,3,5", "--json"]),
    "score": ("page", ["score", "cat.txt", "dog.txt", "--cells", "--suggest"]),
}


@pytest.mark.parametrize("case", CASES)
def test_it_prints_the_same_without_torch(case: str, tmp_path: Path) -> None:
    kind, command = CASES[case]
    (tmp_path / "cat.txt").write_text(CAT)
    (tmp_path / "dog.txt").write_text(DOG)

    fast, heavy = run(command, tmp_path)
    slow, loaded = run([*command, "--model", str(bundled_file(kind))], tmp_path)

    assert heavy == []
    assert "torch" in loaded
    assert fast == slow
    assert fast.strip()


def run(command: list[str], folder: Path) -> tuple[str, list[str]]:
    """What a command prints, and which heavy packages it imports."""
    code = (
        f"import sys\nfrom asciivae.cli import main\nsys.argv = ['asciivae', *{command!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    return done.stdout, done.stderr.splitlines()[-1].split()


def test_exploring_needs_no_torch(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from asciivae.cli import explore
from asciivae.cli.inputs import opened_model
from asciivae.text.reading import Reading
trained = opened_model(None, "cpu", cells=explore.MANY)
drawings = explore._collected(["cat.txt", "dog.txt"], Reading(), trained)
way = explore.find(trained, drawings[0], drawings[1], 3)
explore.save_page(way.frames[1], Path("found"))
print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    (tmp_path / "cat.txt").write_text(CAT)
    (tmp_path / "dog.txt").write_text(DOG)

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert done.stderr.splitlines()[-1] == ""
    assert (tmp_path / "found" / "explored-1.txt").is_file()
