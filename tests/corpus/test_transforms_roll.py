"""Circular shifts of a grid."""

import numpy as np

from asciivae.corpus.transforms import roll, roll_shifts


def test_roll_shifts_truncate_toward_zero_and_are_limited() -> None:
    draws = np.array([[0.99, -0.99], [1.2, -1.7], [9.0, -9.0]])
    assert roll_shifts(draws, 5, 2.0).tolist() == [[1, -1], [2, -3], [5, -5]]
    assert roll_shifts(draws, 4).tolist() == roll_shifts(draws, 4, 2.0).tolist()


def test_roll_is_circular_and_leaves_its_input_alone() -> None:
    grid = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert roll(grid, 1, -1).tolist() == [[4, 5, 3], [1, 2, 0]]
    assert grid.tolist() == [[0, 1, 2], [3, 4, 5]]
