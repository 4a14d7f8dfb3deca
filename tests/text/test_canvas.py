"""Placing a piece on its page."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asciivae.errors import ArtError
from asciivae.text.art import parse
from asciivae.text.canvas import Canvas

EIGHTS = Canvas(lambda height, width: (-(-height // 8) * 8, -(-width // 8) * 8))
TRIMMED = Canvas(EIGHTS.size_for, trimmed=True)
CAT = parse("\n  /\\_/\\\n ( o.o )\n\n")


@given(st.integers(1, 20), st.integers(1, 20))
def test_a_page_has_the_size_for_its_piece_and_holds_it_in_the_middle(height: int, width: int) -> None:
    grid = np.full((height, width), 7, np.uint8)
    page, (top, left) = EIGHTS.place(grid, EIGHTS.size(grid))

    assert page.shape == EIGHTS.size(grid)
    assert np.array_equal(page[top : top + height, left : left + width], grid)
    assert page.astype(int).sum() == 7 * height * width  # all else is blank
    assert abs(2 * top + height - page.shape[0]) <= 1
    assert abs(2 * left + width - page.shape[1]) <= 1
    assert np.array_equal(EIGHTS.page(grid), page)


def test_blank_margins_are_cropped_only_where_the_canvas_trims() -> None:
    grid = np.pad(CAT, ((5, 5), (5, 5)))

    assert np.array_equal(TRIMMED.content(grid), TRIMMED.content(CAT))
    assert TRIMMED.size(grid) == (8, 8)
    assert EIGHTS.content(grid) is grid
    assert EIGHTS.size(grid) == (16, 24)


def test_a_larger_page_may_be_asked_for() -> None:
    page, (top, left) = TRIMMED.place(CAT, (16, 32))

    assert page.shape == (16, 32)
    assert (top, left) == (7, 12)


def test_a_fixed_canvas_has_one_size_and_refuses_what_is_larger() -> None:
    canvas = Canvas.fixed(6, 10, "logged")

    assert canvas.size(CAT) == (6, 10)
    assert canvas.page(CAT).shape == (6, 10)
    with pytest.raises(ArtError):
        canvas.page(np.ones((7, 3), np.uint8))
