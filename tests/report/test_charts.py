"""Charts are well-formed, escaped, and put things where their values are."""

from xml.etree import ElementTree

import pytest

from asciivae.report.charts import BOTTOM, HEIGHT, LEFT, MOST_POINTS, RIGHT, TOP, WIDTH, Line, histogram, line_chart


def points_of(svg: str, tag: str) -> list[list[tuple[float, float]]]:
    found = ElementTree.fromstring(svg).iter(tag)
    return [[tuple(map(float, pair.split(","))) for pair in one.attrib["points"].split()] for one in found]  # type: ignore[misc]


def test_a_line_goes_from_corner_to_corner() -> None:
    ((first, *_, last),) = points_of(
        line_chart("loss", [Line("a", 0, [(0, 8.0), (50, 3.0), (100, 1.0)])], "step"), "polyline"
    )

    assert first == (LEFT, TOP)
    assert last == (WIDTH - RIGHT, HEIGHT - BOTTOM)


def test_dots_say_what_they_are() -> None:
    svg = ElementTree.fromstring(line_chart("f1", [Line("<a\x1b\udcff>", 7, [(5, 0.25)], dots=True)], "step"))
    assert [title.text for title in svg.iter("title")] == ["<a\ufffd\ufffd>: 0.25 at 5"]
    assert [group.attrib["fill"] for group in svg.iter("g")] == ["var(--c1)"]


def test_long_lines_are_thinned_and_what_is_not_finite_is_passed_over() -> None:
    steps = [(float(x), float("nan") if x == 3 else 1.0 / (x + 1)) for x in range(10_000)]
    (line,) = points_of(line_chart("loss", [Line("a", 0, steps)], "step"), "polyline")

    assert MOST_POINTS / 2 < len(line) <= MOST_POINTS
    assert line_chart("loss", [Line("a", 0, [(1, float("inf")), (2, -1e308)])], "step") == ""


@pytest.mark.parametrize(
    "values",
    [
        *([0.0], [5.0, 5.0], [1e-9, 2e9], [-3.0, 4.0]),
        *([0.0, 5e-324], [1e-310, 3e-310], [1.0, 1.0 + 3e-16], [1e100, 1e100], [-1e100, 1e100], [0.0, 1e308, 1.0]),
    ],
)
def test_any_range_has_a_few_round_ticks(values: list[float]) -> None:
    svg = ElementTree.fromstring(line_chart("x", [Line("a", 0, list(enumerate(values)))], "step"))
    ticks = [text.text for text in svg.iter("text") if text.attrib.get("text-anchor") == "end"]
    assert 3 <= len(ticks) <= 8
    (line,) = points_of(line_chart("x", [Line("a", 0, list(enumerate(values)))], "step"), "polyline")
    assert all(TOP <= y <= HEIGHT - BOTTOM for _, y in line)


def test_a_histogram_is_as_high_as_pieces_are_many() -> None:
    one, other = points_of(histogram("f1", [[0.0, 0.01, 0.5, 1.0], [0.5, 0.5]], ["a", "b"]), "polygon")
    top = min(y for _, y in one)

    assert top == TOP
    assert sum(y == TOP for _, y in one) == 2  # the two corners of the first bar
    assert min(y for _, y in other) == TOP
    assert one[0] == (LEFT, HEIGHT - BOTTOM)
    assert one[-1] == (WIDTH - RIGHT, HEIGHT - BOTTOM)
    assert one[-2][1] == pytest.approx((TOP + HEIGHT - BOTTOM) / 2)  # the last part holds 1.0 itself
