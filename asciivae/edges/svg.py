"""The contour of a page as SVG: one `<path>` per shape, with Z for closed lines."""

from __future__ import annotations

from collections import defaultdict

from asciivae.edges.contours import Polyline
from asciivae.edges.pipeline import Edges

SCALE = 10
"""Pixels per cell width at the picture's natural size."""

STROKE = 0.25
"""The width of the lines, in cell widths."""


def svg(edges: Edges) -> str:
    """Draw the lines of a page; the unit of its coordinates is the cell width, a cell is 1 × 2."""
    rows, columns = edges.size
    width, height = columns, 2 * rows
    shapes: dict[int, list[Polyline]] = defaultdict(list)
    for line in edges.lines:
        shapes[line.shape].append(line)
    paths = "".join(f'  <path d="{" ".join(map(_commands, shapes[number]))}"/>\n' for number in sorted(shapes))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * SCALE}" height="{height * SCALE}" '
        f'viewBox="0 0 {width} {height}">\n'
        f'<rect width="{width}" height="{height}" fill="white"/>\n'
        f'<g fill="none" stroke="black" stroke-width="{STROKE}" stroke-linecap="round" stroke-linejoin="round">\n'
        f"{paths}</g>\n</svg>\n"
    )


def _commands(line: Polyline) -> str:
    points = [f"{x:.2f},{y:.2f}" for x, y in line.points]
    if len(points) == 1:
        return f"M{points[0]}h0"  # a line of length 0, a dot with round caps
    return f"M{'L'.join(points)}{'Z' if line.closed else ''}"
