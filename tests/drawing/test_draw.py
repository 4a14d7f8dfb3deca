import numpy as np
import pytest
from tracers import CAT, disc, house, line_picture, taught_tracer, tiny_tracer

from asciivae.drawing.draw import DrawConfig, draw_picture, stages
from asciivae.drawing.fit import warped, with_offset
from asciivae.drawing.likeness import line_distance
from asciivae.drawing.lines import find_lines
from asciivae.drawing.picture import from_array, from_image
from asciivae.drawing.shade import shade, with_lines_on_top
from asciivae.errors import ArtError, UsageError
from asciivae.render.glyphs import atlas
from asciivae.text.charset import SPACE


def test_given_lines_are_traced_cell_for_cell() -> None:
    picture = from_array(line_picture(CAT))

    drawn = draw_picture(taught_tracer(), picture, DrawConfig(width=CAT.shape[1], lines="given"))

    assert drawn.grid.shape == CAT.shape
    assert drawn.lines.clean
    assert (drawn.grid == CAT).mean() > 0.9
    assert drawn.distance == pytest.approx(line_distance(drawn.grid, drawn.lines))
    assert drawn.text.count("\n") == CAT.shape[0]


def test_search_comes_nearer_to_the_lines() -> None:
    picture = from_image(house())

    decoded, searched = (draw_picture(taught_tracer(), picture, DrawConfig(width=30, search=s)) for s in (False, True))

    assert searched.distance < decoded.distance
    assert searched.grid.shape == (15, 30)


def test_the_same_picture_and_seed_give_the_same_page_and_another_seed_another() -> None:
    picture = from_image(house())

    pages = [draw_picture(tiny_tracer(), picture, DrawConfig(width=20, seed=seed)).text for seed in (0, 0, 1, 1, 2)]

    assert pages[0] == pages[1]
    assert pages[2] == pages[3]
    assert len(set(pages)) == 3


@pytest.mark.parametrize("fit", [False, True])
def test_progress_is_told_as_announced(fit: bool) -> None:
    ticks: list[int] = []
    config = DrawConfig(width=16, fit=fit)

    draw_picture(tiny_tracer(), from_image(house()), config, tick=lambda: ticks.append(1))

    assert len(ticks) == stages(config)


def test_a_picture_without_lines_is_an_error_and_can_still_be_shaded() -> None:
    grey = from_array(np.full((60, 60), 90, np.uint8), name="grey.png")

    with pytest.raises(ArtError, match="no line was found") as caught:
        draw_picture(tiny_tracer(), grey, DrawConfig(width=10))
    shaded = draw_picture(tiny_tracer(), grey, DrawConfig(width=10, style="shade"))

    assert caught.value.place == "grey.png"
    assert (shaded.grid != SPACE).all()
    with pytest.raises(ArtError, match="blank"):
        draw_picture(tiny_tracer(), from_array(np.ones((9, 9))), DrawConfig(width=9, style="shade"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("width", 0), ("height", 513), ("detail", 1.5), ("lines", "best"), ("style", "ink"), ("seed", -1)],
)
def test_values_out_of_range_are_refused(name: str, value: object) -> None:
    with pytest.raises(UsageError) as caught:
        DrawConfig(**{name: value})  # type: ignore[arg-type]

    assert caught.value.place == name


def test_shading_follows_the_tones() -> None:
    ramp = np.tile(np.linspace(0.0, 1.0, 6 * 40, dtype=np.float32), (12 * 8, 1))

    page = shade(ramp, (8, 40))

    ink = 1.0 - atlas(res=(12, 6)).numpy().mean(axis=(1, 2))[page].mean(axis=0)
    assert ink[:8].mean() > 1.5 * ink[16:24].mean() > 3 * ink[34:].mean()
    assert np.array_equal(page, shade(ramp, (8, 40)))


def test_shading_has_structure() -> None:
    page = np.ones((12 * 5, 6 * 9), np.float32)
    page[:, 26:28] = 0.0

    column = shade(page, (5, 9))[:, 4]

    assert (column != SPACE).all()
    assert with_lines_on_top(shade(page, (5, 9)), np.full((5, 9), 7, np.uint8)).min() == 7


def test_fitting_moves_lines_by_bounded_steps_only() -> None:
    lines = find_lines(from_image(disc()), (12, 24), kind="edges")
    drawn = draw_picture(tiny_tracer(), from_image(disc()), DrawConfig(width=24)).grid

    offset = with_offset(tiny_tracer(), lines)
    moved = warped(lines, drawn)

    assert offset.strength.shape == moved.strength.shape == lines.strength.shape
    assert not moved.clean
    from scipy.ndimage import distance_transform_edt

    away = distance_transform_edt(lines.strength == 0)
    assert away[moved.strength > 0].max() <= 6.0
    assert (moved.strength > 0).sum() > 0.7 * (lines.strength > 0).sum()


def test_fitting_does_not_end_farther_from_the_lines_that_it_moved() -> None:
    picture = from_image(house())

    plain, fitted = (draw_picture(tiny_tracer(), picture, DrawConfig(width=30, fit=fit)) for fit in (False, True))

    assert fitted.distance < plain.distance + 0.01
