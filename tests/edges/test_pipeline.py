import time
from typing import Any, Literal
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from named_shapes import ELLIPSE, SHAPES

from asciivae.edges import METHODS, Edges, EdgeSettings, Method, find_edges
from asciivae.edges.svg import svg
from asciivae.errors import ArtError

BLANK = np.zeros((7, 11), np.uint8)


def found(shape: str, settings: EdgeSettings) -> tuple[int, int]:
    edges = find_edges(SHAPES[shape].grid, settings)
    return edges.components, edges.holes


# In a square cell of nine pixels these dashes are nearer to each other than the gap that is bridged.
CASES = [((14, 7), shape) for shape in SHAPES] + [((9, 9), shape) for shape in SHAPES if "dashes" not in shape]


@pytest.mark.parametrize(("res", "shape"), CASES)
def test_joined_shapes_have_the_parts_and_holes_that_a_person_sees(res: tuple[int, int], shape: str) -> None:
    assert found(shape, EdgeSettings(res=res)) == (SHAPES[shape].components, SHAPES[shape].holes)


def test_the_ellipse_of_the_log_is_one_closed_line() -> None:
    edges = find_edges(ELLIPSE.grid)
    assert (edges.components, edges.holes, edges.closed) == (1, 1, 1)
    (line,) = edges.lines
    assert line.closed
    assert 10 <= len(line.points) <= 40
    assert distance_to_ink(edges, ELLIPSE.grid, line.points) <= 1.0


def distance_to_ink(edges: Edges, grid: np.ndarray, points: np.ndarray) -> float:
    """The largest distance of a point from the nearest ink, in cell widths."""
    from asciivae.edges.views import page_picture

    rows, columns = np.nonzero(page_picture(grid, edges.settings.res) < 0.75)
    ink = (np.stack([columns, rows], axis=1) + 0.5) / edges.settings.unit[::-1]
    return float(np.linalg.norm(points[:, None] - ink[None], axis=2).min(axis=1).max())


def test_the_other_methods_leave_the_ellipse_in_pieces() -> None:
    parts = {m: find_edges(ELLIPSE.grid, EdgeSettings(method=m)).components for m in METHODS if m != "joined"}
    assert parts["log"] >= 10
    assert all(parts[method] > 1 for method in parts)


@pytest.mark.parametrize("shape", [name for name, s in SHAPES.items() if (s.components, s.holes) == (1, 1)])
def test_a_single_loop_is_a_single_closed_line(shape: str) -> None:
    assert [line.closed for line in find_edges(SHAPES[shape].grid).lines] == [True]


def test_an_open_shape_has_open_lines_only() -> None:
    edges = find_edges(SHAPES["open box"].grid)
    assert [line.closed for line in edges.lines] == [False]
    assert edges.closed == 0


def test_shading_gives_its_outline_or_its_skeleton() -> None:
    grid = SHAPES["block"].grid
    (outline,) = find_edges(grid).lines
    assert outline.closed
    # 6 cells by 4 cells of twice the width, a little larger for the strokes of the join.
    assert outline.length == pytest.approx(2 * (6 + 8), rel=0.15)
    assert not any(line.closed for line in find_edges(grid, EdgeSettings(fill="skeleton")).lines)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "grid", [BLANK, BLANK[:1, :1], BLANK[:0, :0], BLANK + 3, BLANK[:1, :1] + 33], ids=lambda g: str(g.sum())
)
def test_degenerate_pages_are_no_errors(method: Method, grid: np.ndarray) -> None:
    edges = find_edges(grid, EdgeSettings(method=method))
    ElementTree.fromstring(svg(edges))
    if not grid.any():
        assert (edges.components, edges.holes, edges.closed, edges.lines) == (0, 0, 0, [])


def test_a_line_along_the_border_of_the_page_is_whole() -> None:
    grid = SHAPES["box"].grid[1:, 2:]
    assert (find_edges(grid).components, find_edges(grid).holes) == (1, 1)


def test_length_counts_cell_widths() -> None:
    line = np.full((1, 20), ord("-") - 32, np.uint8)
    assert find_edges(line).length == pytest.approx(20, abs=2)
    assert find_edges(line.T.copy()).length < 0.5 * 20  # dashes one above another stay apart
    bar = np.full((10, 1), ord("|") - 32, np.uint8)
    assert find_edges(bar).length == pytest.approx(20, abs=2)


def test_a_page_too_large_is_refused_with_a_way_out() -> None:
    with pytest.raises(ArtError) as caught:
        find_edges(np.zeros((300, 300), np.uint8))
    assert str(caught.value) == (
        "a page of 300 × 300 characters is too large for edge detection\n\n"
        "hint: crop it, or use fewer pixels than 14x7 per character"
    )


@pytest.mark.parametrize(
    ("options", "complaint"), [({"size": 4}, "odd"), ({"sigma": 0.0}, "positive"), ({"gap": -1.0}, "positive")]
)
def test_settings_without_a_meaning_are_refused(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        EdgeSettings(**options)


def test_a_dot_is_drawn() -> None:
    assert svg(find_edges(SHAPES["dots"].grid)).count("h0") == 3


@pytest.mark.slow
def test_a_large_page_takes_two_seconds_at_most() -> None:
    box = np.pad(SHAPES["nested"].grid[1:], ((0, 1), (0, 2)))
    page = np.tile(box, (8, 4))[:64, :64]
    find_edges(page[:8])
    began = time.process_time()
    svg(find_edges(page))
    assert time.process_time() - began <= 2.0


@given(
    arrays(
        np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.sampled_from([0, 0, 0, 13, 15, 60, 92])
    ),
    st.sampled_from(["outline", "skeleton"]),
)
@settings(deadline=None, max_examples=60)
def test_every_shape_has_a_line_and_every_line_a_shape(grid: np.ndarray, fill: Literal["outline", "skeleton"]) -> None:
    edges = find_edges(grid, EdgeSettings(fill=fill))
    assert {line.shape for line in edges.lines} == set(range(1, edges.components + 1))
    assert edges.closed <= min(edges.components, edges.holes)
