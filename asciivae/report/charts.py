"""Charts as SVG for a page that fetches nothing and runs nothing; their colours are the page's (`--c0`, `--c1` …)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 420, 230
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 26, 30
"""The plot's margins in an SVG of WIDTH × HEIGHT units; a number may stand half outside on the right."""

COLOURS = 6
"""How many colours the page has; more series than that begin again."""

MOST_POINTS = 300
"""A line is drawn through no more points than this."""

LARGEST = 1e100
"""Beyond it floats cannot tell how long an axis is."""
SMALLEST_RANGE = 1e-100

BINS = 20


class Line(NamedTuple):
    """One line, or one row of dots: what it is called, which colour it has, its points (x, y)."""

    label: str
    number: int
    points: Sequence[tuple[float, float]]
    dots: bool = False


def line_chart(title: str, lines: Sequence[Line], across: str) -> str:
    """Draw lines over an axis from 0; `across` says what that counts. Values beyond ±`LARGEST` are passed over."""
    drawable = [line._replace(points=[p for p in line.points if can_be_drawn(p[1])]) for line in lines]
    xs = [x for line in drawable for x, _ in line.points]
    ys = [y for line in drawable for _, y in line.points]
    if not ys:
        return ""
    frame = _Frame((0.0, max(1.0, *xs)), _bounds(ys))
    drawn = []
    for label, number, points, dots in drawable:
        thinned = points[:: -(-len(points) // MOST_POINTS) or 1]
        placed = [(frame.x(x), frame.y(y)) for x, y in thinned]
        if dots:
            marks = "".join(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5">'
                f"<title>{escaped(label)}: {value:.4g} at {step:g}</title></circle>"
                for (x, y), (step, value) in zip(placed, thinned, strict=True)
            )
            drawn.append(f'<g fill="var(--c{number % COLOURS})">{marks}</g>')
        elif placed:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
            drawn.append(
                f'<polyline class="line" stroke="var(--c{number % COLOURS})" points="{path}">'
                f"<title>{escaped(label)}</title></polyline>"
            )
    return _svg(title, frame, across, drawn)


def histogram(title: str, values: Sequence[Sequence[float]], labels: Sequence[str]) -> str:
    """Draw how often values in [0, 1] fall into each of twenty parts of that, as one outline per series."""
    counts = [[0] * BINS for _ in values]
    for own, row in zip(values, counts, strict=True):
        for value in own:
            row[min(BINS - 1, max(0, int(value * BINS)))] += 1
    frame = _Frame((0.0, 1.0), (0.0, float(max(1, *(max(row) for row in counts)))))
    drawn = []
    for number, (label, row) in enumerate(zip(labels, counts, strict=True)):
        corners = [(k / BINS, float(n)) for i, n in enumerate(row) for k in (i, i + 1)]
        outline = " ".join(f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in [(0.0, 0.0), *corners, (1.0, 0.0)])
        drawn.append(
            f'<polygon class="bars" stroke="var(--c{number % COLOURS})" fill="var(--c{number % COLOURS})" '
            f'points="{outline}"><title>{escaped(label)}</title></polygon>'
        )
    return _svg(title, frame, "score of a piece", drawn)


def can_be_drawn(value: float) -> bool:
    """Whether it is a number up to ±`LARGEST`: neither NaN nor infinite."""
    return abs(value) <= LARGEST


def readable(text: str) -> str:
    """Text from anywhere on one line; what no picture or page may hold becomes a replacement character."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def escaped(text: str) -> str:
    """Text from anywhere, for HTML and SVG."""
    return escape(readable(text))


class _Frame:
    """Where values go: x to the right, y upwards."""

    def __init__(self, across: tuple[float, float], up: tuple[float, float]) -> None:
        self.across, self.up = across, up

    def x(self, value: float) -> float:
        low, high = self.across
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        low, high = self.up
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _svg(title: str, frame: _Frame, across: str, drawn: Sequence[str]) -> str:
    grid = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{frame.y(at):.1f}" y2="{frame.y(at):.1f}"/>'
        f'<text x="{LEFT - 5}" y="{frame.y(at) + 3.5:.1f}" text-anchor="end">{_number(at)}</text>'
        for at in _ticks(*frame.up)
    ) + "".join(
        f'<text x="{frame.x(at):.1f}" y="{HEIGHT - BOTTOM + 13}" text-anchor="middle">{_number(at)}</text>'
        for at in _ticks(*frame.across)
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escaped(title)}">'
        f'<text class="title" x="{LEFT}" y="15">{escaped(title)}</text>{grid}'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 4}" text-anchor="end">{escaped(across)}</text>'
        f"{''.join(drawn)}</svg>"
    )


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """The least and the largest value; further apart if floats cannot divide what is between them."""
    low, high = min(values), max(values)
    largest = max(-low, high)
    if high - low > max(SMALLEST_RANGE, 1e-12 * largest):
        return low, high
    around = max(0.5, 1e-9 * largest)
    return low - around, high + around


def _ticks(low: float, high: float) -> Iterator[float]:
    """Three to six round numbers between two bounds."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    for number in range(first, math.floor(high / step + 1e-9) + 1):
        yield number * step


def _number(value: float) -> str:
    return f"{value / 1000:g}k" if abs(value) >= 10_000 else f"{value:.4g}"
