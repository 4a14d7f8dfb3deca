import math

import numpy as np
import pytest

from asciivae.losses.schedule import Points, Ramp, constant, schedule

STEPS = [0, 1, 9, 10, 14, 15, 19, 20, 21, 35, 1000]


def test_constant() -> None:
    assert [constant(0.3)(step) for step in STEPS] == [0.3] * len(STEPS)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (2.0, 0.5), (-1.0, 1.0)])
def test_a_ramp_is_linear_between_its_ends_and_constant_outside(low: float, high: float) -> None:
    weight = Ramp((low, high), steps=10, start=10)
    assert [weight(step) for step in STEPS] == pytest.approx(np.interp(STEPS, [10, 20], [low, high]).tolist())
    assert weight(0) == low
    assert weight(10**9) == high


def test_a_ramp_starts_at_the_first_step_unless_told() -> None:
    assert [Ramp((0.0, 1.0), steps=4)(step) for step in range(6)] == [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]


def test_a_cosine_ramp_starts_and_ends_gently() -> None:
    weight = Ramp((1.0, 3.0), steps=12, start=5, shape="cosine")
    for step in range(5, 18):
        assert weight(step) == pytest.approx(2.0 - math.cos(math.pi * (step - 5) / 12))
    assert weight(0) == 1.0
    assert weight(100) == pytest.approx(3.0)
    assert weight(6) - weight(5) < weight(11) - weight(10)


def test_a_weight_by_points_is_linear_between_them_and_constant_outside() -> None:
    points = ((3, 1.0), (10, 0.0), (11, 5.0), (20, 5.0))
    expected = np.interp(STEPS, [step for step, _ in points], [value for _, value in points])
    assert [Points(points)(step) for step in STEPS] == pytest.approx(expected.tolist())


def test_a_weight_by_points_goes_through_them() -> None:
    points = ((0, 0.1), (7, 0.2), (8, -0.7))
    assert [Points(points)(step) for step, _ in points] == [value for _, value in points]


def test_a_weight_by_one_point_is_constant() -> None:
    assert [Points(((5, 0.4),))(step) for step in STEPS] == [0.4] * len(STEPS)


def test_a_weight_of_a_recipe_becomes_a_schedule() -> None:
    ramp = Ramp((0.0, 1.0), steps=4)
    assert schedule(ramp) is ramp
    assert [schedule(2)(step) for step in STEPS] == [2] * len(STEPS)
