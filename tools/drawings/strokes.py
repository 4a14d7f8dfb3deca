"""Strokes: drawing a path with the characters that fit it best.

A path is a list of integer (x, y) in sixteenths of a cell, so that results are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isqrt

from .canvas import MIRROR, Canvas
from .styles import SOFT, Style

FINE = 16
"""Fine units in the width, and in the height, of a cell."""

Path = Sequence[tuple[int, int]]


def sine(degrees: int) -> int:
    """Return a thousand times the sine, by Bhaskara's formula: whole numbers, off by less than two."""
    half, turn = divmod(degrees, 180)
    arch = turn * (180 - turn)
    value = 4000 * arch // (40500 - arch)
    return -value if half % 2 else value


def cosine(degrees: int) -> int:
    """Return a thousand times the cosine."""
    return sine(degrees + 90)


def ellipse(x: int, y: int, wide: int, high: int, start: int = 0, sweep: int = 360) -> list[tuple[int, int]]:
    """Return an arc around (x, y) with half axes `wide` and `high`, clockwise from the right, in degrees."""
    steps = max(24, (wide + high) // 4) * abs(sweep) // 360 + 1
    turns = [start + sweep * step // steps for step in range(steps + 1)]
    return [(x + wide * cosine(turn) // 1000, y + high * sine(turn) // 1000) for turn in turns]


def bend(start: tuple[int, int], pull: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the quadratic Bézier curve from `start` to `end` that leans towards `pull`."""
    steps = 32
    curve = []
    for t in range(steps + 1):
        a, b, c = (steps - t) * (steps - t), 2 * t * (steps - t), t * t
        curve.append(
            (
                (a * start[0] + b * pull[0] + c * end[0]) // (steps * steps),
                (a * start[1] + b * pull[1] + c * end[1]) // (steps * steps),
            )
        )
    return curve


def cells(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the path through the middles of the given cells."""
    return [(x * FINE + FINE // 2, y * FINE + FINE // 2 - 1) for x, y in points]


def _dense(path: Path) -> list[tuple[int, int]]:
    dense = [path[0]]
    for (x0, y0), (x1, y1) in pairwise(path):
        steps = max(abs(x1 - x0), abs(y1 - y0)) // 2
        dense += [(x0 + (x1 - x0) * s // steps, y0 + (y1 - y0) * s // steps) for s in range(1, steps)]
        dense.append((x1, y1))
    return dense


def stroke(canvas: Canvas, path: Path, style: Style = SOFT) -> None:
    """Draw a path: in each cell that it crosses, the character that fits its slope and its height there."""
    points = _dense(path)
    homes = [(x // FINE, y // FINE) for x, y in points]
    start = 0
    while start < len(points):
        end = start + 1
        # A curve that only touches the next cell still belongs to this one.
        while homes[start] in homes[end : end + 5]:
            end += 1
        char = _character(points, start, end, style)
        if char:
            canvas.put(*homes[start], char)
        start = end


def _character(points: Path, start: int, end: int, style: Style) -> str:
    """Return the character for the points from `start` to before `end`, which share a cell; "" if too short."""
    first, last = points[start], points[end - 1]
    before, after = points[max(start - 3, 0)], points[min(end + 2, len(points) - 1)]
    dx, dy = after[0] - before[0], after[1] - before[1]
    across, down = abs(last[0] - first[0]), abs(last[1] - first[1])
    least = 3 if start == 0 or end == len(points) else 6
    if abs(dy) * 4 <= abs(dx) * 3:
        if across < least:
            return ""
        height = sum(y % FINE for _, y in points[start:end]) // (end - start)
        level = height * 4 // FINE
        if abs(dy) * 6 <= abs(dx):
            return style.flat[level]
        return (style.rising if (dx > 0) != (dy > 0) else style.falling)[level]
    if abs(dx) * 5 <= abs(dy) * 2:
        if down < least:
            return ""
        middle = points[(start + end) // 2]
        lean = 2 * middle[0] - before[0] - after[0]
        return style.bulge[0] if lean <= -3 else style.bulge[1] if lean >= 3 else style.upright
    if max(across, down) < least:
        return ""
    return style.slash if (dx > 0) != (dy > 0) else style.backslash


def inside(x: int, y: int, wide: int, high: int) -> list[tuple[int, int]]:
    """Return the cells of an ellipse around the fine point (x, y); half axes in fine units."""
    found = []
    for row in range((y - high) // FINE, (y + high) // FINE + 1):
        rise = row * FINE + FINE // 2 - y
        if abs(rise) < high:
            reach = wide * isqrt(high * high - rise * rise) // high
            found += [(column, row) for column in range((x - reach) // FINE, (x + reach) // FINE + 1)]
    return found


def blob(canvas: Canvas, x: int, y: int, wide: int, high: int, style: Style = SOFT, texture: str = " ") -> None:
    """Draw an ellipse, filled with `texture`, around the fine point (x, y); half axes in fine units.

    It comes out symmetric if `x` is the middle or the edge of a cell.
    """
    for column, row in inside(x, y, wide, high):
        canvas.put(column, row, texture[(column + row) % len(texture)])
    arc = Canvas()
    stroke(arc, ellipse(x, y, wide, high, -110, 220), style)
    right = {cell: char for cell, char in arc.cells.items() if cell[0] >= x // FINE}
    rows = {row for _, row in right}
    for row in range(min(rows), max(rows) + 1):
        if row not in rows:  # the side only touches the cells where the ellipse is widest, too briefly for a character
            right[max(column for column, near in right if abs(near - row) == 1), row] = style.bulge[1]
    for (column, row), char in right.items():
        canvas.put(2 * x // FINE - 1 - column, row, char.translate(MIRROR))
        canvas.put(column, row, char)


def line(canvas: Canvas, x0: int, y0: int, x1: int, y1: int, style: Style = SOFT) -> None:
    """Draw a straight stroke between the middles of two cells."""
    stroke(canvas, cells([(x0, y0), (x1, y1)]), style)


def box(canvas: Canvas, x: int, y: int, width: int, height: int, style: Style = SOFT, texture: str = " ") -> None:
    """Draw a box of `width` × `height` cells, frame included, and fill it with `texture`."""
    right, bottom = x + width - 1, y + height - 1
    top_edge, side, bottom_edge = tuple(style.edges)
    canvas.fill(x + 1, y + 1, right - 1, bottom - 1, texture)
    for column in range(x + 1, right):
        canvas.put(column, y, top_edge)
        canvas.put(column, bottom, bottom_edge)
    for row in range(y + 1, bottom):
        canvas.put(x, row, side)
        canvas.put(right, row, side)
    for (column, row), corner in zip(((x, y), (right, y), (x, bottom), (right, bottom)), style.corners, strict=True):
        canvas.put(column, row, corner)


def pave(canvas: Canvas, texture: Sequence[str], inside: Iterable[tuple[int, int]]) -> None:
    """Fill the given cells with a two-dimensional texture that repeats."""
    for x, y in inside:
        row = texture[y % len(texture)]
        canvas.put(x, y, row[x % len(row)])


def puff(canvas: Canvas, parts: Sequence[tuple[int, int, int, int]], style: Style = SOFT, texture: str = " ") -> None:
    """Draw the outline around several ellipses (x, y, wide, high) that grow together, as clouds and bushes do."""
    for part in parts:
        blob(canvas, *part, style)
    for x, y, wide, high in parts:
        for column, row in inside(x, y, wide - FINE, high - FINE // 2):
            canvas.put(column, row, texture[(column + row) % len(texture)])
