"""Rugs, tilings, shaded balls, ripples and fractals."""

from __future__ import annotations

from math import isqrt

from .canvas import MIRROR, Canvas
from .chance import Chance
from .compose import framed
from .strokes import FINE, ellipse, pave, sine, stroke
from .styles import HANDS, LIGHT

UPSIDE_DOWN = str.maketrans("/\\^v'.`,\"_", "\\/v^.',`_\"")


def _rug(chance: Chance) -> Canvas:
    """Return a rug: one quarter is chosen, mirrors give the rest."""
    wide, high = chance.between(6, 15), chance.between(3, 7)
    signs = chance.choice(
        ("/\\ ", "/\\_-|", "<>/\\ ", "().-'", "x+. ", "o*. ", "#=- ", "\\/|_ ", "^v~ ", "/\\oO ", "%: ", "[]=_ ")
    )
    kind, step = chance.below(3), chance.between(2, 5)
    ring = [chance.choice(signs) for _ in range(wide + high)]
    rug = Canvas()
    for y in range(high):
        for x in range(wide):
            at = ((x + 2 * y) // step, max(x // 2, y), x // 2 + y)[kind]
            sign = ring[at % len(ring)] if chance.odds(97) else chance.choice(signs)
            for row, char in ((-y - 1, sign), (y, sign.translate(UPSIDE_DOWN))):
                rug.put(-x - 1, row, char)
                rug.put(x, row, char.translate(MIRROR))
    if chance.odds(60):
        rug = framed(rug, chance.choice(HANDS), 0)
        if chance.odds(50):
            left, top, right, bottom = rug.box()
            for y in range(top, bottom + 1):
                thread = chance.choice("~-=<{")
                rug.put(left - 1, y, thread)
                rug.put(right + 1, y, thread.translate(MIRROR))
    return rug


TILES = (
    (r"/ \_", r"\_/ "),
    (r"_|__", r"___|"),
    (r"/\  ", r"\/\ ", r"  \/"),
    (r"  __", r"_/  ", r" \__"),
    (r"|_|-", r"-|_|"),
    (r"/\/\ ", r"\/\/ "),
    (r"+--", r"|  "),
    (r"()  ", r"  ()"),
    (r"><", r"<>"),
    (r".:", r":."),
    (r"\ \ / / ", r" \ V /  ", r"  > <   ", r" / ^ \  ", r"/ / \ \ "),
    (r"_/\_", r"\  /", r"_\/_"),
    (r" .-. ", r"(   )", r" `-' "),
    (r" __/  ", r"/  \__", r"\__/  "),
    (r"|   |  _", r"|_|-----"),
    (r"o-o ", r"| | ", r"o-o-"),
    (r"~^~ ", r" ~^~"),
    (r"##  ", r"  ##"),
    (r"/::\  ", r"\::/--"),
    (r"* . ", r" . *"),
    (r")(", r"()"),
    (r"[]--", r"--[]"),
    (r"'-.,", r",-'."),
)


def _tiling(chance: Chance) -> Canvas:
    """Return a pattern that repeats, cut to a rectangle, a disc, a diamond or a hill."""
    tile = chance.choice(TILES)
    size = max(map(len, tile))
    wide, high = chance.between(5, 14) * 2, chance.between(4, 8)
    kind = chance.below(5)
    cells = []
    for y in range(-high, high + 1):
        for x in range(-wide, wide + 1):
            disc = x * x * high * high + y * y * wide * wide <= wide * wide * high * high
            diamond = abs(x) * high + abs(y) * wide <= wide * high
            hill = abs(x) * 2 * high <= (y + high) * wide
            if (True, True, disc, diamond, hill)[kind]:
                cells.append((x, y))
    right, down = chance.below(size), chance.below(len(tile))
    rows = [row.ljust(size) for row in (*tile[down:], *tile[:down])]
    piece = Canvas()
    pave(piece, [row[right:] + row[:right] for row in rows], cells)
    if kind == 1:
        return framed(piece, chance.choice(HANDS), 0)
    if kind == 2 and chance.odds(60):
        stroke(piece, ellipse(8, 8, wide * FINE + 8, high * FINE + 8), chance.choice(LIGHT))
    return piece


RAMPS = (
    " .:-=+*#%@",
    "@%#*+=-:. ",
    " .,:;oO8@",
    " .'`^\",:;Il!i><~+_-?][}{1)(|/",
    " .-+xX#",
    "  ..::!!||HHMM",
    " .oO0@",
    "  `'~=co%$",
    " .:!*VFNM",
    "  -=zZ2$W",
    " ,;tfLG0@",
)


def _ball(chance: Chance) -> Canvas:
    """Return a ball that is lit from one side, perhaps with its shadow."""
    piece = Canvas()
    ramp = chance.choice(RAMPS)
    wide = chance.between(7, 15)
    high = wide // 2
    lx, ly = chance.between(-wide, wide), chance.between(-high, 0)
    for y in range(-high, high + 1):
        for x in range(-wide, wide + 1):
            if x * x + 4 * y * y <= wide * wide + wide:
                far = isqrt((x - lx) * (x - lx) + 4 * (y - ly) * (y - ly))
                step = min(len(ramp) - 1, far * len(ramp) // (2 * wide + 1))
                piece.put(x, y, ramp[max(step, 1)] if ramp[0] == " " else ramp[min(step, len(ramp) - 2)])
    if chance.odds(50):
        for x in range(-wide, wide + 1):
            piece.cells.setdefault((x - lx // 2, high + 1), chance.choice("-_.~"))
    return piece


def _ripples(chance: Chance) -> Canvas:
    """Return shaded waves, rings or stripes."""
    piece = Canvas()
    ramp = chance.choice(RAMPS)
    wide, high = chance.between(10, 22), chance.between(5, 9)
    kind, pitch = chance.below(4), chance.between(12, 40)
    phase, cx, cy = chance.below(360), chance.between(-8, 8), chance.between(-3, 3)
    for y in range(-high, high + 1):
        for x in range(-wide, wide + 1):
            far = isqrt((x - cx) * (x - cx) + 4 * (y - cy) * (y - cy))
            angle = (
                far * pitch,
                (x + 2 * y) * pitch,
                x * pitch + 2 * sine(y * pitch) // 30,
                (x * x - 4 * y * y) * pitch // 12,
            )[kind]
            value = sine(angle + phase) + 1000
            piece.put(x, y, ramp[value * (len(ramp) - 1) // 2000])
    return piece


def _fractal(chance: Chance) -> Canvas:
    """Return a fractal triangle or carpet, or the history of an automaton of one dimension."""
    piece = Canvas()
    kind = chance.below(3)
    ink = chance.choice(("#", "*", "@", "o", "^", "A", "%", "x", "/", "8", "$", "&"))
    if kind == 0:
        sign = chance.choice((("/\\", "/__\\"), ("/\\", "/^^\\"), ("/\\", "/oo\\"), ("..", ".--."), ("()", "(())")))
        size = chance.choice((4, 8, 8))
        for y in range(size):
            for x in range(y + 1):
                if (y & x) == x:
                    piece.write(-2 * y + 4 * x, 2 * y, sign[0])
                    piece.write(-2 * y + 4 * x - 1, 2 * y + 1, sign[1])
        return piece
    if kind == 1:
        size = 9 if chance.odds(50) else 27
        gap = chance.choice((" ", ".", "-"))
        for y in range(size):
            for x in range(size):
                a, b, hole = x, y, False
                while a or b:
                    hole = hole or (a % 3 == 1 and b % 3 == 1)
                    a, b = a // 3, b // 3
                piece.write(2 * x, y, (gap if hole else ink) * 2)
        return piece
    rule = chance.choice(
        (18, 22, 26, 30, 45, 54, 60, 73, 82, 86, 90, 94, 105, 110, 118, 122, 126, 129, 146, 150, 161, 182, 225)
    )
    wide, high = chance.between(21, 55), chance.between(12, 24)
    blank = chance.choice((" ", " ", ".", "-"))
    row = [int(x == wide // 2 or (chance.odds(20) and rule in (45, 73, 54, 110))) for x in range(wide)]
    for y in range(high):
        for x in range(wide):
            piece.put(x, y, ink if row[x] else blank)
        row = [rule >> (4 * row[x - 1] + 2 * row[x] + row[(x + 1) % wide]) & 1 for x in range(wide)]
    return piece


def patterns(chance: Chance) -> Canvas:
    """Return a rug, a tiling, a shaded ball, ripples or a fractal."""
    return chance.choice((_rug, _rug, _tiling, _tiling, _ball, _ripples, _fractal))(chance)
