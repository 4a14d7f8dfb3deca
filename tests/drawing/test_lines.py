import numpy as np
import pytest
from scipy.ndimage import label
from tracers import CAT, disc, house, line_picture

from asciivae.drawing.lines import Kind, find_lines, judge, page_cells
from asciivae.drawing.picture import from_array, from_image
from asciivae.errors import ArtError


def test_a_page_keeps_the_proportions_of_the_picture() -> None:
    assert page_cells((100, 100), 40) == (20, 40)
    assert page_cells((100, 200), 40) == (10, 40)
    assert page_cells((100, 100), None, 10) == (10, 20)
    assert page_cells((100, 100), 40, 10) == (10, 20)
    assert page_cells((100, 100), 10, 40) == (5, 10)
    assert page_cells((1, 1000), 40) == (1, 40)
    for rows, columns in ((5, 9), (24, 50), (7, 11)):
        assert page_cells((12 * rows, 6 * columns), columns) == (rows, columns)


def test_a_page_that_is_too_large_is_refused() -> None:
    with pytest.raises(ArtError, match="the page would have 5000 rows of 10 columns"):
        page_cells((1000, 1), 10)


def test_given_lines_are_taken_as_they_are() -> None:
    picture = line_picture(CAT)

    lines = find_lines(from_array(picture), CAT.shape, kind="given")

    assert lines.clean
    assert lines.cells == CAT.shape
    assert np.array_equal(lines.strength > 0, picture == 0)


@pytest.mark.parametrize("factor", [2, 3])
def test_given_lines_of_another_size_do_not_break(factor: int) -> None:
    picture = np.full((12 * 10, 6 * 20), 255, np.uint8)
    picture[60, 5:115] = picture[5:115, 60] = 0

    lines = find_lines(from_array(picture), (10 // factor, 20 // factor), kind="given")

    assert not lines.clean
    assert label(lines.strength > 0, np.ones((3, 3)))[1] == 1


def test_a_drawing_is_told_from_a_photo() -> None:
    assert judge(from_image(house())).kind == "strokes"
    assert judge(from_image(disc(noise=10.0))).kind == "edges"
    gradient = np.tile(np.linspace(0.0, 1.0, 200), (100, 1))
    assert judge(from_array(gradient)).kind == "edges"
    assert judge(from_array(1.0 - np.asarray(house()) / 255.0)).kind == "strokes"


def test_a_sketch_that_was_photographed_is_a_drawing() -> None:
    light = np.linspace(0.45, 0.85, 240)[None, :] * np.ones((240, 1))
    noise = 0.01 * np.random.default_rng(0).standard_normal((240, 240))
    sketch = from_array(np.where(np.asarray(house()) < 128, 0.3 * light, light) + noise)

    lines = find_lines(sketch, (20, 40))

    assert lines.kind == "strokes"
    assert "uneven light" in lines.reason
    assert label(lines.strength == 0)[1] == 4


def test_strokes_are_thinned_and_keep_their_topology() -> None:
    lines = find_lines(from_image(house(480, pen=10)), (20, 40), kind="auto")

    drawn = lines.strength > 0
    assert lines.kind == "strokes"
    assert label(drawn, np.ones((3, 3)))[1] == 1
    assert label(~drawn)[1] == 4  # outside, roof, wall, door
    assert drawn.mean() < 0.05


def test_light_strokes_on_dark_paper_are_the_same() -> None:
    dark = from_array(255 - np.asarray(house()))

    lines, expected = (find_lines(one, (20, 40), kind="strokes") for one in (dark, from_image(house())))

    assert (lines.strength != expected.strength).mean() < 0.01


def test_solid_areas_become_outlines() -> None:
    picture = np.full((240, 240), 255, np.uint8)
    picture[60:180, 60:180] = 0

    drawn = find_lines(from_array(picture), (20, 40), kind="strokes").strength > 0

    assert not drawn[100:140, 100:140].any()
    assert label(~drawn)[1] == 2


def test_edges_follow_a_contour_through_noise() -> None:
    lines = find_lines(from_image(disc(noise=15.0)), (20, 40), kind="edges")

    y, x = np.nonzero(lines.strength)
    radius = np.hypot(y - 120, x - 120)
    assert len(y) > 300
    assert (np.abs(radius - 80) < 4).mean() > 0.95


def test_texture_is_left_out_and_detail_brings_it_back() -> None:
    texture = 128 + 25 * np.random.default_rng(0).standard_normal((120, 240)).repeat(2, 0)
    picture = texture.clip(0, 255).astype(np.uint8)
    picture[:, :80] = np.clip(picture[:, :80].astype(int) - 100, 0, 255)

    few, many = (
        find_lines(from_array(picture), (20, 40), kind="edges", detail=detail).strength > 0 for detail in (0.2, 1.0)
    )

    assert few[:, 70:90].any(axis=1).mean() > 0.7  # the border between the two halves
    assert few[:, 100:].mean() < 0.01
    assert many.sum() > 2 * few.sum()


@pytest.mark.parametrize("kind", ["auto", "edges", "strokes", "given"])
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (30, 30)])
def test_blank_and_tiny_pictures_have_no_lines(kind: Kind, size: tuple[int, int]) -> None:
    lines = find_lines(from_array(np.full(size, 255, np.uint8)), page_cells(size, 8), kind=kind)

    assert not lines.strength.any()


@pytest.mark.parametrize("kind", ["edges", "strokes", "given"])
def test_lines_are_the_same_every_time(kind: Kind) -> None:
    picture = from_image(disc(noise=20.0))

    first, second = (find_lines(picture, (10, 20), kind=kind).strength for _ in range(2))

    assert np.array_equal(first, second)
