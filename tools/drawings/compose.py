"""Putting pieces together: frames, rows of things, strips of texture."""

from __future__ import annotations

from collections.abc import Callable

from .canvas import Canvas
from .chance import Chance
from .strokes import box
from .styles import Style

BREADTH = 60
"""Where a row of things stops growing, in cells: a scene adds a few cells of ground on both sides."""


def strip(texture: str, width: int) -> str:
    """Return `texture` repeated and cut to `width`."""
    return (texture * (width // len(texture) + 1))[:width]


def turned(chance: Chance, piece: Canvas) -> Canvas:
    """Return the piece, or as often its mirror image."""
    return piece if chance.odds(50) else piece.mirrored()


def parade(chance: Chance, make: Callable[[Chance], Canvas], most: int, gap: tuple[int, int] = (1, 4)) -> Canvas:
    """Return up to `most` things side by side on row 0, `gap` (least, most) cells apart, `BREADTH` in all."""
    row = Canvas()
    x = 0
    for _ in range(most):
        thing = make(chance)
        if x and x + thing.width > BREADTH:
            break
        row.place(thing, x, 0)
        x += thing.width + chance.between(*gap)
    return row


def framed(piece: Canvas, style: Style, across: int = 1, down: int = 0) -> Canvas:
    """Return the piece in a box, with `across` blank columns and `down` blank rows between them."""
    left, top, right, bottom = piece.box()
    frame = Canvas()
    box(frame, left - across - 1, top - down - 1, right - left + 2 * across + 3, bottom - top + 2 * down + 3, style)
    frame.paste(piece)
    return frame


def floor(piece: Canvas, texture: str, beyond: int = 2) -> None:
    """Draw a strip under the piece that reaches `beyond` it on both sides."""
    left, _, right, bottom = piece.box()
    piece.write(left - beyond, bottom + 1, strip(texture, right - left + 1 + 2 * beyond))
