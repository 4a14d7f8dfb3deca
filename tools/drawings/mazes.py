"""Mazes."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import framed
from .styles import HANDS


def _halls(chance: Chance, columns: int, rows: int) -> set[tuple[int, int]]:
    """Return the open cells of a perfect maze; rooms are at even places, doors between them."""
    open_: set[tuple[int, int]] = {(0, 0)}
    trail = [(0, 0)]
    winding = chance.between(40, 100)
    while trail:
        at = len(trail) - 1 if chance.odds(winding) else chance.below(len(trail))
        x, y = trail[at]
        ways = [
            (dx, dy)
            for dx, dy in ((2, 0), (-2, 0), (0, 2), (0, -2))
            if 0 <= x + dx < 2 * columns and 0 <= y + dy < 2 * rows and (x + dx, y + dy) not in open_
        ]
        if not ways:
            trail.pop(at)
            continue
        dx, dy = chance.choice(ways)
        open_ |= {(x + dx // 2, y + dy // 2), (x + dx, y + dy)}
        trail.append((x + dx, y + dy))
    return open_


WALLS = (
    ("+", "--", "|"),
    ("+", "==", "H"),
    (".", "__", "|"),
    ("o", "--", "|"),
    ("*", "**", "*"),
    ("+", "- ", ":"),
    ("#", "##", "#"),
)


def _posts(chance: Chance, halls: set[tuple[int, int]], columns: int, rows: int) -> Canvas:
    """Return a maze with posts and thin walls, a way in and a way out."""
    piece = Canvas()
    post, level, side = chance.choice(WALLS)
    for y in range(rows + 1):
        for x in range(columns + 1):
            piece.put(3 * x, 2 * y, post)
            if x < columns and (2 * x, 2 * y - 1) not in halls:
                piece.write(3 * x + 1, 2 * y, level)
            if y < rows and (2 * x - 1, 2 * y) not in halls:
                piece.put(3 * x, 2 * y + 1, side)
    piece.write(1, 0, "  ")
    piece.write(3 * columns - 2, 2 * rows, "  ")
    if chance.odds(35):
        piece.put(1, 1, chance.choice("S@*o"))
        piece.put(3 * columns - 1, 2 * rows - 1, chance.choice("EX$G"))
    return piece


def _blocks(chance: Chance, halls: set[tuple[int, int]], columns: int, rows: int) -> Canvas:
    """Return a maze with walls as thick as its halls."""
    piece = Canvas()
    wall = chance.choice(("##", "[]", "::", "%%", "@@", "XX", "HH", "&&", "/\\"))
    for y in range(-1, 2 * rows):
        for x in range(-1, 2 * columns):
            if (x, y) not in halls | {(-1, 0), (2 * columns - 1, 2 * rows - 2)}:
                piece.write(2 * x, y, wall)
    return piece


def _lines(halls: set[tuple[int, int]], columns: int, rows: int) -> Canvas:
    """Return a maze drawn with underscores and bars only."""
    piece = Canvas()
    piece.write(3, 0, "_ " * (columns - 1))
    for y in range(rows):
        piece.put(0, y + 1, "|")
        for x in range(columns):
            open_below, open_right = (2 * x, 2 * y + 1) in halls, (2 * x + 1, 2 * y) in halls
            piece.put(2 * x + 1, y + 1, " " if open_below else "_")
            piece.put(2 * x + 2, y + 1, "|" if not open_right else " " if open_below else "_")
    piece.put(2 * columns, rows, " ")
    return piece


def mazes(chance: Chance) -> Canvas:
    """Return a maze, perhaps in a frame."""
    columns, rows = chance.between(5, 14), chance.between(4, 9)
    halls = _halls(chance, columns, rows)
    kind = chance.below(3)
    if kind == 2:
        piece = _lines(halls, columns, rows)
    else:
        piece = (_posts, _blocks)[kind](chance, halls, columns, rows)
    return framed(piece, chance.choice(HANDS)) if piece.width < 44 and chance.odds(20) else piece
