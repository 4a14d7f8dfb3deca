"""Charts by matplotlib: as SVG with the colours of the page around it, or side by side in a PNG file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0b62c4", "#c2410c", "#15803d", "#9333ea", "#a16207", "#be185d")
"""The colours of the series; with more series they begin again."""
INK, FAINT, RULE = "#1b1f24", "#6a737d", "#d9dee3"
VARIABLES = {INK: "ink", FAINT: "faint", RULE: "rule", **{colour: f"c{n}" for n, colour in enumerate(COLOURS)}}
"""The CSS variable that takes the place of each colour in an SVG, so that dark pages can have their own."""

MOST_POINTS = 500
"""A line is drawn through no more points than this."""
LARGEST = 1e100
"""Beyond it floats cannot tell how long an axis is."""
BINS = 20


class Line(NamedTuple):
    """One line, or one row of dots: what it is called, which colour it has, its points (x, y)."""

    label: str
    number: int
    points: Sequence[tuple[float, float]]
    dots: bool = False


def draw_lines(axes: Axes, title: str, lines: Sequence[Line], across: str) -> None:
    """Draw lines over an axis from 0; `across` says what that counts."""
    for label, number, points, dots in lines:
        if points:
            xs, ys = zip(*points[:: -(-len(points) // MOST_POINTS)], strict=True)
            style = {"marker": "o", "linestyle": "none", "markersize": 3} if dots else {"linewidth": 1.1}
            axes.plot(xs, ys, color=_colour(number), label=plain(label), **style)
    axes.set_xlim(0, max(1, *axes.get_xlim()))
    _style(axes, title, across)


def draw_histogram(axes: Axes, title: str, values: Sequence[Sequence[float]]) -> None:
    """Draw how often scores of pieces in [0, 1] fall into each of twenty parts of that, one outline per series."""
    for number, own in enumerate(values):
        counts, edges = np.histogram(np.clip(own, 0, 1), BINS, (0, 1))
        axes.stairs(counts, edges, color=_colour(number), linewidth=1.1)
        axes.stairs(counts, edges, color=_colour(number), alpha=0.18, fill=True)
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    _style(axes, title, "score of a piece")


def svg(title: str, draw: Callable[[Axes], None]) -> str:
    """A chart for a page that fetches nothing: an `<svg>` element without addresses and without names of its own."""
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


def can_be_drawn(value: float) -> bool:
    """Whether it is a number up to ±`LARGEST`: neither NaN nor infinite."""
    return abs(value) <= LARGEST


def readable(text: str) -> str:
    """Text from anywhere on one line; what no picture or page may hold becomes a replacement character."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def plain(text: str) -> str:
    r"""Text that matplotlib draws as it is: between two `$` it would read formulas, `\$` is one of these signs."""
    return readable(text).replace("$", r"\$")


def escaped(text: str) -> str:
    """Text from anywhere, for an attribute."""
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
