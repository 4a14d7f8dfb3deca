"""`asciivae interpolate`: what comes out where, and what is refused."""

import json
import re
import sys
from pathlib import Path

import pytest
from PIL import Image
from pseudo_terminal import on_a_terminal
from tiny_runs import asciivae, drawings

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
WALL = "".join(f"|{'=' * 17}|\n" for _ in range(11))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("cat.txt").write_text(CAT)
    Path("wall.txt").write_text(WALL)
    return tmp_path


def test_the_ends_of_a_walk_are_what_reconstruct_prints(run: Path, here: Path) -> None:
    done = asciivae("interpolate", "cat.txt", "wall.txt", "--model", run, "--steps", 5, "--json")
    document = json.loads(done.stdout)

    assert done.exit_code == 0
    assert document.keys() == {"schema", "model", "height", "width", "ends", "pages"}
    assert [end["name"] for end in document["ends"]] == ["cat.txt", "wall.txt"]
    assert len(document["pages"]) == 5
    assert document["pages"][0].keys() == {"position", "change", "text"}
    assert [document["pages"][i]["position"] for i in (0, -1)] == [0.0, 1.0]
    for end, page in zip(document["ends"], (document["pages"][0], document["pages"][-1]), strict=True):
        alone = asciivae("reconstruct", "--model", run, end["name"]).stdout
        rows = [line.ljust(document["width"]) for line in page["text"].splitlines()]
        rows += [" " * document["width"]] * (document["height"] - len(rows))
        left, right = end["column"], end["column"] + end["width"]
        cut = [row[left:right].rstrip() for row in rows[end["row"] : end["row"] + end["height"]]]
        assert "\n".join(cut).rstrip("\n") + "\n" == alone
    plain = asciivae("interpolate", "cat.txt", "wall.txt", "--model", run, "--steps", 5).stdout
    assert plain == "\n".join(page["text"] for page in document["pages"])


def test_two_drawings_of_one_size_need_no_margin(run: Path, here: Path) -> None:
    first = asciivae("interpolate", "wall.txt", "wall.txt", "--model", run, "--steps", 2).stdout
    alone = asciivae("reconstruct", "wall.txt", "--model", run).stdout

    assert first == f"{alone}\n{alone}"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_the_pages_that_are_decoded_are_counted_on_a_terminal(run: Path, here: Path) -> None:
    command = [sys.executable, "-m", "asciivae", "interpolate", "cat.txt", "wall.txt", "--model", str(run)]
    code, out, shown = on_a_terminal(command, columns=80)
    assert code == 0, shown
    assert out
    assert re.search(r"\r[1-9]\d*page \[", shown), shown


def test_pictures_of_a_walk(run: Path, here: Path) -> None:
    options = ("--model", run, "--steps", 6, "--rate", 10, "--gif", "walk.gif", "--png", "walk.png")
    done = asciivae("interpolate", "-", "wall.txt", *options, stdin=CAT)

    assert done.exit_code == 0
    assert "wrote walk.gif\nwrote walk.png\n" in done.stderr
    with Image.open("walk.gif") as gif:
        assert gif.format == "GIF"
        assert 1 < gif.n_frames <= 6
        assert gif.info["duration"] >= 600
    with Image.open("walk.png") as picture:
        assert picture.size[0] > 4 * 19


def test_walks_that_cannot_be_had(run: Path, here: Path) -> None:
    drawings(here / "art", 3)
    for line, code, text in (
        (
            ["cat.txt", "art"],
            2,
            "error: art: holds 3 drawings, but one is required\n\nhint: name one file, or interpolate between",
        ),
        (
            ["cat.txt", "wall.txt", "--play"],
            2,
            "--play: needs a terminal\n\nhint: omit it, or write a GIF: --gif walk",
        ),
        (
            ["cat.txt", "wall.txt", "--play", "--json"],
            2,
            "--play and --json: cannot be used together\n\nhint: omit one",
        ),
        (["cat.txt", "wall.txt", "--gif", "wall.txt"], 2, "wall.txt: does not end with .gif"),
        (["cat.txt", "wall.txt", "--gif", "none/walk.gif"], 2, "none/walk.gif: parent directory does not exist"),
        (["cat.txt", "dog.txt"], 1, "dog.txt: there is no such file"),
    ):
        done = asciivae("interpolate", *line, "--model", run)
        assert (done.exit_code, done.stdout) == (code, ""), done.stderr
        assert text in done.stderr
    assert Path("wall.txt").read_text() == WALL
