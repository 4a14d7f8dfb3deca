"""The data set of the original experiments, number by number: see `fidelity_dir`."""

import hashlib
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asciivae.corpus.source import open_corpus
from asciivae.corpus.splits import split, tail_size
from asciivae.corpus.transforms import roll, roll_shifts
from asciivae.errors import ArtError
from asciivae.text.art import centre, from_lines, parse
from asciivae.text.charset import SIZE, decode

pytestmark = pytest.mark.fidelity


@pytest.fixture(scope="module")
def dataset(fidelity_dir: Path) -> Any:
    return json.loads((fidelity_dir / "unit_dataset.json").read_text())


@pytest.fixture(scope="module")
def rolls(fidelity_dir: Path) -> Any:
    return json.loads((fidelity_dir / "unit_random_roll.json").read_text())


def test_the_pieces_stand_on_their_canvas(fidelity_dir: Path) -> None:
    expected = json.loads((fidelity_dir / "unit_pieces.json").read_text())
    pieces = expected["pieces"]
    side = math.isqrt(expected["cells"] // len(pieces))
    counts = np.zeros(SIZE, np.int64)
    for piece in pieces:
        canvas, offset = centre(from_lines(piece["lines"]), side, side, rule="logged")
        assert offset == (piece["top"], piece["left"])
        assert from_lines(piece["lines"]).shape == (piece["height"], piece["width"])
        assert hashlib.sha256(canvas.tobytes()).hexdigest() == piece["sha256_of_index_grid"]
        classes = canvas.ravel().astype(np.int64)
        assert (classes * (1 + np.arange(classes.size) % 997)).sum() == piece["weighted_checksum"]
        assert classes.sum() == piece["sum_of_classes"]
        assert np.count_nonzero(classes) == piece["non_space_cells"]
        assert "/" + str(Path(piece["path"]).parent) == piece["label"]
        counts += np.bincount(classes, minlength=SIZE)
    assert {str(c): n for c, n in enumerate(counts.tolist()) if n} == expected["batch_character_counts"]


def test_centring(dataset: Any) -> None:
    assert dataset["columns"][:3] == ["canvas", "height", "width"]
    for side, height, width, *corners in dataset["centring"]:
        canvas, _ = centre(from_lines(["#" * width] * height), side, side, rule="logged")
        rows, columns = np.nonzero(canvas)
        assert [rows[0], columns[0], rows[-1], columns[-1]] == corners, (side, height, width)


def test_blank_lines_count_when_ragged_texts_are_centred(dataset: Any) -> None:
    for case in dataset["ragged"]:
        lines = case["text"].removesuffix("\n").split("\n")
        canvas, _ = centre(from_lines(lines), case["canvas"], case["canvas"], rule="logged")
        assert [decode(row) for row in canvas] == case["rows"]


def made_up(name: str, content: str) -> str:
    """A file of the fixture, which gives some by their content and some by their size: `2 lines, widest 70`."""
    if not (size := re.fullmatch(r"(\d+) lines, widest (\d+)", content)):
        return content
    lines = ["a"] * (int(size[1]) - 1) + ["a" * int(size[2])]
    return "\n".join(lines) + ("" if "no_final" in name else "\n")


def original_filter(text: str) -> bool:
    """The file filter of the original experiments: it looks at the width of the first line only."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.removesuffix("\n").split("\n")
    return len(lines) <= 64 and len(lines[0]) <= 64 and re.fullmatch(r"[\n -~]*", text) is not None


def test_the_file_filter_and_what_loading_did(dataset: Any) -> None:
    files = {name: made_up(name, content) for name, content in dataset["filter"]["files"].items()}
    kept = sorted(name for name, text in files.items() if name.endswith(".txt") and original_filter(text))
    assert kept == dataset["filter"]["kept_in_order"]
    for name, outcome in dataset["filter"]["loading"].items():
        if outcome == "loads":
            centre(parse(files[name]), 64, 64, rule="logged")
        else:
            with pytest.raises(ArtError):
                centre(parse(files[name]), 64, 64, rule="logged")


def test_the_order_of_a_folder_its_labels_and_the_tail_split(dataset: Any, tmp_path: Path) -> None:
    expected = dataset["split"]
    for name in expected["files"]:
        (tmp_path / "art" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "art" / name).write_text("x\n")
    corpus = open_corpus(tmp_path / "art", cache=tmp_path / "cache")
    assert list(corpus.column("id")) == expected["sorted"]
    categories = corpus.column("category")
    assert [categories[i] for i in (0, 5, -1)] == [
        label.removeprefix("/") for label in expected["labels_of_sorted_index_0_5_last"]
    ]
    for share, in_training, in_validation in expected["rows"]:
        assert tail_size(len(corpus), share) == in_training
        if in_training and in_validation:
            train, validation = split(corpus, "tail", share)
            assert train.tolist() == list(range(in_training))
            assert validation.tolist() == list(range(in_training, len(corpus)))
            assert len(validation) == in_validation
    for n, share, in_training in expected["train_size_only"]["rows"]:
        assert tail_size(n, share) == in_training
    for asked, got in expected["max_samples_asked_and_got"]:
        assert min(asked + 1, len(corpus)) == got  # a limit kept one piece more


def test_random_roll(rolls: Any) -> None:
    for row in rolls["rows"]:
        shifts = roll_shifts(np.array(rolls["draws"]), row["max_shift"], row["sigma"])
        assert shifts.tolist() == row["shift_rows_cols"]
        for (dy, dx), place in zip(shifts.tolist(), row["marker_from_10_20_to"], strict=True):
            grid = np.zeros((64, 64), np.uint8)
            grid[10, 20] = 1
            assert np.argwhere(roll(grid, dy, dx)).tolist() == [place]


def test_random_roll_of_a_small_grid(rolls: Any) -> None:
    small = rolls["small"]
    height, width = (int(n) for n in re.findall(r"\d+", small["grid"])[:2])
    grid = np.arange(height * width, dtype=np.uint8).reshape(height, width)
    dy, dx = roll_shifts(np.array(small["draw"]), small["max_shift"], small["sigma"]).tolist()
    assert roll(grid, dy, dx).tolist() == small["result"]
