"""Completion: what stays, what is refused."""

import numpy as np
import pytest
from page_models import network, pages

from asciivae.errors import UsageError
from asciivae.pages.complete import Hole, complete, extended, hole_in, marked_in
from asciivae.pages.stepper import TorchPages
from asciivae.text.art import from_lines


def test_all_but_the_hole_stays_and_the_likeliest_comes_first() -> None:
    (page,) = pages([(6, 11)], 1)
    known = hole_in(page, Hole(2, 3, 3, 5))
    proposals = complete(TorchPages(network(blank=1.0)), page, known, count=5)

    assert len(proposals) == 5
    assert [one.bits for one in proposals] == sorted(one.bits for one in proposals)
    for one in proposals:
        assert np.array_equal(one.page[known], page[known])
    assert known.sum() == page.size - 15
    assert not known[1:4, 2:7].any()


def test_blank_proposals_come_last_and_equal_ones_once() -> None:
    (page,) = pages([(3, 4)], 1)
    known = hole_in(page, Hole(3, 4, 1, 1))
    proposals = complete(TorchPages(network(blank=4.0)), page, known, count=12)

    assert len({one.page.tobytes() for one in proposals}) == len(proposals) < 12
    assert proposals[-1].page[2, 3] == 0
    assert all(one.page[2, 3] != 0 for one in proposals[:-1])


@pytest.mark.parametrize("hole", [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1), (4, 1, 1, 1), (1, 5, 1, 1), (2, 2, 3, 2)])
def test_a_hole_outside_of_the_page_is_refused(hole: tuple[int, int, int, int]) -> None:
    with pytest.raises(UsageError, match="not within the page, which has 3 rows and 4 columns"):
        hole_in(np.zeros((3, 4), np.uint8), Hole(*hole))


def test_marks_are_found_and_refused() -> None:
    page = from_lines(["a?b", "???"])

    assert marked_in(page, "?").tolist() == [[True, False, True], [False] * 3]
    with pytest.raises(UsageError, match="'!' stands nowhere"):
        marked_in(page, "!")
    for mark in ("", "??", "é", "\n"):
        with pytest.raises(UsageError, match="not one printable ASCII character"):
            marked_in(page, mark)


def test_a_wholly_marked_page_is_drawn() -> None:
    page = from_lines(["???", "???"])
    (one, *_) = complete(TorchPages(network(blank=0.0)), page, marked_in(page, "?"), count=2)

    assert one.page.shape == (2, 3)


def test_pages_are_extended_up_to_a_size() -> None:
    (page,) = pages([(2, 3)])
    larger, known = extended(page, np.ones((2, 3), bool), 2, 1)

    assert larger.shape == known.shape == (4, 4)
    assert known.sum() == 6
    assert np.array_equal(larger[:2, :3], page)
    for below, right in ((255, 0), (0, 254)):
        with pytest.raises(UsageError, match="at most 256"):
            extended(page, np.ones((2, 3), bool), below, right)
