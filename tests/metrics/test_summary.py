"""Sums and means of hand-made pieces, told apart."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from asciivae.experiment.measure import Measured, Units
from asciivae.latent.pieces import Reconstruction
from asciivae.metrics.summary import (
    BROKEN_DOWN,
    SHOWN,
    ModelScores,
    extremes,
    rows_by_kind,
    rows_of_all,
    summarise,
)


def measured(pairs: Sequence[tuple[NDArray[np.uint8], NDArray[np.uint8]]], bits: float = 10.0) -> Measured:
    made = tuple(Reconstruction(a, b, 0, np.ones(a.shape, np.float32)) for a, b in pairs)
    return Measured(made, tuple({**one.counts.scores(), "bits": bits} for one in made), Units((0.5, 0.001)))


def page(height: int, width: int, ink: int) -> NDArray[np.uint8]:
    cells = np.zeros(height * width, np.uint8)
    cells[:ink] = 1
    return cells.reshape(height, width)


def test_large_pieces_count_more_over_cells_and_alike_in_means() -> None:
    small, large = page(1, 2, 2), page(4, 4, 8)
    whole = summarise(measured([(small, small), (large, page(4, 4, 0))])).whole

    assert (whole.name, whole.pieces) == ("all", 2)
    assert whole.over_cells["char_recall"] == pytest.approx(2 / 10)
    assert whole.mean_of_pieces["char_recall"] == pytest.approx(1 / 2)
    assert whole.over_cells["char_precision"] == whole.over_cells["ink_ratio"] * 5 == 1
    assert whole.mean_of_pieces["blank_fraction"] == 0.5
    assert whole.over_cells["bits_per_cell"] == pytest.approx(20 / 18)
    assert whole.mean_of_pieces["bits"] == 10
    assert whole.over_cells["ink_confidence"] == 1


def test_confidence_is_that_of_all_the_ink_drawn() -> None:
    few, many, blank = page(1, 4, 1), page(1, 4, 3), page(1, 4, 0)
    made = tuple(
        Reconstruction(many, grid, 0, np.full((1, 4), sure, np.float32))
        for grid, sure in ((few, 0.2), (many, 0.6), (blank, 0.9))
    )
    rows = tuple({"bits": 0.0} for _ in made)
    assert summarise(Measured(made, rows, Units(()))).whole.over_cells["ink_confidence"] == pytest.approx(0.5)
    assert summarise(Measured(made[2:], rows[2:], Units(()))).whole.over_cells["ink_confidence"] == 1


def test_pieces_are_told_apart_by_their_longer_side_and_their_ink() -> None:
    grids = [page(16, 2, 31), page(2, 17, 6), page(64, 1, 13), page(65, 1, 26), page(1, 1, 1)]
    summary = summarise(measured([(grid, grid) for grid in grids]))

    assert [(group.name, group.pieces) for group in summary.by_size] == [
        ("1–16 cells", 2),
        ("17–32 cells", 1),
        ("49–64 cells", 1),
        ("65 cells and more", 1),
    ]
    assert [(group.name, group.pieces) for group in summary.by_ink] == [
        ("below 20 % ink", 1),
        ("20–30 % ink", 1),
        ("40–50 % ink", 1),
        ("50 % ink and more", 2),
    ]
    assert (summary.units.active, summary.units.total) == (1, 2)


def test_tables_show_what_was_measured_and_no_more() -> None:
    own = measured([(page(2, 2, 1), page(2, 2, 1)), (page(20, 2, 20), page(20, 2, 0))])
    found = [ModelScores(name, name, None, 1, own, summarise(own), ()) for name in "ab"]
    rows = rows_of_all(found)

    assert [row.shown.title for row in rows if row.shown.name == "char_f1"] == [
        "all cells: char_f1",
        "mean of pieces: char_f1",
    ]
    assert "shape" not in {row.shown.name for row in rows}
    assert all(row.values[0] == row.values[1] for row in rows)
    assert {row.pieces for row in rows_by_kind(found)} == {
        "1–16 cells, 1 pieces",
        "17–32 cells, 1 pieces",
        "20–30 % ink, 1 pieces",
        "50 % ink and more, 1 pieces",
    }
    assert len(BROKEN_DOWN) == 3
    assert len({shown.title for shown in SHOWN}) == len(SHOWN)


def scored(*rows: Sequence[float]) -> list[Measured]:
    return [Measured((), tuple({"char_f1": f1, "ink_iou": 0.0} for f1 in row), Units(())) for row in rows]


def test_the_best_are_best_for_all_models_together() -> None:
    assert extremes(scored([0.9, 0.1, 0.5], [0.2, 0.8, 0.6]), 1) == ([0], [2], [1])
    assert extremes(scored([0.1, 0.5, 0.9, 0.2, 0.3, 0.4, 0.0]), 1) == ([2], [4], [6])
    assert extremes(scored([0.5]), 6) == ([0], [], [])
    assert extremes(scored([0.5, 0.6]), 6) == ([1], [], [0])


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(1, 8))
def test_no_piece_is_both_best_and_worst(f1: list[float], each: int) -> None:
    best, median, worst = extremes(scored(f1), each)
    chosen = [*best, *median, *worst]

    assert len(set(chosen)) == len(chosen)
    assert len(best) == min(each, max(1, len(f1) // 3))
    assert [f1[i] for i in chosen] == sorted((f1[i] for i in chosen), reverse=True)
    assert f1[best[0]] == max(f1)
    assert f1[chosen[-1]] == min(f1)
