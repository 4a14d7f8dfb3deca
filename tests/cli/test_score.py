"""`asciivae score`: what comes out where."""

import json
from pathlib import Path

import pytest
from tiny_runs import asciivae

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("cat.txt").write_text(CAT)
    Path("box.txt").write_text("+-+\n| |\n+-+\n")
    return tmp_path


def test_scores_and_their_sum(page_weights: Path, here: Path) -> None:
    done = asciivae("score", "cat.txt", "box.txt", "--model", page_weights)
    header, cat, box, whole = (line.split("\t") for line in done.stdout.splitlines())

    assert done.exit_code == 0, done.stderr
    assert header == ["", "ink", "bits/ink", "bits/cell", "bits", "gzip/ink", "xz/ink"]
    assert (cat[0], cat[1], box[1], whole[0], whole[1]) == ("cat.txt", "13", "8", "all", "21")
    assert float(whole[4]) == pytest.approx(float(cat[4]) + float(box[4]), abs=0.2)
    document = json.loads(
        asciivae("score", "cat.txt", "--model", page_weights, "--json", "--cells", "--suggest").stdout
    )
    (piece,) = document["pieces"]
    assert piece["bits"] == pytest.approx(sum(map(sum, piece["cells"])), abs=0.01)
    assert piece["bits_per_ink"] == pytest.approx(piece["bits"] / 13, abs=1e-4)
    assert (piece["height"], piece["width"]) == (3, 7)
    for one in piece["suggestions"]:
        assert CAT.splitlines()[one["row"] - 1].ljust(7)[one["column"] - 1] == one["character"] != one["likelier"]


def test_cells_are_marked_or_coloured_and_suggestions_named(
    page_weights: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("score", "cat.txt", "--model", page_weights, "--cells", "--suggest")
    done = asciivae(*options)
    assert "digits: bits of surprise" in done.stdout
    assert " /\\_/\\    |   " in done.stdout
    assert "cat.txt:" in done.stdout
    assert "could be ' '" in done.stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[38;5;16;48;5;" in asciivae(*options).stdout


def test_a_folder_with_a_file_that_cannot_be_read(page_weights: Path, here: Path) -> None:
    Path("bad.txt").write_bytes(b"\x00")
    done = asciivae("score", ".", "--model", page_weights)
    assert done.exit_code == 1
    assert "NUL byte" in done.stderr
    assert "box.txt" in done.stdout
    assert asciivae("score", "none.txt", "--model", page_weights).exit_code == 1
