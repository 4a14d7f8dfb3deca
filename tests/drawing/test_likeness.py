import numpy as np
import pytest
import torch
from tracers import CAT

from asciivae.drawing.likeness import features_of, line_distance, page_of, page_of_lines
from asciivae.drawing.lines import Lines
from asciivae.losses.shape import ShapeMeasure
from asciivae.losses.shape_tables import ShapeConfig
from asciivae.tracer.measure import lines_of


def test_the_features_are_those_of_the_loss() -> None:
    grid = np.random.default_rng(0).integers(0, 95, (9, 14)).astype(np.uint8)

    expected = ShapeMeasure(ShapeConfig()).of_characters(torch.from_numpy(grid.astype(np.int64))[None])[0]

    np.testing.assert_allclose(features_of(page_of(grid)), expected.numpy(), atol=1e-5)


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_the_distance_is_that_of_the_loss(moved: int) -> None:
    measure = ShapeMeasure(ShapeConfig())
    lines = lines_of(np.pad(CAT, 2))
    grid = np.roll(np.pad(CAT, 2), moved, axis=1)
    drawn = torch.from_numpy(page_of_lines(lines)[6:-6, 6:-6])[None, None]

    target, output = measure.features(drawn), measure.of_characters(torch.from_numpy(grid.astype(np.int64))[None])

    assert line_distance(grid, lines) == pytest.approx(float(measure.compare(target, output).distance[0]), abs=1e-5)


def test_a_pixel_of_a_line_is_drawn_if_one_of_four_is() -> None:
    strength = np.zeros((24, 12), np.float32)
    strength[13, 7] = 0.4

    page = page_of_lines(Lines(strength, False, "edges", ""))

    assert page.shape == (24, 18)
    assert np.argwhere(page).tolist() == [[6 + 6, 6 + 3]]
