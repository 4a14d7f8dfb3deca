import numpy as np
from named_shapes import ELLIPSE, SHAPES

from asciivae.edges import find_edges
from asciivae.edges.views import contour_picture, contour_text, figure, page_picture, strength_picture
from asciivae.text.art import to_text

BLANK = np.zeros((3, 5), np.uint8)


def test_the_contour_drawn_back_as_characters_is_the_shape() -> None:
    assert to_text(contour_text(find_edges(ELLIPSE.grid))) == (
        "\n"
        "                  _.-------._\n"
        "                 /'          |\n"
        "                /            |\n"
        "               /              \\\n"
        "              /               |\n"
        "              \\______________/\n"
    )


def test_a_drawing_made_of_lines_comes_back_as_it_was() -> None:
    grid = SHAPES["slashes"].grid
    np.testing.assert_array_equal(contour_text(find_edges(grid)), grid)


def test_a_blank_page_stays_blank() -> None:
    edges = find_edges(BLANK)
    assert not contour_text(edges).any()
    assert contour_picture(edges).min() > 0.99
    assert strength_picture(edges).min() > 0.99


def test_pictures_have_the_size_of_the_page_and_contours_are_dark() -> None:
    edges = find_edges(ELLIPSE.grid)
    rows, columns = ELLIPSE.grid.shape
    for picture in (contour_picture(edges), strength_picture(edges), page_picture(ELLIPSE.grid)):
        assert picture.shape == (14 * rows, 7 * columns)
        assert picture.min() >= 0
        assert picture.max() <= 1
    line = contour_picture(edges) == 0
    assert line.any()
    assert (strength_picture(edges)[line] < 0.5).all()


def test_a_figure_holds_its_panels_in_rows() -> None:
    small, large = np.zeros((10, 20), np.float32), np.ones((30, 5), np.float32)
    image = figure([[small, large], [large]], scale=2)
    assert image.size == (2 * (8 + 20 + 8 + 5 + 8), 2 * (8 + 30 + 8 + 30 + 8))
    pixels = np.asarray(image)
    assert (pixels[16:36, 16:56] == 0).all()
    assert (pixels == 0).sum() == 4 * 10 * 20


def test_titles_stand_above_the_panels_and_a_line_divides_the_rows() -> None:
    panel = np.ones((10, 35), np.float32)
    image = np.asarray(figure([[panel, panel], [panel]], titles=[["one", "two"], ["much longer"]]))
    assert image.shape == (8 + 28 + 8 + 28 + 8, 8 + 35 + 8 + 35 + 8)
    assert (image[10:24, 8:29] < 128).any()
    assert (image[44, 8:43] == 0).all()  # the line
    assert not (image[8, 8:43] == 0).any()  # and none above the first row
    assert (image[46:60, 8:43] < 128).any()
    assert (image[24:36] == 255).all()
