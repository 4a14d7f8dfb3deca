"""`asciivae complete`, `score` and `sample` of page models: what comes out where, and what is refused."""

import json
from pathlib import Path

import pytest
from PIL import Image
from tiny_runs import asciivae

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("cat.txt").write_text(CAT)
    Path("holes.txt").write_text("a??b\n????\n")
    return tmp_path


def test_a_hole_is_filled_and_all_else_stays(page_weights: Path, here: Path) -> None:
    options = ("cat.txt", "--hole", "2,2,2,3", "--model", page_weights, "-n", 4, "--seed", 3)
    done = asciivae("complete", *options, "--json", "--png", "c.png")
    document = json.loads(done.stdout)

    assert done.exit_code == 0, done.stderr
    assert document.keys() == {"schema", "model", "name", "seed", "temperature", "proposals"}
    assert len(document["proposals"]) == 4
    for one in document["proposals"]:
        lines = [line.ljust(7) for line in one["piece"].splitlines()]
        for row, (line, old) in enumerate(zip(lines, CAT.splitlines(), strict=True)):
            assert line[0] == old[0]
            assert line[4:].rstrip() == old[4:].rstrip()
            assert row > 0 or line.rstrip() == old
    with Image.open("c.png") as picture:
        assert picture.size[0] > 4 * 7
    plain = asciivae("complete", *options)
    assert plain.stdout == "\n".join(one["piece"] for one in document["proposals"])
    assert "proposal 1:" in plain.stderr


def test_marks_and_extensions(page_weights: Path, here: Path) -> None:
    done = asciivae("complete", "holes.txt", "--mark", "?", "--model", page_weights, "--json")
    first = json.loads(done.stdout)["proposals"][0]["piece"].splitlines()[0]
    assert first[0] == "a"
    assert first[3] == "b"
    done = asciivae("complete", "-", "--right", 4, "--model", page_weights, "-n", 1, "--no-signatures", stdin=CAT)
    assert done.exit_code == 0, done.stderr
    assert all(line.startswith(old) for line, old in zip(done.stdout.splitlines(), CAT.splitlines(), strict=True))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "nothing is to be drawn"),
        (("--hole", "1,1,2"), "'1,1,2' is not a box"),
        (("--hole", "1,1,9,9"), "the hole is not within the page"),
        (("--hole", "1,1,1,1", "--mark", "o"), "cannot be combined"),
        (("--mark", "?"), "the mark '?' stands nowhere"),
        (("--mark", "??"), "not one printable ASCII character"),
        (("--below", "300"), "at most 256"),
        (("--below", "1", "--category", "katz"), "there is no category 'katz'"),
        (("--below", "1", "--png", "cat.txt"), "does not end with .png"),
    ],
)
def test_errors_name_the_place_and_the_next_step(
    page_weights: Path, here: Path, options: tuple[str, ...], message: str
) -> None:
    done = asciivae("complete", "cat.txt", "--model", page_weights, *options)

    assert done.exit_code == 2
    assert message in done.stderr.replace("\n", " ")
    assert "hint: " in done.stderr
    assert done.stdout == ""


def test_a_file_that_is_not_there_and_a_model_that_is_none(page_weights: Path, here: Path) -> None:
    assert "there is no such file" in asciivae("complete", "dog.txt", "--below", 1).stderr
    done = asciivae("complete", "cat.txt", "--below", 1, "--model", "cat.txt")
    assert done.exit_code == 1
    assert "cannot be read as a weights file" in done.stderr


def test_samples_of_a_page_model(page_weights: Path, here: Path) -> None:
    options = ("sample", "--model", page_weights, "-n", 2, "--size", "4x9", "--seed", 1)
    done = asciivae(*options, "--json")
    document = json.loads(done.stdout)

    assert done.exit_code == 0, done.stderr
    assert (document["height"], document["width"], document["category"]) == (4, 9, None)
    assert asciivae(*options).stdout == "\n".join(document["pieces"])
    begun = asciivae(*options, "--begin", "cat.txt", "--category", "cats", "--no-signatures")
    assert begun.stdout.startswith(CAT)
    for more, message in (
        (("--prior", "page", "--like", "cat.txt"), "--like is for VAEs"),
        (("--size", "9"), "rows and columns"),
        (("--size", "2x9", "--begin", "cat.txt"), "the beginning has 3 rows"),
        (("--size", "400x9"), "cannot be drawn"),
        (("--prior", "vae"), "is not the weights file of a model"),
    ):
        refused = asciivae(*options, *more)
        assert refused.exit_code in (1, 2), more
        assert message in refused.stderr, more
