import json
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from tiny_runs import asciivae, trained

ELLIPSE = r"""
   _---_
  /     \
 /       |
 -______/
"""
SEEN = """
   _---_     |      _.-._
  /     \\    |     /'   '\\
 /       |   |    /       |
 -______/    |    \\______/
"""


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    (tmp_path / "ellipse.txt").write_text(ELLIPSE.strip("\n") + "\n")
    return tmp_path / "ellipse.txt"


def test_the_table_counts_what_a_person_sees(drawing: Path) -> None:
    done = asciivae("edges", drawing)
    assert done.exit_code == 0, done.stderr
    head, row = (line.split("\t") for line in done.stdout.splitlines())
    assert head == ["drawing", "page", "method", "components", "holes", "closed", "length"]
    assert row[:6] == [str(drawing), "original", "joined", "1", "1", "1"]
    assert float(row[6]) == pytest.approx(24, abs=2)


def test_json_gives_every_method_asked_for_and_the_settings(drawing: Path) -> None:
    done = asciivae("edges", drawing, "--method", "joined", "--method", "log", "--sigma", "1.1", "--json")
    document = json.loads(done.stdout)
    assert document["schema"] == 1
    assert document["settings"] == {
        "res": [14, 7],
        "font": "dejavu-sans-mono",
        "gap": 1.5,
        "size": 11,
        "sigma": 1.1,
        "radius": 0.75,
        "fill": "outline",
    }
    (piece,) = document["pieces"]
    assert piece["name"] == str(drawing)
    assert set(piece["original"]) == {"joined", "log"}
    joined, log = piece["original"]["joined"], piece["original"]["log"]
    assert (joined["components"], joined["holes"], joined["closed"]) == (1, 1, 1)
    assert log["components"] >= 10
    assert joined["length"] > log["length"]


def test_the_text_view_draws_the_contour_beside_the_page(drawing: Path) -> None:
    assert asciivae("edges", drawing, "--text").stdout == SEEN[1:]
    assert asciivae("edges", "-", "--text", stdin=drawing.read_text()).stdout == SEEN[1:]


def test_pictures_are_written(drawing: Path, tmp_path: Path) -> None:
    done = asciivae(
        "edges", drawing, drawing, "--method", "joined", "--method", "canny", "--png", tmp_path / "edges.png"
    )
    assert done.exit_code == 0, done.stderr
    assert "wrote " in done.stderr
    with Image.open(tmp_path / "edges.png") as image:
        # Two rows of five panels of 4 × 10 characters of 14 × 7 pixels below titles, with 8 pixels around each.
        assert image.size == (8 + 5 * (10 * 7 + 8), 8 + 2 * (4 * 14 + 8 + 18))


def test_the_vector_drawing_is_closed_once(drawing: Path, tmp_path: Path) -> None:
    done = asciivae("edges", drawing, "--svg", tmp_path / "edges.svg")
    assert done.exit_code == 0, done.stderr
    text = (tmp_path / "edges.svg").read_text()
    ElementTree.fromstring(text)
    assert text.count("Z") == 1


def test_a_browser_opens_both(drawing: Path, tmp_path: Path) -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        pytest.skip("there is no Chromium here")
    for kind in ("svg", "png"):
        picture, shot = tmp_path / f"edges.{kind}", tmp_path / f"{kind}-shot.png"
        asciivae("edges", drawing, f"--{kind}", picture)
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--screenshot={shot}", picture.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60, cwd=tmp_path)
        with Image.open(shot) as image:
            darkest, lightest = image.convert("L").getextrema()
        assert darkest < 100 < 200 < lightest


