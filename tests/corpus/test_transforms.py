"""One drawing from another: mirrored, and with another one behind it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asciivae.corpus.transforms import MIRRORED, mirror, paste
from asciivae.render.glyphs import atlas
from asciivae.text.art import Grid, from_lines, parse, to_text
from asciivae.text.charset import CHARSET, SIZE, SPACE

GRIDS = st.lists(st.text(CHARSET, min_size=0, max_size=30), min_size=1, max_size=8).map(from_lines)
WORDY = st.lists(st.text("abdpqDB /(", max_size=12), min_size=1, max_size=4).map(from_lines)


def mirrored(text: str) -> str:
    return to_text(mirror(parse(text)))


@settings(deadline=None, max_examples=300)
@given(GRIDS | WORDY)
def test_mirroring_twice_is_the_original(grid: Grid) -> None:
    assert np.array_equal(mirror(mirror(grid)), grid)


@settings(deadline=None, max_examples=100)
@given(GRIDS)
def test_mirroring_moves_the_ink_and_makes_none(grid: Grid) -> None:
    assert np.array_equal(mirror(grid) != SPACE, (grid != SPACE)[:, ::-1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"</ {[(", r")]} \>"),
        ("`-.", ".-'"),
        ("b q", "p d"),
        ("x--hello there--/", r"\--there hello--x"),
        ("(jgs", "jgs)"),
        ("dMMMb.", ".dMMMb"),  # two capitals: no word
        ("8oob", "doo8"),  # two different letters: no word
    ],
)
def test_characters_are_mirrored_and_words_are_not(text: str, expected: str) -> None:
    assert mirrored(text) == expected + "\n"


def test_a_drawing_that_is_its_own_mirror_image_stays() -> None:
    cat = " /\\_/\\ \n( o.o )\n > ^ < \n"
    assert np.array_equal(mirror(from_lines(cat.splitlines())), from_lines(cat.splitlines()))


def test_the_pairs_are_those_that_the_font_shows() -> None:
    glyphs = atlas("dejavu-sans-mono", cell="tight", res=(36, 18)).numpy()
    away = ((glyphs[:, None, :, ::-1] - glyphs[None]) ** 2).sum((2, 3))
    nearest, own = away.argmin(1), away.diagonal()
    found = {
        frozenset((CHARSET[i], CHARSET[j]))
        for i, j in enumerate(nearest)
        if i != j and nearest[j] == i and away[i, j] <= own[i] / 5
    }
    assert found == {frozenset(pair) for pair in MIRRORED.split() if pair != "`'"}


def test_the_pairs_share_no_character() -> None:
    assert len(set(MIRRORED.replace(" ", ""))) == len(MIRRORED.replace(" ", ""))


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 5), st.integers(0, 7), st.integers(0, 100))
def test_pasting_fills_blank_cells_only(top: int, left: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    page, other = (draw.integers(0, SIZE, size).astype(np.uint8) * draw.integers(0, 2, size).astype(np.uint8)
                   for size in ((6, 8), (4, 5)))  # fmt: skip
    before = page.copy()
    pasted = paste(page, other, top, left)

    assert np.array_equal(page, before)
    kept = page != SPACE
    assert np.array_equal(pasted[kept], page[kept])
    behind = np.full(page.shape, SPACE, np.uint8)
    behind[top : top + 4, left : left + 5] = other[: 6 - top, : 8 - left]
    assert np.array_equal(pasted[~kept], behind[~kept])
