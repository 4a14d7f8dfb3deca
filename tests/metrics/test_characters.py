"""Counts of characters against a cell-by-cell count, and what the scores are of the plainest cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from asciivae.metrics.characters import CharacterCounts, Difference, count, differences
from asciivae.text.art import Grid, from_lines

GRIDS = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda shape: st.tuples(*[arrays(np.uint8, shape, elements=st.integers(0, 3)) for _ in range(2)])
)


@settings(deadline=None)
@given(GRIDS)
def test_counts_are_those_of_the_cells_one_by_one(pair: tuple[Grid, Grid]) -> None:
    original, made = pair
    cells = list(zip(original.ravel().tolist(), made.ravel().tolist(), strict=True))

    assert count(original, made) == CharacterCounts(
        cells=len(cells),
        right=sum(a == b for a, b in cells),
        ink=sum(a > 0 for a, _ in cells),
        drawn=sum(b > 0 for _, b in cells),
        both=sum(a > 0 < b for a, b in cells),
        ink_right=sum(a == b > 0 for a, b in cells),
        blank=int(not any(b for _, b in cells)),
        pieces=1,
    )


@settings(deadline=None)
@given(GRIDS, GRIDS)
def test_scores_are_of_all_cells_together_and_in_range(first: tuple[Grid, Grid], second: tuple[Grid, Grid]) -> None:
    together = count(*first) + count(*second)
    flat = count(*(np.concatenate([a.ravel(), b.ravel()]) for a, b in zip(first, second, strict=True)))

    for name, value in together.scores().items():
        if name != "blank_fraction":
            assert value == flat.scores()[name]
        assert value >= 0.0
        assert value <= 1.0 or name == "ink_ratio"


def test_scores_of_a_drawing_that_is_half_right() -> None:
    scores = count(from_lines(["/-\\ ", "|o| "]), from_lines(["/-/ ", "|   "])).scores()

    assert scores == pytest.approx(
        {
            "char_recall": 3 / 6,
            "char_precision": 3 / 4,
            "char_f1": 6 / 10,
            "ink_iou": 4 / 6,
            "ink_ratio": 4 / 6,
            "blank_fraction": 0.0,
            "char_accuracy": 5 / 8,
        }
    )


def test_a_blank_page_scores_nothing_but_accuracy() -> None:
    scores = count(from_lines(["   x"]), from_lines(["    "])).scores()

    assert scores["char_accuracy"] == 0.75
    assert scores["blank_fraction"] == 1.0
    assert [scores[name] for name in ("char_recall", "char_precision", "char_f1", "ink_iou", "ink_ratio")] == [0.0] * 5


def test_ink_where_there_was_none_is_no_perfect_ratio() -> None:
    assert count(from_lines(["    "]), from_lines([" xy "])).scores()["ink_ratio"] == 3.0


def test_a_perfect_copy_scores_one_and_nothing_of_nothing_is_perfect() -> None:
    for lines in (["/\\"], ["  "]):
        scores = count(from_lines(lines), from_lines(lines)).scores()
        assert scores.pop("blank_fraction") == float(lines == ["  "])
        assert set(scores.values()) == {1.0}


def test_every_cell_is_kept_lost_added_or_another() -> None:
    original = np.array([[0, 1, 2], [3, 0, 4]], np.uint8)
    made = np.array([[0, 1, 5], [0, 6, 0]], np.uint8)
    found = differences(original, made)
    none, other, lost, added = Difference

    assert found.tolist() == [[none, none, other], [lost, added, lost]]
    counts = count(original, made)
    assert (found == none).sum() == counts.right
    assert (found == lost).sum() == counts.ink - counts.both
    assert (found == added).sum() == counts.drawn - counts.both
    assert (found == other).sum() == counts.both - counts.ink_right
