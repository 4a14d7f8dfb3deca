"""`asciivae reconstruct`: what goes in, what comes out where."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_runs import LOGGED, asciivae, tiny_recipe, trained

from asciivae.experiment.bundled import bundled_file

HOUSE = "  /\\\n /__\\\n |..|\n"
TREE = " &&\n&&&&\n ||\n"


@pytest.fixture
def art(tmp_path: Path) -> Path:
    folder = tmp_path / "drawings"
    (folder / "plants").mkdir(parents=True)
    (folder / "house.txt").write_text(HOUSE)
    (folder / "plants" / "tree.txt").write_text(TREE)
    (folder / "notes.md").write_text("not a drawing")
    return folder


def test_the_reconstruction_is_on_stdout_and_the_model_on_stderr(run: Path, art: Path) -> None:
    done = asciivae("reconstruct", "--model", run, art / "house.txt")

    assert done.exit_code == 0
    model, scores = done.stderr.splitlines()
    assert model == f"model: {run / 'checkpoints' / 'step-60' / 'model.safetensors'} (tiny, step 60)"
    number = r"[01]\.\d\d"
    assert re.fullmatch(
        f"{re.escape(str(art / 'house.txt'))}: "
        f"shape {number}, ink_iou {number}, char_f1 {number}, ink_confidence {number}",
        scores,
    )
    assert done.stdout.strip()
    assert len(done.stdout.splitlines()) <= 3
    assert asciivae("--quiet", "reconstruct", "--model", run, art / "house.txt").stderr == ""


def test_stdin_is_a_file_like_any_other(run: Path, art: Path) -> None:
    named = asciivae("reconstruct", "--model", run, art / "house.txt").stdout

    assert asciivae("reconstruct", "--model", run, "-", stdin=HOUSE).stdout == named
    assert asciivae("reconstruct", "--model", run, "-", stdin=HOUSE.replace("\n", "\r\n")).stdout == named


def test_a_folder_is_its_texts_in_order_with_a_blank_line_between(run: Path, art: Path) -> None:
    house, tree = (
        asciivae("reconstruct", "--model", run, file).stdout for file in (art / "house.txt", art / "plants/tree.txt")
    )

    assert asciivae("reconstruct", "--model", run, art).stdout == f"{house}\n{tree}"
    assert asciivae("reconstruct", "--model", run, art / "plants", art / "house.txt").stdout == f"{tree}\n{house}"


def test_side_by_side_has_the_original_on_the_left(run: Path, art: Path) -> None:
    lines = asciivae("reconstruct", "--model", run, "-s", art / "house.txt").stdout.splitlines()

    assert [line.split("   |")[0].rstrip() for line in lines] == HOUSE.splitlines()


def test_json_is_one_document(run: Path, art: Path, tmp_path: Path) -> None:
    done = asciivae("reconstruct", "--model", run, art, "--json", "--out", tmp_path / "made")
    document = json.loads(done.stdout)

    assert document.keys() == {"schema", "model", "pieces", "skipped"}
    assert document["schema"] == 2
    assert document["model"].keys() == {"name", "step", "path"}
    assert len(document["pieces"]) == 2
    for piece in document["pieces"]:
        assert piece.keys() == {"name", "height", "width", "original", "reconstruction", "ink_outside", "scores"}
        assert all(value >= 0 or name in ("shape_down", "shape_right") for name, value in piece["scores"].items())
    assert document["pieces"][0]["original"] == HOUSE
    assert (document["pieces"][0]["height"], document["pieces"][0]["width"]) == (3, 5)
    assert (tmp_path / "made" / "house.txt").read_text() == document["pieces"][0]["reconstruction"]


def test_one_bad_file_of_a_folder_does_not_stop_the_others(run: Path, art: Path, tmp_path: Path) -> None:
    good = asciivae("reconstruct", "--model", run, art).stdout
    (art / "bad.txt").write_bytes(b"\xff")
    (art / "wall.txt").write_text("#" * 513 + "\n")
    os.mkfifo(art / "pipe.txt")  # nobody will ever write into it
    done = asciivae("--quiet", "reconstruct", "--model", run, art, "--out", tmp_path / "made")

    assert done.exit_code == 1
    assert done.stdout == f"{tmp_path / 'made' / 'house.txt'}\n{tmp_path / 'made' / 'plants' / 'tree.txt'}\n"
    for name, wrong in (("bad", ":1:1: byte 0xFF"), ("wall", ": a piece of 1 rows"), ("pipe", ": it is not a regular")):
        assert f"error: {art / name}.txt{wrong}" in done.stderr
    assert asciivae("reconstruct", "--model", run, art).stdout == good
    assert asciivae("reconstruct", "--model", run, art, art / "bad.txt").stdout == ""


def test_a_folder_of_which_nothing_is_left_exits_with_1_before_a_model_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\xff")
    done = asciivae("reconstruct", "--model", tmp_path / "none", tmp_path, "--json")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.count("error: ") == 1


@pytest.mark.parametrize(
    "line", [["art", "--out", "art"], ["art/house.txt", "--out", "link"], ["a.txt", "--png", "a.png"]]
)
def test_a_drawing_is_not_overwritten_by_its_reconstruction(
    line: list[str], art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    art.rename("art")
    Path("link").symlink_to("art")
    Path("a.txt").write_text(TREE)
    Path("a.png").symlink_to("a.txt")
    done = asciivae("reconstruct", "--model", "none", *line)  # before a model is looked for

    assert (done.exit_code, done.stdout) == (2, "")
    assert "is an input file and would be overwritten\n\nhint: name another folder" in done.stderr
    assert (Path("art/house.txt").read_text(), Path("a.txt").read_text()) == (HOUSE, TREE)


def test_what_was_written_before_may_be_replaced(run: Path, art: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert asciivae("reconstruct", "--model", run, art, "--out", tmp_path / "made").exit_code == 0


def test_out_writes_a_file_for_each_and_tells_their_paths(run: Path, art: Path, tmp_path: Path) -> None:
    done = asciivae("reconstruct", "--model", run, art, "--out", tmp_path / "made")

    assert done.stdout == f"{tmp_path / 'made' / 'house.txt'}\n{tmp_path / 'made' / 'plants' / 'tree.txt'}\n"
    alone = asciivae("reconstruct", "--model", run, art / "house.txt").stdout
    assert (tmp_path / "made" / "house.txt").read_text() == alone
    asciivae("reconstruct", "--model", run, "-", "--out", tmp_path / "made", stdin=HOUSE)
    assert (tmp_path / "made" / "stdin.txt").read_text() == alone


def test_two_drawings_of_one_name_are_refused_before_one_is_lost(run: Path, art: Path, tmp_path: Path) -> None:
    (art / "plants" / "house.txt").write_text(TREE)
    files = art / "house.txt", art / "plants" / "house.txt"
    done = asciivae("reconstruct", "--model", run, *files, "--out", tmp_path / "made")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "two drawings have the name 'house.txt' and would overwrite each other" in done.stderr
    assert not (tmp_path / "made").exists()


def test_an_out_that_cannot_be_written(run: Path, art: Path) -> None:
    done = asciivae("reconstruct", "--model", run, art, "--out", art / "notes.md" / "here")

    assert done.exit_code == 1
    assert "cannot be written: " in done.stderr
    assert done.stderr.endswith("hint: name another --out\n")


def test_png_is_a_picture_of_original_and_reconstruction(run: Path, art: Path, tmp_path: Path) -> None:
    done = asciivae("reconstruct", "--model", run, art / "house.txt", "--png", tmp_path / "a.png")

    assert done.exit_code == 0
    assert f"\nwrote {tmp_path / 'a.png'}\n" in done.stderr
    assert done.stdout == asciivae("reconstruct", "--model", run, art / "house.txt").stdout
    image = np.asarray(Image.open(tmp_path / "a.png"))
    assert image.shape == ((2 + 3 + 3 + 2) * 18, (2 + 5 + 2 + 5 + 2) * 9)  # with a title above
    assert image.min() < 100 < image.max() == 255


def test_sampling_follows_its_seed(run: Path, art: Path) -> None:
    def drawn(*options: str) -> str:
        text: str = asciivae("reconstruct", "--model", run, art, *options).stdout
        return text

    assert drawn("--sample") == drawn("--sample", "--seed", "0")
    assert len({drawn("--sample", "--seed", str(seed)) for seed in range(6)}) > 1
    assert drawn() == drawn("--mean", "--seed", "5")


def test_the_bundled_model_is_used_unless_the_latest_run_is_asked_for(
    run: Path, art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bundled = re.compile(r"^model: bundled \(base-nested, step \d+\)$", re.MULTILINE)
    without = asciivae("reconstruct", art / "house.txt", "--model", "latest")
    assert without.exit_code == 1
    assert "latest: no run of a model below runs/ has a checkpoint" in without.stderr

    (tmp_path / "runs" / "tiny").mkdir(parents=True)
    run.rename(tmp_path / "runs" / "tiny" / "one")
    try:
        assert bundled.search(asciivae("reconstruct", art / "house.txt").stderr)
        latest = asciivae("reconstruct", art / "house.txt", "--model", "latest")
        assert latest.exit_code == 0
        assert "model: runs/tiny/one/checkpoints/step-60/model.safetensors (tiny, step 60)" in latest.stderr
    finally:
        (tmp_path / "runs" / "tiny" / "one").rename(run)


@pytest.mark.parametrize("options", [(), ("--model", "bundled")])
def test_an_installation_without_the_bundled_model_says_so(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("asciivae.experiment.bundled.resources.files", lambda _: tmp_path / "package")
    done = asciivae("reconstruct", art / "house.txt", *options)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: {tmp_path / 'package' / 'assets' / 'model.safetensors'}: "
        "the bundled model is missing from this installation\n\n"
        "hint: train one: asciivae train --recipe quickstart; or give a run or a .safetensors file: --model FILE\n"
    )


def test_a_piece_that_is_too_large_is_named(run: Path, art: Path) -> None:
    (art / "wall.txt").write_text("#" * 513 + "\n")
    done = asciivae("reconstruct", "--model", run, art / "wall.txt", art / "house.txt")

    assert (done.exit_code, done.stdout) == (1, "")
    assert f"error: {art / 'wall.txt'}: a piece of 1 rows and 513 columns is too large: " in done.stderr
    assert "hint: crop the piece or cut it into parts" in done.stderr


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 200), (70, 3), (65, 65)])
def test_any_other_size_will_do(run: Path, height: int, width: int) -> None:
    text = "\n".join(["x" * width] * height) + "\n"
    done = asciivae("reconstruct", "--model", run, "--json", "-", stdin=text)

    (piece,) = json.loads(done.stdout)["pieces"]
    assert (piece["height"], piece["width"], piece["original"]) == (height, width, text)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"  \n\n", "it contains only blanks"),
        (b"ab\nc\xc3\xa9d\n", ":2:2: U+00E9 '\u00e9' is not one of the 95 printable ASCII characters"),
        (b"\x00\x01", ":1:1: this is not a text"),
        (b"x\xff", ":1:2: byte 0xFF is not UTF-8 text"),
    ],
)
def test_bad_input_has_its_place_and_a_next_step(run: Path, tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    done = asciivae("reconstruct", "--model", run, tmp_path / "a.txt")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {tmp_path / 'a.txt'}")
    assert message in done.stderr
    assert "\nhint: " in done.stderr


def test_replace_reads_strangers_as_something_else(run: Path) -> None:
    done = asciivae("reconstruct", "--model", run, "--json", "--replace", "?", "-", stdin="a\u00e9b\n".encode())
    assert json.loads(done.stdout)["pieces"][0]["original"] == "a?b\n"

    done = asciivae("reconstruct", "--model", run, "--replace", "??", "-", stdin="x\n")
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_folder_without_texts_and_a_missing_file(run: Path, tmp_path: Path) -> None:
    done = asciivae("reconstruct", "--model", run, tmp_path)
    assert done.exit_code == 1
    assert done.stderr == f"error: {tmp_path}: contains no .txt files\n\nhint: name the files\n"

    (tmp_path / "house.txt").write_text(HOUSE)
    done = asciivae("reconstruct", "--model", run, tmp_path / "huose.txt")
    assert done.exit_code == 1
    assert f"did you mean {tmp_path / 'house.txt'}?" in done.stderr


def test_the_scores_of_several_drawings_are_their_means(run: Path, art: Path) -> None:
    pieces = json.loads(asciivae("reconstruct", "--model", run, art, "--json").stdout)["pieces"]
    mean = sum(piece["scores"]["shape"] for piece in pieces) / len(pieces)
    told = asciivae("reconstruct", "--model", run, art).stderr.splitlines()[-1]
    assert told.startswith(f"mean of the drawings: shape {mean:.2f}, ink_iou ")


def test_diff_marks_every_cell_that_differs_beside_it(run: Path, art: Path) -> None:
    done = asciivae("reconstruct", "--model", run, art / "house.txt", "--diff", "-s")
    (piece,) = json.loads(asciivae("reconstruct", "--model", run, art / "house.txt", "--diff", "--json").stdout)[
        "pieces"
    ]
    *art_lines, caption = done.stdout.splitlines()
    originals, made, marks = zip(*(line.ljust(29).split("   |   ") for line in art_lines), strict=True)

    assert [line.rstrip() for line in originals] == HOUSE.splitlines()
    assert "\n".join(line.rstrip() for line in made).rstrip() + "\n" == piece["reconstruction"]
    assert [line[:5] for line in marks] == piece["diff"]
    for original, copy, mark in zip("".join(originals), "".join(made), "".join(piece["diff"]), strict=True):
        assert mark == (" " if original == copy else "-" if copy == " " else "+" if original == " " else "~")
    assert set("".join(piece["diff"])) > {" "}
    assert caption.startswith(f"{art / 'house.txt'}: shape ")
    assert done.stderr.splitlines()[1:] == ["marks: ~ another character, - lost, + added"]


def test_confidence_is_shown_in_tenths_and_told_in_numbers(run: Path, art: Path) -> None:
    done = asciivae("reconstruct", "--model", run, art, "--confidence")
    document = json.loads(asciivae("reconstruct", "--model", run, art, "--confidence", "--json").stdout)
    house = document["pieces"][0]
    digits = [line.ljust(13).split("   |   ")[1][:5] for line in done.stdout.splitlines()[:3]]

    assert "diff" not in house
    for row, line in zip(house["confidence"]["cells"], digits, strict=True):
        assert line == "".join(" " if p >= 0.9 else str(int(p * 10)) for p in row)
    cells = np.array(house["confidence"]["cells"])
    inked = np.array([[c != " " for c in line.ljust(5)] for line in house["reconstruction"].splitlines()])
    assert cells.shape == (3, 5)
    assert house["confidence"]["mean"] == pytest.approx(cells.mean(), abs=1e-4)
    assert house["confidence"]["ink_mean"] == pytest.approx(cells[: len(inked)][inked].mean(), abs=1e-4)
    assert "digits: tenths of the model's probability" in done.stderr
    assert done.stdout.count("ink_confidence") == 2  # a line under each piece


def test_colours_where_they_are_welcome(run: Path, art: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ["reconstruct", "--model", run, art / "house.txt", "--diff", "--confidence"]
    plain = asciivae(*options).stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    done = asciivae(*options)
    uncoloured = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)

    assert "\x1b[30;4" in done.stdout
    assert "\x1b[38;5;16;48;5;" in done.stdout
    assert "marks:" not in done.stderr  # there are none
    made = [line.split("   |   ")[0].rstrip() for line in plain.splitlines()[:3]]
    for painted in zip(*(line.split("   |   ") for line in uncoloured.splitlines()[:3]), strict=True):
        assert [line.rstrip() for line in painted] == made
    monkeypatch.setenv("NO_COLOR", "1")
    assert asciivae(*options).stdout == plain


def test_overlays_have_no_place_where_only_files_are_written(run: Path, art: Path, tmp_path: Path) -> None:
    for flag in ("--diff", "--confidence"):
        done = asciivae("reconstruct", "--model", run, art, flag, "--out", tmp_path / "made")
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == (f"error: {flag}: cannot be combined with --out\n\nhint: omit --out, or add --json\n")


def test_contours_can_be_left_out_of_json(run: Path, art: Path) -> None:
    quick, slow = (
        json.loads(asciivae("reconstruct", "--model", run, art / "house.txt", "--json", *options).stdout)["pieces"][0]
        for options in (["--no-contours"], [])
    )
    assert "contour_f1" in slow["scores"]
    assert quick["scores"] == {name: slow["scores"][name] for name in quick["scores"]}
    assert "shape" in quick["scores"]
    assert "contour_f1" not in quick["scores"]


def test_more_latent_numbers_are_a_better_reconstruction(tmp_path: Path) -> None:
    file = tmp_path / "cat.txt"
    file.write_text(" /\\_/\\  ~\n( o.o )  )\n > ^ <--'\n" * 6)
    recalls = []
    for numbers in (64, 1024):
        done = asciivae("reconstruct", file, "--numbers", numbers, "--json", "--no-contours")
        assert done.exit_code == 0, done.stderr
        recalls.append(json.loads(done.stdout)["pieces"][0]["scores"]["char_recall"])
    assert recalls[0] < recalls[1]

    done = asciivae("reconstruct", file, "--numbers", 63)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "cannot have 63 latent numbers in this model\n\nhint: choose between" in done.stderr


def test_a_model_with_one_size_of_the_latent_says_so(tmp_path: Path) -> None:
    recipe = tiny_recipe(tmp_path / "art", model=LOGGED)
    run = trained(tmp_path, "--set", "train.steps=1", recipe=recipe)
    done = asciivae("reconstruct", tmp_path / "art", "--model", run, "--numbers", 512)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "this model has a fixed number of latent numbers\n\nhint: omit --numbers" in done.stderr


def test_the_bundled_model_reconstructs_without_torch(art: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom asciivae.cli import main\n"
        f"sys.argv = ['asciivae', 'reconstruct', {str(art)!r}, '--confidence', '--png', {str(tmp_path / 'a.png')!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print([name for name in ('torch', 'scipy', 'skimage', 'matplotlib') if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr.splitlines()[-1] == "[]"
    assert (tmp_path / "a.png").is_file()


def test_both_engines_print_the_same(art: Path) -> None:
    fast = asciivae("reconstruct", art, "--json", "--no-contours", "--confidence", "--diff")
    slow = asciivae(
        "reconstruct", art, "--json", "--no-contours", "--confidence", "--diff", "--model", bundled_file("model")
    )

    documents = [json.loads(done.stdout) for done in (fast, slow)]
    for one, other in zip(*(document.pop("pieces") for document in documents), strict=True):
        assert one.pop("scores") == pytest.approx(other.pop("scores"), abs=1e-5)
        ours, theirs = one.pop("confidence"), other.pop("confidence")
        np.testing.assert_allclose(ours["cells"], theirs["cells"], atol=2e-4)
        assert one == other
    assert documents[0] == documents[1]


def test_samples_are_those_of_pytorch(art: Path) -> None:
    made = [
        asciivae("reconstruct", art / "house.txt", "--sample", "--seed", "3", *model).stdout
        for model in ([], ["--model", bundled_file("model")])
    ]

    assert made[0] == made[1]
