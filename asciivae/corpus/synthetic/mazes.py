"""Mazes."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .strokes import box
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


def mazes(chance: Chance) -> Canvas:
    """Return a maze with thin walls, thick walls or joined lines, perhaps with a start and an end."""
    piece = Canvas()
    kind = chance.below(3)
    columns, rows = chance.between(5, 14), chance.between(4, 9)
    halls = _halls(chance, columns, rows)
    if kind == 0:
        post, level, side = chance.choice(
            (
                ("+", "--", "|"),
                ("+", "==", "H"),
                (".", "__", "|"),
                ("o", "--", "|"),
                ("*", "**", "*"),
                ("+", "- ", ":"),
                ("#", "##", "#"),
            )
        )
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
    elif kind == 1:
        wall = chance.choice(("##", "[]", "::", "%%", "@@", "XX", "HH", "&&", "/\\"))
        for y in range(-1, 2 * rows):
            for x in range(-1, 2 * columns):
                if (x, y) not in halls:
                    piece.write(2 * x, y, wall)
                elif chance.odds(0):
                    piece.write(2 * x, y, "..")
        piece.write(-2, 0, "  ")
        piece.write(4 * columns - 2, 2 * rows - 2, "  ")
    else:
        for x in range(columns):
            piece.write(2 * x + 1, 0, "_ " if (x or chance.odds(20)) else "  ")
        for y in range(rows):
            piece.put(0, y + 1, "|")
            for x in range(columns):
                below = (2 * x, 2 * y + 1) in halls
                beside = (2 * x + 1, 2 * y) in halls
                piece.put(2 * x + 1, y + 1, " " if below else "_")
                piece.put(2 * x + 2, y + 1, " " if beside and below else "_" if beside else "|")
        piece.put(2 * columns, rows, " ")
    if piece.width < 44 and chance.odds(20):
        framed = Canvas()
        left, top, right, bottom = piece.box()
        box(framed, left - 2, top - 1, right - left + 5, bottom - top + 3, chance.choice(HANDS))
        framed.paste(piece)
        return framed
    return piece
