"""Pages that grow on a terminal."""

import numpy as np

from asciivae.cli.growth import growing
from asciivae.pages.draw import DrawnPage

DRAWN = DrawnPage(np.full((3, 2, 4), 3, np.uint8), np.zeros(3), 1)


def test_as_many_pages_as_fit_are_shown() -> None:
    assert growing(DRAWN, 80, 24) == "####   |   ####   |   ####\n" * 2
    assert growing(DRAWN, 16, 24) == "####   |   ####\n" * 2
    assert growing(DRAWN, 5, 24) == "####\n" * 2


def test_else_only_how_far_they_are() -> None:
    assert growing(DRAWN, 4, 24) == growing(DRAWN, 80, 2) == "row 1 of 2\n"
