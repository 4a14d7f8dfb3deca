"""Mazes, knots, tilings and shaded solids."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from .canvas import MIRROR, Canvas
from .chance import Chance
from .strokes import FINE, box, cosine, ellipse, pave, sine, stroke
from .styles import HANDS, LIGHT


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


def _over_under(chance: Chance) -> Canvas:
    """Return a plait of strands that pass over and under each other."""
    tiles: Sequence[Sequence[str]] = chance.choice(
        (
            (
                (r" \ \/ / ", r"  \/\/  ", r"  /\/\  ", r" / /\ \ ")[:4],
                (r"\ \  / /", r" \ \/ / ", r"  \/ /  ", r"  / /\  ", r" / /\ \ ", r"/ /  \ \ "[:8]),
            ),
            ((r"  /\  ", r" /  \ ", r"/ /\ \ "[:6], r"\ \/ /", r" \  / ", r"  \/  "), (r"_|_|", r"-+-+")),
            ((r"|  |__|  |__", r"|__|  |__|  "), (r"__|  |", r"  |__|")),
            ((r".-.", r"( X", r"`-'"), (r"/ \_", r"\_/ ")),
        )
    )[chance.below(2)]
    piece = Canvas()
    across, down = chance.between(2, 6), chance.between(2, 4)
    wide, high = max(map(len, tiles)), len(tiles)
    across = min(across, 56 // wide)
    pave(piece, [row.ljust(wide) for row in tiles], ((x, y) for y in range(high * down) for x in range(wide * across)))
    return piece


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


def knots(chance: Chance) -> Canvas:
    """Return plaits, rings, closed curves or spirals."""
    return chance.choice((_over_under, _curve_knot, _curve_knot, _curve_knot, _rings, _spiral))(chance)


def _rug(chance: Chance) -> Canvas:
    """Return a rug: one quarter is chosen, mirrors give the rest."""
    wide, high = chance.between(6, 15), chance.between(3, 7)
    signs = chance.choice(
        ("/\\ ", "/\\_-|", "<>/\\ ", "().-'", "x+. ", "o*. ", "#=- ", "\\/|_ ", "^v~ ", "/\\oO ", "%: ", "[]=_ ")
    )
    quarter = Canvas()
    kind = chance.below(3)
    step = chance.between(2, 5)
    ring = [chance.choice(signs) for _ in range(wide + high)]
    for y in range(high):
        for x in range(wide):
            at = (x + 2 * y) // step if kind == 0 else max(x // 2, y) if kind == 1 else (x // 2 + y)
            sign = ring[at % len(ring)] if chance.odds(97) else chance.choice(signs)
            quarter.put(-x - 1, -y - 1, sign)
    rug = Canvas()
    upside = str.maketrans("/\\^v'.`,\"_", "\\/v^.'," + '`_"')
    for (x, y), char in quarter.cells.items():
        rug.put(x, y, char)
        rug.put(-x - 1, y, char.translate(MIRROR))
        rug.put(x, -y - 1, char.translate(upside))
        rug.put(-x - 1, -y - 1, char.translate(upside).translate(MIRROR))
    if chance.odds(60):
        framed = Canvas()
        box(framed, -wide - 1, -high - 1, 2 * wide + 2, 2 * high + 2, chance.choice(HANDS))
        framed.paste(rug)
        if chance.odds(50):
            for y in range(-high - 1, high + 1):
                framed.put(-wide - 2, y, chance.choice("~-=<{"))
                framed.put(wide + 1, y, framed.cells[-wide - 2, y].translate(MIRROR))
        return framed
    return rug


TILES = (
    (r"/ \_", r"\_/ "),
    (r"_|__", r"___|"),
    (r"/\  ", r"\/\ ", r"  \/"),
    (r"  __", r"_/  \_"[:4], r" \__/"[:4]),
    (r"|_|-", r"-|_|"),
    (r"/\/\ ", r"\/\/ "),
    (r"+--", r"|  "),
    (r"()  ", r"  ()"),
    (r"><", r"<>"),
    (r".:", r":."),
    (r"\ \ / / ", r" \ V /  ", r"  > <   ", r" / ^ \  ", r"/ / \ \ "),
    (r"_/\_", r"\  /", r"_\/_"),
    (r" .-. ", r"(   )", r" `-' "),
    (r" __/  \ "[:6], r"/  \__/"[:6], r"\__/  "[:6]),
    (r"|   |  _|_ "[:8], r"|_|-----"),
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
    rows = [row.ljust(size) for row in tile]
    wide, high = chance.between(5, 14) * 2, chance.between(4, 8)
    piece = Canvas()
    kind = chance.below(5)
    inside = []
    for y in range(-high, high + 1):
        for x in range(-wide, wide + 1):
            disc = x * x * high * high + y * y * wide * wide <= wide * wide * high * high
            diamond = abs(x) * high + abs(y) * wide <= wide * high
            hill = abs(x) * 2 * high <= (y + high) * wide
            if (True, True, disc, diamond, hill)[kind]:
                inside.append((x, y))
    dx, dy = chance.below(size), chance.below(len(rows))
    pave(piece, [rows[(y + dy) % len(rows)][dx:] + rows[(y + dy) % len(rows)][:dx] for y in range(len(rows))], inside)
    if kind == 1:
        framed = Canvas()
        box(framed, -wide - 1, -high - 1, 2 * wide + 3, 2 * high + 3, chance.choice(HANDS))
        framed.paste(piece)
        return framed
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


def boxes(chance: Chance) -> Canvas:
    """Return boxes: nested, overlapping, stacked, or seen at an angle, plain or textured."""
    piece = Canvas()
    kind = chance.below(4)
    texture = (" ", " ", " ", ".", ":", "/", "x ", "- ", "~", "=", "'", "\\", "+ ", "o  ")
    if kind == 0:
        wide, high = chance.between(8, 22), chance.between(4, 8)
        while wide > 1 and high > 1:
            box(piece, -wide, -high, 2 * wide, 2 * high, chance.choice(HANDS), chance.choice(texture))
            wide, high = wide - chance.between(2, 5), high - chance.between(1, 3)
    elif kind == 1:
        for _ in range(chance.between(2, 5)):
            box(
                piece,
                chance.below(24),
                chance.below(9),
                chance.between(6, 20),
                chance.between(3, 9),
                chance.choice(HANDS),
                chance.choice(texture),
            )
    elif kind == 2:
        count = chance.between(2, 4)
        y = 0
        for at in range(count):
            x = at * 3 + chance.below(3)
            for _ in range(count - at):
                wide, high = chance.between(7, 11), 4
                box(piece, x, y - high + 1, wide, high, chance.choice(LIGHT), chance.choice(texture))
                if chance.odds(40):
                    mark = chance.choice(("^^", "TEA", "UP", "42", "!", "?", "EGGS", "<>", "No 1", "(!)", "A-Z", "[Q]"))
                    piece.write(x + (wide - len(mark)) // 2, y - 1, mark)
                x += wide + chance.below(2)
            y -= 4
    else:
        x = 0
        for _ in range(chance.between(1, 3)):
            cube = slanted_box(chance)
            piece.place(cube, x, 0)
            x += cube.width + chance.between(0, 3)
            if x > 44:
                break
    return piece


def slanted_box(chance: Chance) -> Canvas:
    """Return a box whose front, top and right side can be seen."""
    cube = Canvas()
    wide, high, deep = chance.between(4, 14), chance.between(2, 5), chance.between(1, 4)
    front, side, lid = (chance.choice((" ", " ", " ", ":", ".", "#", "/", "o ", "- ", "'")) for _ in range(3))
    corner, level = chance.choice((("+", "-"), (".", "-"), ("+", "="), ("o", "-"), ("*", "*"), (".", "_")))
    for step in range(deep):
        x = deep - step
        cube.write(x, step + 1, "/" + (lid * wide)[:wide] + "/")
    cube.write(deep + 1, 0, corner + level * wide + corner)
    cube.write(0, deep + 1, corner + level * wide + corner)
    for y in range(high):
        cube.write(0, deep + 2 + y, "|" + (front * wide)[y % len(front) :][:wide].ljust(wide) + "|")
    cube.write(0, deep + 2 + high, corner + level * wide + corner)
    for step in range(1, deep + 2):
        top = deep + 1 - step
        for y in range(top + 1, top + high + 1):
            cube.put(wide + 1 + step, y, "|" if step == deep + 1 else side[0])
        cube.put(wide + 1 + step, top + high + 1, "/" if step <= deep else corner)
    for step in range(1, deep + 1):
        cube.put(wide + 1 + step, deep + 1 - step, "/")
    return cube
