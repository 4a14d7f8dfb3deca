"""Copies: found, counted, and not made up."""

import numpy as np
from page_models import pages

from asciivae.metrics.copying import LEAST_INK, WindowIndex, blank_share


def test_what_was_trained_on_is_found_wherever_it_stands() -> None:
    training = pages([(9, 20)] * 5, 1)
    index = WindowIndex(training)
    moved = np.zeros((14, 30), np.uint8)
    moved[3:12, 6:26] = training[2]

    assert index.share([training[0]]) == 1
    assert 0 < index.share([moved]) < 1
    assert index.share(pages([(9, 20)] * 5, 2)) < 0.05


def test_windows_with_little_ink_do_not_count() -> None:
    page = np.zeros((3, 8), np.uint8)
    page.flat[: LEAST_INK - 1] = 5
    index = WindowIndex([page])
    assert index.share([page]) == 0
    page.flat[LEAST_INK - 1] = 5
    assert WindowIndex([page]).share([page]) == 1


def test_small_pages_and_no_pages_have_no_windows() -> None:
    assert WindowIndex([]).share(pages([(4, 9)])) == 0
    assert WindowIndex(pages([(4, 9)])).share(pages([(2, 7)])) == 0
    assert WindowIndex(pages([(4, 9)])).share([]) == 0


def test_blank_pages_are_counted() -> None:
    assert blank_share([np.zeros((2, 2), np.uint8), *pages([(4, 9)] * 3)]) == 0.25
