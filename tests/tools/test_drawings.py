"""The procedural artist: pure, the same everywhere, and the source of exactly the drawings that are shipped."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.drawings import CATEGORIES, HAND_DRAWN, PROCEDURAL, by_hand, collection, draw, json_lines
from tools.drawings.__main__ import ASSET
from tools.drawings.canvas import LIMIT, MIRROR, Canvas, sprite, stacked
from tools.drawings.chance import Chance
from tools.drawings.strokes import FINE, blob, cosine, line, sine, stroke
from tools.drawings.styles import CLEAN, SOFT

seeds = st.integers(0, 2**32)


def is_tidy(text: str) -> bool:
    """Printable ASCII of at most 64 x 64 cells, without trailing blanks, blank outer lines or common indentation."""
    lines = text.split("\n")
    return (
        all(char == "\n" or 32 <= ord(char) <= 126 for char in text)
        and 1 <= len(lines) <= LIMIT
        and 1 <= max(map(len, lines)) <= LIMIT
        and all(row == row.rstrip() for row in lines)
        and bool(lines[0] and lines[-1])
        and min(len(row) - len(row.lstrip()) for row in lines if row) == 0
    )


def test_the_shipped_drawings_are_what_the_tool_draws() -> None:
    assert gzip.decompress(ASSET.read_bytes()) == json_lines(collection()), "run python -m tools.drawings"
    assert ASSET.stat().st_size <= 250_000


def test_it_can_be_run_and_writes_the_same_file_twice(tmp_path: Path) -> None:
    files = [tmp_path / "one.jsonl.gz", tmp_path / "two.jsonl.gz"]
    for hash_seed, file in enumerate(files, start=1):
        subprocess.run(
            [sys.executable, "-m", "tools.drawings", file],
            cwd=ASSET.parents[2],
            env={"PYTHONHASHSEED": str(hash_seed)},
            capture_output=True,
            check=True,
        )
    assert files[0].read_bytes() == files[1].read_bytes()
    assert gzip.decompress(files[0].read_bytes()) == gzip.decompress(ASSET.read_bytes())


def test_files_drawn_by_hand_are_tidy() -> None:
    pieces = by_hand()
    assert len(pieces) == sum(1 for file in HAND_DRAWN.rglob("*") if file.is_file())
    for piece in pieces:
        assert (HAND_DRAWN / f"{piece.name}.txt").read_bytes() == piece.text.encode("ascii") + b"\n", piece.name
        assert is_tidy(piece.text), piece.name


def test_nothing_is_cut_off_at_the_edge() -> None:
    names = list(CATEGORIES)
    for seed in range(0, PROCEDURAL, 4):
        canvas = CATEGORIES[names[seed % len(names)]](Chance(seed))
        assert canvas.width <= LIMIT, (names[seed % len(names)], seed)
        assert canvas.height <= LIMIT, (names[seed % len(names)], seed)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_draw_is_a_pure_function_of_the_seed(seed: int) -> None:
    piece = draw(seed)
    assert piece == draw(seed)
    assert piece.name.startswith(piece.category + "/")
    assert is_tidy(piece.text)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed"):
        draw(-1)


def test_chance_is_the_same_everywhere() -> None:
    chance = Chance(7)
    assert [chance.below(10) for _ in range(8)] == [5, 2, 6, 0, 1, 8, 1, 5]
    assert "".join(chance.shuffled("abcdef")) == "dcfbae"
    assert "".join(chance.some("abcdef", 3)) == "bce"


@given(seeds, st.integers(1, 1000))
@settings(deadline=None)
def test_chance_stays_below_its_bound(seed: int, count: int) -> None:
    chance = Chance(seed)
    assert all(0 <= chance.below(count) < count for _ in range(20))
    assert sorted(chance.shuffled(range(count))) == list(range(count))


def test_what_is_painted_later_hides_what_was_there() -> None:
    canvas = Canvas()
    canvas.fill(0, 0, 4, 0, "#")
    canvas.place(sprite("( )"), 1, 0)
    assert canvas.text() == "#( )#"


def test_blanks_around_a_sprite_let_the_background_through() -> None:
    canvas = Canvas()
    canvas.fill(0, 0, 2, 1, ".")
    canvas.place(sprite(" ^\n/ \\"), 0, 1)
    assert canvas.text() == ".^.\n/ \\"


def test_a_mirror_swaps_the_characters_and_gives_them_back() -> None:
    piece = sprite(r"""
 /|
(_{b<
""")
    assert piece.mirrored().text() == "  |\\\n>d}_)"
    assert piece.mirrored().mirrored().text() == piece.text()
    assert all(chr(code).translate(MIRROR).translate(MIRROR) == chr(code) for code in range(32, 127))


def test_text_forgets_blank_margins() -> None:
    canvas = Canvas()
    canvas.fill(-3, -2, 5, 4)
    canvas.write(1, 1, "ab  ")
    assert canvas.text() == "ab"
    assert Canvas().text() == ""


def test_stacked_pieces_are_centred() -> None:
    assert stacked(sprite("^"), sprite("/_\\")).text() == " ^\n/_\\"


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ((4, 0), "-----"),
        ((0, 3), "|\n|\n|\n|"),
        ((3, 3), "\\\n \\\n  \\\n   \\"),
        ((3, -3), "   /\n  /\n /\n/"),
    ],
)
def test_straight_strokes(end: tuple[int, int], expected: str) -> None:
    canvas = Canvas()
    line(canvas, 0, 0, *end, CLEAN)
    assert canvas.text() == expected


def test_a_slow_rise_climbs_through_the_heights_of_a_cell() -> None:
    canvas = Canvas()
    stroke(canvas, [(0, 2 * FINE - 1), (8 * FINE, 0)], SOFT)
    assert canvas.text() == "    _.-'\n_.-'"


@given(st.integers(32, 200), st.integers(24, 100), st.sampled_from([0, 8]))
@settings(deadline=None)
def test_an_ellipse_is_its_own_mirror_image(wide: int, high: int, x: int) -> None:
    canvas = Canvas()
    blob(canvas, x, 0, wide, high)
    assert canvas.mirrored().text() == canvas.text()
    left, top, right, bottom = canvas.box()
    assert all(
        any(canvas.cells.get((x, y), " ") != " " for x in range(left, right + 1)) for y in range(top, bottom + 1)
    )


def test_sine_is_close_to_the_true_one() -> None:
    from math import cos, radians, sin

    for degrees in range(-720, 721):
        assert abs(sine(degrees) - 1000 * sin(radians(degrees))) < 3
        assert abs(cosine(degrees) - 1000 * cos(radians(degrees))) < 3
