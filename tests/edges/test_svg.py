"""Contours as SVG."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from named_shapes import ELLIPSE, SHAPES

from asciivae.edges import find_edges
from asciivae.edges.svg import svg


def test_svg_has_one_path_per_shape_closed_where_the_shape_is() -> None:
    document = svg(find_edges(SHAPES["two boxes"].grid))
    paths = ElementTree.fromstring(document).findall(".//{http://www.w3.org/2000/svg}path")
    assert [path.get("d", "").count("Z") for path in paths] == [1, 1]
    assert svg(find_edges(ELLIPSE.grid)).count("Z") == 1
    assert svg(find_edges(SHAPES["open box"].grid)).count("Z") == 0


def test_svg_coordinates_lie_on_the_page() -> None:
    document = svg(find_edges(ELLIPSE.grid))
    points = np.array([[float(n) for n in p] for p in re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", document)])
    rows, columns = ELLIPSE.grid.shape
    assert (points >= 0).all()
    assert (points <= (columns, 2 * rows)).all()
    assert points[:, 0].min() == pytest.approx(14.5, abs=1.0)  # the left end of the drawing, column 14
