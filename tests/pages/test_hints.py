"""Hints in training: every kind, in its share."""

import numpy as np
import pytest

from asciivae.pages.hints import draw_box, draw_known
from asciivae.pages.settings import Hints

ZERO = {"none": 0.0, "box": 0.0, "side": 0.0, "scattered": 0.0, "rows": 0.0}


@pytest.mark.parametrize("kind", list(ZERO))
def test_each_kind_gives_something(kind: str) -> None:
    rng = np.random.default_rng(0)
    masks = [draw_known(rng, 12, 20, Hints(**{**ZERO, kind: 1.0})) for _ in range(50)]
    shares = [float(mask.mean()) for mask in masks]

    assert all(mask.shape == (12, 20) for mask in masks)
    if kind == "none":
        assert max(shares) == 0
        return
    assert 0.05 < np.mean(shares) < 0.95
    if kind == "box":
        for mask in masks:
            rows, columns = np.nonzero(~mask)
            assert (~mask).sum() == (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    if kind == "rows":
        assert all((mask == mask[:, :1]).all() for mask in masks)


def test_boxes_have_a_quarter_to_four_fifths_of_the_sides() -> None:
    rng = np.random.default_rng(1)
    for _ in range(100):
        top, left, height, width = draw_box(rng, 20, 40)
        assert 5 <= height <= 16
        assert 10 <= width <= 32
        assert top + height <= 20
        assert left + width <= 40
    assert draw_box(rng, 1, 1) == (0, 0, 1, 1)


def test_shares_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one share"):
        Hints(**ZERO)
