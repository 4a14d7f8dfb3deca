"""`asciivae explore`: what comes out where, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_runs import asciivae, drawings

from asciivae.cli.explore import _collected, save_page
from asciivae.errors import AsciivaeError, UsageError
from asciivae.experiment.load import load_model
from asciivae.text.art import parse
from asciivae.text.reading import Reading

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
WALL = "".join(f"|{'=' * 17}|\n" for _ in range(11))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("cat.txt").write_text(CAT)
    Path("wall.txt").write_text(WALL)
    return tmp_path


def test_explore_needs_a_terminal(here: Path) -> None:
    done = asciivae("explore", "cat.txt", "wall.txt")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "asciivae explore: needs a terminal\n\nhint: elsewhere: asciivae interpolate FROM TO --gif" in done.stderr


def test_explore_leaves_out_what_it_cannot_use_and_says_so(
    run: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = drawings(here / "art", 3)
    (folder / "long.txt").write_text("#" * 513 + "\n")
    (folder / "bad.txt").write_bytes(b"\xff")
    trained = load_model(run, torch.device("cpu"))
    found = _collected([str(folder), "cat.txt"], Reading(), trained)

    assert [drawing.target.name for drawing in found] == ["000.txt", "001.txt", "002.txt", "cat.txt"]
    told = capsys.readouterr().err
    assert "too large for this model: 1\n" in told
    assert "bad.txt:1:1: byte 0xFF is not UTF-8 text" in told
    with pytest.raises(UsageError, match=r"at least two drawings are required, and there are 1") as caught:
        _collected(["cat.txt"], Reading(), trained)
    assert caught.value.hint == "name more drawings, or none to use the embedded ones"


def test_saved_pages_never_overwrite(tmp_path: Path) -> None:
    page = parse(CAT)
    (tmp_path / "explored-2.txt").write_text("mine")
    files = [save_page(page, tmp_path), save_page(page, tmp_path)]

    assert [file.name for file in files] == ["explored-1.txt", "explored-3.txt"]
    assert (tmp_path / "explored-2.txt").read_text() == "mine"
    assert all(np.array_equal(parse(file.read_text()), page) for file in files)
    with pytest.raises(AsciivaeError, match="cannot be written") as caught:
        save_page(page, tmp_path / "explored-2.txt")
    assert caught.value.hint == "name another folder: --out found"
