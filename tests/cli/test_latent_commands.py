"""`asciivae sample`, `interpolate` and `explore`: what comes out where, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_runs import LOGGED, asciivae, drawings, tiny_recipe, trained

from asciivae.cli.explore import _collected, save_page
from asciivae.errors import AsciivaeError, UsageError
from asciivae.text.art import parse

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
WALL = "".join(f"|{'=' * 17}|\n" for _ in range(11))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("runs"), "--set", "train.steps=60")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("cat.txt").write_text(CAT)
    Path("wall.txt").write_text(WALL)
    return tmp_path


def test_a_sample_is_a_page_of_the_size_that_was_asked_for(run: Path, here: Path) -> None:
    done = asciivae("sample", "--model", run, "-n", 3, "--size", "10x17", "--seed", 4, "--json")
    document = json.loads(done.stdout)

    assert done.exit_code == 0
    assert document.keys() == {"schema", "model", "height", "width", "seed", "temperature", "like", "pieces"}
    assert (document["height"], document["width"]) == (16, 24)
    assert (document["seed"], document["temperature"], document["like"]) == (4, 1.0, None)
    assert len(document["pieces"]) == 3
    plain = asciivae("sample", "--model", run, "-n", 3, "--size", "10x17", "--seed", 4)
    assert plain.stdout == "\n".join(document["pieces"])
    assert asciivae("sample", "--model", run, "-n", 1, "--size", "10x17", "--seed", 4).stdout == document["pieces"][0]


def test_temperature_0_is_the_page_of_the_mean(run: Path, here: Path) -> None:
    done = asciivae("sample", "--model", run, "-n", 2, "--size", "8x8", "--temperature", 0, "--json")
    one, other = json.loads(done.stdout)["pieces"]

    assert one == other


def test_samples_like_drawings(run: Path, here: Path) -> None:
    art = drawings(here / "art", 6, 8)
    options = ("--model", run, "-n", 2, "--size", "16x24", "--json")
    done = asciivae("sample", "--like", art, "--like", "cat.txt", "--like", "wall.txt", *options, "--png", "s.png")

    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["like"] == 8
    assert "like 8 of 8 drawings\n" in done.stderr
    with Image.open("s.png") as picture:
        assert picture.size[0] > 2 * 24
    fewer = asciivae(
        "sample", "--like", art, "--like", "cat.txt", "--like", "wall.txt", *options[:-2], "8x16", "--json"
    )
    assert "like 7 of 8 drawings\n" in fewer.stderr  # the wall does not fit


def test_samples_that_cannot_be_had(run: Path, here: Path) -> None:
    for line, code, text in (
        (["--size", "24"], 2, "error: --size: '24' is no size in rows and columns\n\nhint: for example --size 24x48\n"),
        (["--size", "0x9"], 2, "'0x9' is no size"),
        (
            ["--size", "600x9"],
            1,
            "error: --size: a piece of 600 rows and 9 columns is too large: this model reads at most 512 × 512 cells"
            "\n\nhint: ask for a smaller one, for example --size 24x48\n",
        ),
        (
            ["--like", "cat.txt"],
            2,
            "--like: 1 of 1 drawings fit into 24 rows and 48 columns, and it takes two\n\nhint: ",
        ),
        (["--like", "none.txt"], 1, "none.txt: there is no such file"),
        (["--like", "cat.txt", "--png", "cat.txt"], 2, "is one of the files that are read"),
    ):
        done = asciivae("sample", "--model", run, *line)
        assert (done.exit_code, done.stdout) == (code, ""), done.stderr
        assert text in done.stderr


def test_a_model_of_fixed_pages_says_so(tmp_path: Path) -> None:
    recipe = tiny_recipe(drawings(tmp_path / "art"), model=LOGGED, train={"steps": 1, "batch": 4})
    recipe["data"]["canvas"] = {"height": 64, "width": 64}
    run = trained(tmp_path, recipe=recipe)
    pages = asciivae("sample", "--model", run, "-n", 1, "--json")
    assert json.loads(pages.stdout)["height"] == 64
    done = asciivae("sample", "--model", run, "--size", "65x9")

    assert (done.exit_code, done.stdout) == (1, "")
    assert "error: --size: this model's pages have 64 rows and 64 columns\n\nhint: --size 64x64\n" in done.stderr


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


def test_pictures_of_a_walk(run: Path, here: Path) -> None:
    options = ("--model", run, "--steps", 6, "--rate", 10, "--gif", "walk.gif", "--png", "walk.png")
    done = asciivae("interpolate", "-", "wall.txt", *options, stdin=CAT)

    assert done.exit_code == 0
    assert "drawn into walk.gif\ndrawn into walk.png\n" in done.stderr
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
            "error: art: holds 3 drawings, and it takes one\n\nhint: name the file, or walk between",
        ),
        (
            ["cat.txt", "wall.txt", "--play"],
            2,
            "--play: needs a terminal\n\nhint: leave it out, or make a GIF: --gif walk",
        ),
        (
            ["cat.txt", "wall.txt", "--play", "--json"],
            2,
            "--play and --json: cannot both be had\n\nhint: leave out one",
        ),
        (["cat.txt", "wall.txt", "--gif", "wall.txt"], 2, "is one of the files that are read"),
        (["cat.txt", "wall.txt", "--gif", "none/walk.gif"], 1, "cannot be written"),
        (["cat.txt", "dog.txt"], 1, "dog.txt: there is no such file"),
    ):
        done = asciivae("interpolate", *line, "--model", run)
        assert (done.exit_code, done.stdout) == (code, ""), done.stderr
        assert text in done.stderr
    assert Path("wall.txt").read_text() == WALL


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
    _, found = _collected([str(folder), "cat.txt"], None, run, "cpu")

    assert [drawing.target.name for drawing in found] == ["000.txt", "001.txt", "002.txt", "cat.txt"]
    told = capsys.readouterr().err
    assert "left out, too large for this model: 1\n" in told
    assert "bad.txt:1:1: byte 0xFF is not UTF-8 text" in told
    with pytest.raises(UsageError, match=r"needs at least two drawings to walk between, and has 1") as caught:
        _collected(["cat.txt"], None, run, "cpu")
    assert caught.value.hint == "name more, or none to walk between those of asciivae"


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
