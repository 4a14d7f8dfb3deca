"""The procedural part of the embedded corpus: pure, varied, balanced, and the same everywhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections import Counter
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asciivae.corpus.synthetic import CATEGORIES, PROCEDURAL, Drawing, by_hand, draw, embedded
from asciivae.corpus.synthetic.canvas import LIMIT, MIRROR, Canvas, sprite, stacked
from asciivae.corpus.synthetic.chance import Chance
from asciivae.corpus.synthetic.strokes import FINE, blob, cosine, line, sine, stroke
from asciivae.corpus.synthetic.styles import CLEAN, SOFT

DIGEST = "db76ec5f2b839a93b5cd83d09e940829e97225bffacb39a4af7712830001c4dd"
"""Pins every character of the collection. Whoever changes a piece changes this and `VERSION` on purpose."""

seeds = st.integers(0, 2**32)


def check_shape(text: str) -> None:
    lines = text.split("\n")
    assert all(char == "\n" or 32 <= ord(char) <= 126 for char in text)
    assert 1 <= len(lines) <= LIMIT
    assert 1 <= max(map(len, lines)) <= LIMIT
    assert all(row == row.rstrip() for row in lines)
    assert lines[0]
    assert lines[-1]
    assert min(len(row) - len(row.lstrip()) for row in lines if row) == 0


def ink(text: str) -> int:
    return sum(char not in " \n" for char in text)


@pytest.fixture(scope="module")
def procedural() -> tuple[Drawing, ...]:
    return embedded()[len(by_hand()) :]


def test_the_collection_is_pinned() -> None:
    whole = "\0".join(f"{piece.name}\n{piece.category}\n{piece.text}" for piece in embedded())
    assert hashlib.sha256(whole.encode("ascii")).hexdigest() == DIGEST


def test_another_process_with_another_hash_seed_draws_the_same() -> None:
    program = "from asciivae.corpus.synthetic import draw; print([draw(seed).text for seed in range(60)])"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert outputs == {f"{[draw(seed).text for seed in range(60)]}\n".encode()}


def test_there_are_enough_pieces_and_no_two_are_alike(procedural: tuple[Drawing, ...]) -> None:
    assert len(procedural) == PROCEDURAL >= 2400
    assert len({piece.text for piece in embedded()}) == len(embedded())
    assert len({piece.name for piece in embedded()}) == len(embedded())


def test_every_piece_keeps_the_rules_of_shape() -> None:
    for piece in embedded():
        check_shape(piece.text)


def test_nothing_is_cut_off_at_the_edge() -> None:
    names = list(CATEGORIES)
    for seed in range(PROCEDURAL):
        canvas = CATEGORIES[names[seed % len(names)]](Chance(seed))
        assert canvas.width <= LIMIT, (names[seed % len(names)], seed)
        assert canvas.height <= LIMIT, (names[seed % len(names)], seed)


def test_categories_are_balanced(procedural: tuple[Drawing, ...]) -> None:
    shares = Counter(piece.category for piece in procedural)
    assert set(shares) == set(CATEGORIES)
    assert len(shares) >= 16
    assert all(0.03 <= count / len(procedural) <= 0.15 for count in shares.values())


def test_statistics_are_those_of_drawings_by_people(procedural: tuple[Drawing, ...]) -> None:
    assert 90 <= median(ink(piece.text) for piece in procedural) <= 180
    assert 25 <= median(max(map(len, piece.text.split("\n"))) for piece in procedural) <= 38
    assert 9 <= median(piece.text.count("\n") + 1 for piece in procedural) <= 16
    counts = Counter("".join(piece.text for piece in procedural))
    del counts["\n"], counts[" "]
    assert {char for char, _ in counts.most_common(8)} >= set("_-|./\\")
    assert counts.most_common(1)[0][1] < 0.2 * counts.total()


def test_every_character_occurs() -> None:
    assert set("".join(piece.text for piece in embedded())) == {"\n", *map(chr, range(32, 127))}


def test_the_collection_takes_less_than_three_seconds() -> None:
    embedded.cache_clear()
    start = time.process_time()
    embedded()
    assert time.process_time() - start < 3


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_draw_is_a_pure_function_of_the_seed(seed: int) -> None:
    piece = draw(seed)
    assert piece == draw(seed)
    assert piece.name.startswith(piece.category + "/")
    check_shape(piece.text)


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
