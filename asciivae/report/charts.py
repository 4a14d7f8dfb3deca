"""Charts by matplotlib: as inline SVG in the colours of an HTML page, or on the axes of a figure."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0b62c4", "#c2410c", "#15803d", "#9333ea", "#a16207", "#be185d")
"""The colours of the series, repeated if there are more series."""
INK, FAINT, RULE = "#1b1f24", "#6a737d", "#d9dee3"
VARIABLES = {INK: "ink", FAINT: "faint", RULE: "rule", **{colour: f"c{n}" for n, colour in enumerate(COLOURS)}}
"""CSS variables that replace the colours in an SVG, so that it follows the page's dark mode."""

MOST_POINTS = 500
"""Maximum number of points of a line; longer ones are subsampled."""
LARGEST = 1e100
"""Larger values are not drawn, since the length of an axis would overflow."""
BINS = 20


class Line(NamedTuple):
    """A line, or a series of dots: its label, the number of its colour, and its points (x, y)."""

    label: str
    number: int
    points: Sequence[tuple[float, float]]
    dots: bool = False


def draw_lines(axes: Axes, title: str, lines: Sequence[Line], across: str) -> None:
    """Draw lines over an x axis from 0 with the label `across`."""
    for label, number, points, dots in lines:
        if points:
            xs, ys = zip(*points[:: -(-len(points) // MOST_POINTS)], strict=True)
            style = {"marker": "o", "linestyle": "none", "markersize": 3} if dots else {"linewidth": 1.1}
            axes.plot(xs, ys, color=_colour(number), label=plain(label), **style)
    axes.set_xlim(0, max(1, *axes.get_xlim()))
    _style(axes, title, across)


def draw_histogram(axes: Axes, title: str, values: Sequence[Sequence[float]]) -> None:
    """Draw a histogram of scores in [0, 1] with 20 bins, one outline per series."""
    for number, own in enumerate(values):
        counts, edges = np.histogram(np.clip(own, 0, 1), BINS, (0, 1))
        axes.stairs(counts, edges, color=_colour(number), linewidth=1.1)
        axes.stairs(counts, edges, color=_colour(number), alpha=0.18, fill=True)
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    _style(axes, title, "score of a piece")


def svg(title: str, draw: Callable[[Axes], None]) -> str:
    """Draw a chart as an inline `<svg>` element without URLs or ids."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    buffer = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "asciivae", "font.family": "DejaVu Sans"}):
        figure = Figure(figsize=(4.4, 2.4), layout="constrained")
        draw(figure.add_subplot())
        unsaid = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=unsaid)
    text = buffer.getvalue()
    box = re.search(r'viewBox="[-0-9. ]+"', text)
    assert box is not None
    content = re.sub(r'<g id="[^"]*">', "<g>", text[text.index("</defs>") + len("</defs>") :])
    content = re.sub(
        r"(?<=: )#[0-9a-f]{6}\b",
        lambda found: f"var(--{VARIABLES[found[0]]})" if found[0] in VARIABLES else found[0],
        content.replace("xlink:href", "href"),
    )
    return f'<svg {box[0]} role="img" aria-label="{escaped(title)}">{content.strip()}'


def is_drawable(value: float) -> bool:
    """Whether a value is finite and at most ±`LARGEST`."""
    return abs(value) <= LARGEST


def readable(text: str) -> str:
    """Untrusted text as one line; characters that are not printable become replacement characters."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def plain(text: str) -> str:
    r"""Untrusted text for matplotlib, with `$` escaped, which would start a formula."""
    return readable(text).replace("$", r"\$")


def escaped(text: str) -> str:
    """Untrusted text, escaped for an HTML attribute."""
    from html import escape

    return escape(readable(text))


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _style(axes: Axes, title: str, across: str) -> None:
    axes.set_title(plain(title), loc="left", color=INK, fontsize=9, fontweight="bold")
    axes.set_xlabel(plain(across), loc="right", color=FAINT, fontsize=7.5)
    axes.tick_params(length=0, labelcolor=FAINT, labelsize=7.5)
    axes.yaxis.get_offset_text().set(color=FAINT, fontsize=7.5)
    axes.xaxis.get_offset_text().set(color=FAINT, fontsize=7.5)
    axes.spines[:].set_visible(False)
    axes.grid(axis="y", color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
