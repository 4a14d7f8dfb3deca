import json
from pathlib import Path

import pytest
from PIL import Image
from tiny_runs import asciivae


def test_the_table_tells_the_smallest_size_that_reads() -> None:
    done = asciivae("fonts", "--res", "9..10")
    assert done.exit_code == 0, done.stderr
    head, *rows = (line.split("\t") for line in done.stdout.splitlines())
    assert head == ["cell", "pixels", "legibility", "nearest", "risky", "collapsed"]
    assert [row[:2] for row in rows[:3]] == [["square", "9x9"], ["tall", "18x9"], ["logged", "9x9"]]
    assert "OQ" in rows[0][5]
    assert "␣_" in rows[2][5]  # the log's crop loses the underscore
    assert "square: readable from a width of 10 pixels" in done.stderr
    assert "logged: not readable at these sizes" in done.stderr


def test_json_holds_the_pairs() -> None:
    document = json.loads(asciivae("fonts", "--res", "9", "--json").stdout)
    assert document["schema"] == 1
    assert document["smallest_readable"] == {"square": None, "tall": 9, "logged": None}
    square = document["sizes"][0]
    assert (square["cell"], square["res"], square["readable"]) == ("square", [9, 9], False)
    assert 0.88 <= square["score"] <= 0.97
    pairs = [pair["first"] + pair["second"] for pair in square["collapsed"]]
    assert {"0O", "OQ"} <= set(pairs)
    assert square["collapsed"][0]["distance"] <= square["collapsed"][-1]["distance"] < 0.05


def test_the_picture_shows_glyphs_and_pairs(tmp_path: Path) -> None:
    assert asciivae("fonts", "--res", "7", "--png", tmp_path / "glyphs.png").exit_code == 0
    with Image.open(tmp_path / "glyphs.png") as image:
        assert image.size[0] == 2 * (8 + 95 * 7 + 8)
        assert image.convert("L").getextrema()[0] < 50


@pytest.mark.parametrize("res", ["0", "12..7", "5-16", "40"])
def test_invalid_sizes(res: str) -> None:
    done = asciivae("fonts", "--res", res)
    assert done.exit_code == 2
    assert f"--res: {res!r} is not a range of sizes from 3 to 32" in done.stderr
    assert "hint: for example --res 9 or --res 5..16" in done.stderr


def test_an_unknown_font_and_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    assert "font 'comic': is neither a bundled font nor a file" in asciivae("fonts", "--font", "comic").stderr
    done = asciivae("fonts", "--res", "7", "--png", tmp_path / "nowhere" / "glyphs.png")
    assert done.exit_code == 2
    assert f"hint: mkdir -p {tmp_path / 'nowhere'}" in done.stderr
