"""Plaits, rings, closed curves and spirals."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .strokes import FINE, cosine, ellipse, pave, sine, stroke
from .styles import HANDS


def _curve_knot(chance: Chance) -> Canvas:
    """Return a closed curve that crosses itself: Lissajous, rose or spirograph."""
    piece = Canvas()
    wide, high = chance.between(8, 20) * FINE, chance.between(4, 9) * FINE
    kind = chance.below(3)
    if kind == 0:
        a, b = chance.choice(((1, 2), (2, 1), (3, 2), (2, 3), (3, 4), (1, 3), (3, 1), (5, 4)))
        phase = chance.choice((0, 45, 90, 30))
        path = [(wide * sine(a * t + phase) // 1000, high * sine(b * t) // 1000) for t in range(0, 361, 2)]
    elif kind == 1:
        petals = chance.choice((2, 3, 4, 5))
        path = [
            (wide * cosine(petals * t) // 1000 * cosine(t) // 1000, high * cosine(petals * t) // 1000 * sine(t) // 1000)
            for t in range(0, 361, 2)
        ]
    else:
        loops = chance.choice((3, 4, 5, 6))
        share = chance.choice((300, 400, 500))
        path = [
            (
                wide * ((1000 - share) * cosine(t) + share * cosine(loops * t)) // 1_000_000,
                high * ((1000 - share) * sine(t) + share * sine(loops * t)) // 1_000_000,
            )
            for t in range(0, 361, 2)
        ]
    stroke(piece, path, chance.choice(HANDS))
    return piece


def _rings(chance: Chance) -> Canvas:
    """Return interlocked rings, or a chain."""
    piece = Canvas()
    count = chance.between(2, 6)
    wide = chance.between(4, 7)
    high = chance.between(26, 52)
    step = wide * 2 - chance.between(2, wide)
    style = chance.choice(HANDS)
    drop = chance.choice((0, 0, high // 2))
    for at in range(count):
        if at * step + 2 * wide > 58:
            break
        ring = Canvas()
        stroke(ring, ellipse((at * step) * FINE + 8, (at % 2) * drop, wide * FINE, high), style)
        for (x, y), char in ring.cells.items():
            if (x, y) not in piece.cells or y < (at % 2) * drop // FINE:
                piece.put(x, y, char)
    return piece


def _spiral(chance: Chance) -> Canvas:
    """Return a round or an angular spiral."""
    piece = Canvas()
    if chance.odds(60):
        turns, grow = chance.between(2, 4), chance.between(40, 80)
        way = chance.choice((-1, 1))
        path = [
            (grow * 2 * t // 360 * 1 * cosine(way * t) // 1000, grow * t // 360 * sine(way * t) // 1000)
            for t in range(60, turns * 360, 4)
        ]
        stroke(piece, path, chance.choice(HANDS))
        return piece
    level, side, corner = chance.choice(
        (("-", "|", "+"), ("=", "H", "#"), ("_", "|", "."), ("#", "#", "#"), ("~", "!", "o"), (".", ":", "."))
    )
    x = y = 0
    reach = chance.between(1, 2)
    for step in range(chance.between(7, 13)):
        dx, dy = ((1, 0), (0, 1), (-1, 0), (0, -1))[step % 4]
        length = reach * (step // 2 + 1) * (3 if dx else 1)
        for _ in range(length):
            x, y = x + dx, y + dy
            piece.put(x, y, level if dx else side)
        piece.put(x, y, corner)
    return piece


PLAITS = (
    (r"\ \  / /", r" \ \/ / ", r"  \/ /  ", r"  / /\  ", r" / /\ \ ", r"/ /  \ \ "),
    (r"\    /", r" \  / ", r"  \/  ", r"  /\  ", r" /  \ ", r"/    \ "),
    (r"  /\  ", r" /  \ ", r"/ /\ \ ", r"\ \/ /", r" \  / ", r"  \/  "),
    (r"|  |__", r"|__|  "),
    (r"__|  |", r"  |__|"),
    (r".-.", r"( X", r"`-'"),
    (r" _   ", r"/ \_/", r"\_/ \ "),
    (r".--. ", r"|  |-", r"`--' "),
    (r"-\ /-", r"  X  ", r"-/ \-"),
    (r"  .-. ", r"-( | )", r"  `-' "),
)


def _plait(chance: Chance) -> Canvas:
    """Return strands that pass over and under each other."""
    tile = [row.rstrip() for row in chance.choice(PLAITS)]
    wide, high = max(map(len, tile)), len(tile)
    across, down = min(chance.between(2, 7), 56 // wide), chance.between(2, 4)
    piece = Canvas()
    places = ((x, y) for y in range(high * down) for x in range(wide * across))
    pave(piece, [row.ljust(wide) for row in tile], places)
    return piece


def knots(chance: Chance) -> Canvas:
    """Return plaits, rings, closed curves or spirals."""
    return chance.choice((_plait, _curve_knot, _curve_knot, _curve_knot, _rings, _spiral))(chance)
