"""Charts are well-formed, fetch nothing, take any text and any number, and have the colours of their page."""

import re
from functools import partial
from typing import Any
from xml.etree import ElementTree

import pytest

from asciivae.report.charts import COLOURS, LARGEST, MOST_POINTS, Line, draw_histogram, draw_lines, is_drawable, svg


def chart(*lines: Line, title: str = "loss") -> str:
    return svg(title, partial(draw_lines, title=title, lines=lines, across="step"))


def axes_of_a_figure() -> Any:
    from matplotlib.figure import Figure

    return Figure().add_subplot()


def drawn(*lines: Line) -> Any:
    axes = axes_of_a_figure()
    draw_lines(axes, "loss", lines, "step")
    return axes


def test_lines_and_dots_have_their_points_and_colours() -> None:
    axes = drawn(Line("a", 0, [(0, 8.0), (50, 3.0)]), Line("b", 7, [(5, 0.25)], dots=True), Line("c", 2, []))
    line, dots = axes.lines

    assert [list(values) for values in line.get_data()] == [[0, 50], [8, 3]]
    assert (line.get_color(), dots.get_color()) == (COLOURS[0], COLOURS[1])
    assert (line.get_marker(), dots.get_marker(), dots.get_linestyle()) == ("None", "o", "None")
    assert axes.get_xlim()[0] == 0
    assert drawn(Line("a", 0, [(0, 1.0)])).get_xlim() == (0, 1)


def test_long_lines_are_thinned() -> None:
    (line,) = drawn(Line("a", 0, [(x, 1 / (x + 1)) for x in range(10_000)])).lines

    assert MOST_POINTS / 2 < len(line.get_xdata()) <= MOST_POINTS


@pytest.mark.parametrize("title", ["loss", "<a\x1b\udcff>&\"'", r"$\frac{$", "--c0: #0b62c4"])
def test_an_svg_fits_into_any_page(title: str) -> None:
    text = chart(Line(title, 0, [(0, 8.0), (50, 3.0)]), Line(title, 1, [(5, 0.25)], dots=True), title=title)
    root = ElementTree.fromstring(text)

    assert not re.search(r"https?:|xmlns|<style|<script|url\((?!#)", text)
    assert {"var(--c0)", "var(--c1)", "var(--ink)", "var(--faint)", "var(--rule)"} <= set(
        re.findall(r"var\(--\w+\)", text)
    )
    shown = title.replace("\x1b", "\ufffd").replace("\udcff", "\ufffd")
    assert root.attrib["aria-label"] == shown
    assert shown.replace("#0b62c4", "var(--c0)") in [element.text for element in root.iter("text")]
    assert text == chart(Line(title, 0, [(0, 8.0), (50, 3.0)]), Line(title, 1, [(5, 0.25)], dots=True), title=title)


@pytest.mark.parametrize(
    "values",
    [
        *([0.0], [5.0, 5.0], [1e-9, 2e9], [-3.0, 4.0]),
        *([0.0, 5e-324], [1e-310, 3e-310], [1.0, 1.0 + 3e-16], [1e100, 1e100], [-1e100, 1e100]),
    ],
)
def test_any_range_has_a_few_ticks(values: list[float]) -> None:
    root = ElementTree.fromstring(chart(Line("x", 0, list(enumerate(values)))))
    assert 2 <= len(list(root.iter("text"))) <= 30
    assert "nan" not in ElementTree.tostring(root, "unicode").lower()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e308, 10**400])
def test_what_no_axis_can_show_is_not_drawn(value: float) -> None:
    assert not is_drawable(value)
    assert is_drawable(-LARGEST)


def test_a_histogram_is_as_high_as_pieces_are_many() -> None:
    axes = axes_of_a_figure()
    draw_histogram(axes, "f1", [[0.0, 0.01, 0.5, 1.0, 1.2], [0.5, 0.5]])
    one, _, other, _ = (patch.get_data() for patch in axes.patches)

    assert list(one.values) == [2, *[0] * 9, 1, *[0] * 8, 2]
    assert other.values[10] == other.values.sum() == 2
    assert axes.get_xlim() == (0, 1)
    assert axes.get_ylim()[0] == 0
