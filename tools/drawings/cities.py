"""Skylines and bridges."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import strip
from .landscapes import cloud, sun
from .strokes import FINE, bend, blob, stroke
from .styles import LIGHT


def block(chance: Chance) -> Canvas:
    """Return a tower block with rows of windows, some lit."""
    slab = Canvas()
    wide, tall = chance.between(2, 5), chance.between(4, 13)
    lit, dark = chance.choice(
        (("[]", "  "), ("# ", ". "), ("o ", "  "), ("::", "::"), ("|_", "|_"), ("H ", "= "), ("==", "=="))
    )
    share = chance.between(40, 100)
    inner = 2 * wide + 1
    for y in range(tall):
        panes = "".join(lit if chance.odds(share) else dark for _ in range(wide))
        slab.write(0, y, "|" + (" " + panes)[:inner].ljust(inner) + "|")
    roof = chance.below(4)
    slab.write(1, -1, "_" * inner)
    if roof == 1:
        slab.write(inner // 2 + 1, -2, "|")
        slab.write(inner // 2 + 1, -3, chance.choice("|'*!"))
    elif roof == 2:
        slab.write(inner // 2, -2, chance.choice(("/^\\", "[_]", "/|\\", "(_)")))
    elif roof == 3:
        for step in range(2):
            slab.write(step + 1, -step - 1, "/" + " " * (inner - 2 * step - 2) + "\\")
        slab.write(3, -3, "_" * max(0, inner - 4))
    return slab


def cities(chance: Chance) -> Canvas:
    """Return a skyline, by day or by night, perhaps with its reflection or with a bridge."""
    town = Canvas()
    width = chance.between(22, 58)
    sky = Canvas()
    if chance.odds(40):
        for _ in range(chance.between(4, 14)):
            sky.put(chance.below(width), -chance.between(7, 16), chance.choice(".*+'"))
    if chance.odds(50):
        sky.place(chance.choice((sun, cloud))(chance), chance.between(0, width - 10), -chance.between(10, 13))
    for depth in range(chance.choice((1, 2))):
        x = chance.below(4)
        while True:
            slab = block(chance)
            if x + slab.width > width:
                break
            town.place(slab, x, 0)
            x += slab.width + (chance.between(-1, 1) if depth else chance.between(0, 4))
    sky.paste(town)
    if chance.odds(35):
        for (x, y), char in town.cells.items():
            if -5 < y < 1 and char != " ":
                sky.put(x, 1 - y, "~" if chance.odds(30) else {"_": "-", "[": ":", "]": ":"}.get(char, char))
        sky.write(0, 1, "~" * width)
    else:
        sky.write(-1, 1, chance.choice(("_", "=", "-", "#")) * (width + 2))
        if chance.odds(40):
            sky.write(-1, 2, strip(chance.choice(("- ", "-  - ", " . ", "_ ")), width + 2))
    return sky


def arches(chance: Chance, width: int) -> Canvas:
    """Return a stone bridge on arches; its road is row 0."""
    span = Canvas()
    pace = chance.choice((9, 12, 18))
    count, tall = width // pace, chance.between(3, 5)
    width = count * pace
    span.write(0, -1, strip(chance.choice(("|'", "n ", "|-", ". ", "i_")), width))
    span.write(0, 0, chance.choice("=_#-") * width)
    span.fill(0, 1, width - 1, tall, chance.choice((" ", "_|", "#", ": ", " ", "-")))
    style = chance.choice(LIGHT)
    for part in range(count):
        hole = Canvas()
        middle = (2 * part + 1) * pace * FINE // 2
        blob(hole, middle, (tall + 1) * FINE, (pace // 2 - 1) * FINE, tall * FINE - 10, style)
        for (x, y), char in hole.cells.items():
            if y <= tall:
                span.put(x, y, char)
    for part in range(count + 1):
        for y in range(1, tall + 1):
            span.put(min(part * pace, width - 1), y, "|")
    return span


def truss(chance: Chance, width: int) -> Canvas:
    """Return an iron bridge made of triangles; its road is row 0."""
    span = Canvas()
    pace = chance.choice((4, 6, 8))
    tall = pace // 2
    width = width // pace * pace
    for x in range(0, width, pace):
        for y in range(tall):
            span.put(x + y, -1 - y, "/")
            span.put(x + pace - 1 - y, -1 - y, "\\")
    span.write(tall, -tall - 1, "_" * (width - 2 * tall))
    span.write(0, 0, chance.choice("=_#-") * width)
    pier = chance.choice(("||", "[]", "##", "/\\", "H"))
    for x in (2, width - 2 - len(pier)):
        span.rows(x, 1, [pier] * 3)
    return span


def cables(chance: Chance, width: int) -> Canvas:
    """Return a bridge that hangs from two towers; its road is row 0."""
    span = Canvas()
    tall = chance.between(5, 9)
    first, last = width // 4, width - width // 4 - 1
    for x in (first, last):
        for y in range(-tall, 4):
            span.write(x, y, "||")
    top, style, hangers = -tall * FINE + 8, chance.choice(LIGHT), chance.odds(70)
    for path in (
        bend(((first + 1) * FINE, top), (width * 8, 2 * FINE), (last * FINE, top)),
        bend((0, -4), (first * 8, -8), (first * FINE, top)),
        bend((width * FINE, -4), ((last + width) * 8, -8), ((last + 2) * FINE, top)),
    ):
        cable = Canvas()
        stroke(cable, path, style)
        for (x, y), char in cable.cells.items():
            if y < 0 <= x < width and (x, y) not in span.cells:
                span.put(x, y, char)
                if hangers and x % 2 == 0:
                    for low in range(y + 1, 0):
                        span.cells.setdefault((x, low), "|")
    deck = chance.choice("=_#-")
    for x in range(width):
        span.cells.setdefault((x, 0), deck)
    return span


def bridges(chance: Chance) -> Canvas:
    """Return a bridge over water."""
    span = chance.choice((arches, truss, cables))(chance, chance.between(3, 6) * 9)
    left, _, right, bottom = span.box()
    for row in range(chance.between(1, 3)):
        crest = "~~~~~- " if row else "~~~~~^"
        span.write(left - 1, bottom + 1 + row, "".join(chance.choice(crest) for _ in range(right - left + 3)))
    return span