@pytest.mark.slow
def test_a_reconstruction_stands_beside_its_original(drawing: Path, tmp_path: Path) -> None:
    run = trained(tmp_path)
    done = asciivae("edges", drawing, "--reconstruct", "--model", run, "--json", "--png", tmp_path / "edges.png")
    assert done.exit_code == 0, done.stderr
    (piece,) = json.loads(done.stdout)["pieces"]
    assert set(piece) == {"name", "original", "reconstruction"}
    assert set(piece["reconstruction"]["joined"]) == {"components", "holes", "closed", "length"}
    with Image.open(tmp_path / "edges.png") as image:
        assert image.size[0] == 8 + 6 * (10 * 7 + 8)
    assert asciivae("edges", drawing, "--reconstruct", "--model", run, "--text").stdout.count("   |   ") >= 3
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / "long.txt").write_text("#" * 513 + "\n")
    (tmp_path / "many" / "ellipse.txt").write_text(ELLIPSE)
    done = asciivae("edges", tmp_path / "many", "--reconstruct", "--model", run)
    assert (done.exit_code, len(done.stdout.splitlines())) == (1, 3)
    assert "long.txt: a piece of 1 rows and 513 columns is too large" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "x"], "--model: requires --reconstruct\n\nhint: add --reconstruct"),
        (
            ["--font-res", "two"],
            "--font-res: 'two' is not a size of 3 to 64 pixels\n\nhint: for example --font-res 9 or 14x7",
        ),
        (["--font-res", "99"], "--font-res: '99' is not a size of 3 to 64 pixels"),
        (["--size", "4"], "--size: a kernel of 4pixels is not odd\n\nhint: --size 5"),
        (["ELSE", "--svg", "x.svg"], "--svg: takes one drawing\n\nhint: name one file, or use --png for several"),
    ],
)
def test_invalid_usage_is_said(drawing: Path, arguments: list[str], message: str) -> None:
    done = asciivae("edges", drawing, *(str(drawing) if a == "ELSE" else a for a in arguments))
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_a_picture_that_cannot_be_written(drawing: Path, tmp_path: Path) -> None:
    done = asciivae("edges", drawing, "--svg", tmp_path / "nowhere" / "edges.svg")
    assert done.exit_code == 2
    assert "edges.svg: parent directory does not exist" in done.stderr
    assert f"hint: mkdir -p {tmp_path / 'nowhere'}" in done.stderr


def test_a_page_that_is_too_large_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "wall.txt").write_text(("#" * 300 + "\n") * 300)
    done = asciivae("edges", tmp_path / "wall.txt")
    assert done.exit_code == 1
    assert "wall.txt: a page of 300 × 300 characters is too large for edge detection" in done.stderr


def test_a_folder_is_read_whole(drawing: Path) -> None:
    (drawing.parent / "line.txt").write_text("------\n")
    assert len(asciivae("edges", drawing.parent).stdout.splitlines()) == 3


def test_one_bad_file_of_a_folder_does_not_stop_the_others(drawing: Path, tmp_path: Path) -> None:
    good = asciivae("edges", drawing.parent)
    assert good.exit_code == 0
    (drawing.parent / "bad.txt").write_bytes(b"\xff")
    (drawing.parent / "wall.txt").write_text(("#" * 300 + "\n") * 300)
    done = asciivae("edges", drawing.parent, "--png", tmp_path / "edges.png")
    assert (done.exit_code, done.stdout) == (1, good.stdout)
    assert f"error: {drawing.parent / 'bad.txt'}:1:1: byte 0xFF is not UTF-8 text\n\nhint: " in done.stderr
    assert f"error: {drawing.parent / 'wall.txt'}: a page of 300 × 300 characters is too large" in done.stderr
    assert (tmp_path / "edges.png").is_file()

    named = asciivae("edges", drawing.parent, drawing.parent / "wall.txt")  # what is named itself has to be right
    assert (named.exit_code, named.stdout) == (1, "")


def test_a_folder_of_which_nothing_is_left_exits_with_1(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\xff")
    for options in ([], ["--json"], ["--reconstruct", "--model", tmp_path / "none"], ["--svg", tmp_path / "a.svg"]):
        done = asciivae("edges", tmp_path, *options)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.count("error: ") == 1
