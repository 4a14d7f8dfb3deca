import numpy as np
import pytest
from numpy.typing import NDArray

from asciivae.metrics.characters import count
from asciivae.metrics.picture import picture_scores
from asciivae.text.art import parse
from asciivae.text.charset import CHARSET

BOX = np.pad(
    parse(
        """
+---------+
|         |
|         |
+---------+
"""
    ),
    2,
)
BLANK = np.zeros_like(BOX)
PERFECT = {"ink_f1", "ink_ratio", "glyph_similarity", "contour_f1", "char_accuracy", "char_recall"}


def replaced(page: NDArray[np.uint8], old: str, new: str) -> NDArray[np.uint8]:
    return np.where(page == CHARSET.index(old), CHARSET.index(new), page).astype(np.uint8)


def test_the_same_page_is_perfect() -> None:
    scores = picture_scores(BOX, BOX)
    assert all(scores[name] == 1 for name in PERFECT)
    for name in ("shape", "contour", "components_difference", "holes_difference", "blank_fraction", "shape_down"):
        assert scores[name] == pytest.approx(0, abs=1e-6), name
    assert (scores["components"], scores["holes"]) == (1, 1)


def test_the_blank_page_is_the_worst() -> None:
    scores = picture_scores(BOX, BLANK)
    assert scores["shape"] > 0.5
    assert scores["char_accuracy"] > 0.8  # which is why it is never the headline
    for name in ("ink_f1", "ink_ratio", "glyph_similarity", "contour_f1", "char_recall", "components"):
        assert scores[name] == 0, name
    assert (scores["blank_fraction"], scores["contour"]) == (1, 3)
    assert (scores["components_difference"], scores["holes_difference"]) == (1, 1)


@pytest.mark.parametrize(("axis", "name"), [(0, "shape_down"), (1, "shape_right")])
def test_a_shifted_page_is_nearly_the_same_drawing(axis: int, name: str) -> None:
    scores = picture_scores(BOX, np.roll(BOX, 1, axis=axis))
    assert scores["shape"] == pytest.approx(0.04, abs=1e-5)
    assert scores[name] == 1
    assert scores["shape_down"] + scores["shape_right"] == 1
    assert scores["components_difference"] == scores["holes_difference"] == 0
    assert scores["contour"] < 2
    assert scores["ink_f1"] < 0.9


def test_the_characters_are_scored_as_everywhere() -> None:
    for original, made in ((BOX, BLANK), (BLANK, BOX), (BLANK, BLANK), (BOX, np.roll(BOX, 1, axis=0))):
        expected = count(original, made).scores()
        scores = picture_scores(original, made)
        assert {name: scores[name] for name in expected} == expected


def test_look_alikes_keep_the_drawing() -> None:
    scores = picture_scores(BOX, replaced(replaced(BOX, "-", "~"), "|", "!"))
    assert scores["ink_f1"] == scores["ink_ratio"] == 1
    assert scores["shape"] < 0.04
    assert 0.3 < scores["glyph_similarity"] < 0.95
    assert scores["char_recall"] < 0.3
    assert scores["contour_f1"] > 0.9


def test_a_broken_contour_has_more_parts_and_no_hole() -> None:
    broken = BOX.copy()
    broken[:, 6:9] = 0
    scores = picture_scores(BOX, broken)
    assert (scores["components"], scores["components_original"], scores["components_difference"]) == (2, 1, 1)
    assert (scores["holes"], scores["holes_difference"]) == (0, 1)
    assert 0.03 < scores["shape"] < 0.2
    assert 0.05 < scores["contour"] < 0.5
    assert scores["ink_ratio"] == pytest.approx(20 / 26)


def test_ink_where_there_was_none() -> None:
    scores = picture_scores(BLANK, BOX)
    assert scores["shape"] > 0.5
    assert scores["ink_f1"] == scores["char_f1"] == scores["contour_f1"] == 0
    assert scores["ink_ratio"] == 1 + np.count_nonzero(BOX)


@pytest.mark.parametrize("shape", [(5, 7), (1, 1), (0, 0)])
def test_two_blank_pages_agree(shape: tuple[int, int]) -> None:
    scores = picture_scores(np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))
    assert all(scores[name] == 1 for name in PERFECT | {"blank_fraction"})
    assert scores["shape"] == scores["contour"] == scores["components"] == 0


@pytest.mark.parametrize("page", [np.full((3, 5), 3, np.uint8), np.full((1, 1), 33, np.int64)])
def test_full_pages_of_any_integers(page: NDArray[np.integer]) -> None:
    scores = picture_scores(page, page)
    assert all(np.isfinite(value) and isinstance(value, float) for value in scores.values())
    assert all(scores[name] == 1 for name in PERFECT)


def test_pages_of_different_size_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3, 4\) and \(4, 3\) cells"):
        picture_scores(np.zeros((3, 4), np.uint8), np.zeros((4, 3), np.uint8))
