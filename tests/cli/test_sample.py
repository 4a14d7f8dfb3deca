"""`asciivae sample`: what comes out where, and what is refused."""

import json
from pathlib import Path

import pytest
from PIL import Image
from tiny_runs import LOGGED, asciivae, drawings, tiny_recipe, trained

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
WALL = "".join(f"|{'=' * 17}|\n" for _ in range(11))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("cat.txt").write_text(CAT)
    Path("cat-link.png").symlink_to("cat.txt")
    Path("wall.txt").write_text(WALL)
    return tmp_path


def test_a_sample_is_a_page_of_the_size_that_was_asked_for(run: Path, here: Path) -> None:
    done = asciivae("sample", "--model", run, "-n", 3, "--size", "10x17", "--seed", 4, "--json")
    document = json.loads(done.stdout)

    assert done.exit_code == 0
    assert document.keys() == {"schema", "model", "height", "width", "seed", "temperature", "like", "pieces", "skipped"}
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
    assert "fitted to 8 of 8 drawings\n" in done.stderr
    with Image.open("s.png") as picture:
        assert picture.size[0] > 2 * 24
    fewer = asciivae(
        "sample", "--like", art, "--like", "cat.txt", "--like", "wall.txt", *options[:-2], "8x16", "--json"
    )
    assert "fitted to 7 of 8 drawings\n" in fewer.stderr  # the wall does not fit


def test_samples_that_cannot_be_had(run: Path, here: Path) -> None:
    for line, code, text in (
        (
            ["--size", "24"],
            2,
            "error: --size: '24' is not a size in rows and columns\n\nhint: for example --size 24x48\n",
        ),
        (["--size", "0x9"], 2, "'0x9' is not a size"),
        (
            ["--size", "600x9"],
            1,
            "error: --size: a piece of 600 rows and 9 columns is too large: this model reads at most 512 × 512 cells"
            "\n\nhint: choose a smaller size, for example --size 24x48\n",
        ),
        (
            ["--like", "cat.txt"],
            2,
            "--like: 1 of 1 drawings fit into 24 rows and 48 columns; two are required\n\nhint: ",
        ),
        (["--like", "none.txt"], 1, "none.txt: there is no such file"),
        (["--like", "cat.txt", "--png", "cat.txt"], 2, "cat.txt: does not end with .png"),
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
