"""Skylines and bridges."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
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
            sky.write(-1, 2, (chance.choice(("- ", "-  - ", " . ", "_ ")) * width)[: width + 2])
    return sky


def bridges(chance: Chance) -> Canvas:
    """Return a bridge over water: arches, a truss, or cables."""
    span = Canvas()
    width = chance.between(3, 6) * 9
    kind = chance.below(3)
    style = chance.choice(LIGHT)
    deck = chance.choice(("=", "_", "#", "-"))
    if kind == 0:
        rail = chance.choice(("|'", "n ", "|-", ". ", "i_"))
        span.write(0, -1, (rail * width)[:width])
        arch = chance.choice((9, 12, 18))
        count = width // arch
        tall = chance.between(3, 5)
        span.fill(0, 1, count * arch - 1, tall, chance.choice((" ", "_|", "#", ": ", " ", "-")))
        for part in range(count):
            middle = (part * arch + arch // 2) * FINE + (0 if arch % 2 == 0 else 8)
            hole = Canvas()
            blob(hole, middle, (tall + 1) * FINE, (arch // 2 - 1) * FINE, tall * FINE - 10, style)
            for (x, y), char in hole.cells.items():
                if y <= tall:
                    span.put(x, y, char)
        for part in range(count + 1):
            for y in range(1, tall + 1):
                span.put(min(part * arch, count * arch - 1), y, "|")
    elif kind == 1:
        step = chance.choice((4, 6, 8))
        tall = step // 2
        width = width // step * step
        for x in range(0, width, step):
            for y in range(tall):
                span.put(x + y, -1 - y, "/")
                span.put(x + step - 1 - y, -1 - y, "\\")
        span.write(tall, -tall - 1, "_" * (width - 2 * tall))
        pier = chance.choice(("||", "[]", "##", "/\\", "H"))
        span.rows(2, 1, [pier] * 3)
        span.rows(width - 4, 1, [pier] * 3)
    else:
        tall = chance.between(5, 9)
        first, last = width // 4, width - width // 4 - 1
        for x in (first, last):
            for y in range(-tall, 4):
                span.write(x, y, "||")
        top = -tall * FINE + 8
        curve = bend(((first + 1) * FINE, top), (width * 8, 2 * FINE), (last * FINE, top))
        curves = [
            curve,
            bend((0, -4), (first * 8, -8), (first * FINE, top)),
            bend((width * FINE, -4), ((last + width) * 8, -8), ((last + 2) * FINE, top)),
        ]
        hang = chance.odds(70)
        for path in curves:
            cable = Canvas()
            stroke(cable, path, style)
            for (x, y), char in cable.cells.items():
                if y < 0 and 0 <= x < width and span.cells.get((x, y), " ") == " ":
                    span.put(x, y, char)
                    if hang and x % 2 == 0:
                        for low in range(y + 1, 0):
                            if (x, low) not in span.cells:
                                span.put(x, low, "|" if hang else " ")
    for x in range(width):
        span.cells.setdefault((x, 0), deck)
    bottom = span.box()[3]
    for row in range(chance.between(1, 3)):
        span.write(
            -1, bottom + 1 + row, "".join(chance.choice("~~~~~- " if row else "~~~~~^") for _ in range(width + 2))
        )
    return span
