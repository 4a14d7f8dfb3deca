"""Spacecraft."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import floor, parade
from .strokes import FINE, blob, line
from .styles import LIGHT


def rocket(chance: Chance) -> Canvas:
    """Return a rocket that stands or flies."""
    ship = Canvas()
    half = chance.between(1, 4)
    for step in range(half + 1):
        ship.write(-step, step - half - 1, "/" + " " * (2 * step) + "\\")
    if half > 2 and chance.odds(50):
        ship.put(0, -half - 2, chance.choice("|.^!"))
    inner = 2 * half
    tall = chance.between(3, 9)
    wall = chance.choice(("||", "||", "||", "[]", "()", "HH", "::"))
    pattern = chance.choice((" ", " ", " ", "=", ".", ":", "#"))
    for y in range(tall):
        ship.write(-half, y, wall[0] + pattern * inner + wall[1])
    port = chance.choice(("()", "oo", "[]", "<>", "@@", "**"))
    for y in range(chance.between(0, 1), tall - 1, chance.between(2, 4)):
        ship.write(0, y, port)
    if chance.odds(40) and tall > 4:
        name = chance.choice(("ORION", "LYRA", "NOVA", "HOPE", "ARGO", "X9", "MIRA", "ZOE", "K2", "VOLT", "EOS"))[:tall]
        for y, char in enumerate(name):
            ship.write(0, y, char + " ")
    if chance.odds(50):
        ship.write(-half, tall // 2, wall[0] + chance.choice("_=-#") * inner + wall[1])
    fin = chance.between(1, 3)
    for step in range(fin):
        ship.write(-half - 1 - step, tall - fin + step, "/" + (" " if step < fin - 1 else "_") * step)
        ship.write(half + 2, tall - fin + step, (" " if step < fin - 1 else "_") * step + "\\")
    ship.write(
        -half,
        tall,
        chance.choice(("|", "'", "/", "`")) + chance.choice("_=^") * inner + chance.choice(("|", "'", "\\")),
    )
    if chance.odds(70):
        for step in range(chance.between(1, 4)):
            reach = max(1, half - step // 2)
            fire = "".join(chance.choice("^vV*#WMw'\"()|") for _ in range(2 * reach))
            ship.write(1 - reach, tall + 1 + step, fire)
    return ship


def saucer(chance: Chance) -> Canvas:
    """Return a flying saucer."""
    ship = Canvas()
    wide = chance.between(6, 13)
    dome = chance.between(3, wide - 2)
    blob(ship, 8, 0, dome * 9, chance.between(24, 40), chance.choice(LIGHT), " ")
    if chance.odds(60):
        ship.write(-1, -1, chance.choice(("o o", "^.^", "@ @", "'-'", ". .")))
    blob(
        ship,
        8,
        18,
        wide * FINE,
        chance.between(18, 24),
        chance.choice(LIGHT),
        chance.choice(("o ", " ", "=", "O  ", "* ", ". ", "-")),
    )
    low = ship.box()[3]
    kind = chance.below(3)
    if kind == 0:
        for x in (-wide // 2, wide // 2):
            line(ship, x, low + 1, x * 3 // 2, low + 2)
            ship.put(x * 3 // 2, low + 3, "'")
    elif kind == 1:
        beam = chance.choice((".", ":", "'", "|", " "))
        for y in range(chance.between(2, 5)):
            ship.write(-2 - y, low + 1 + y, "/" + beam * (3 + 2 * y) + "\\")
    return ship


def planet(chance: Chance) -> Canvas:
    """Return a planet, perhaps with a ring."""
    globe = Canvas()
    wide = chance.between(4, 9)
    high = wide * 8
    texture = chance.choice((" ", " ", "o    ", "~  ", "-", ". ", ":.", "=  ", "'  .  "))
    blob(globe, 8, 8, wide * FINE, high, chance.choice(LIGHT), texture)
    if chance.odds(45):
        reach = (wide + 4) * FINE
        ring = Canvas()
        blob(ring, 8, 8, reach, 14, chance.choice(LIGHT))
        for (x, y), char in ring.cells.items():
            inside = x * x * 4 + y * y * 16 < wide * wide * 4
            if char != " " and not (inside and y <= 0):
                globe.put(x, y, char)
    return globe


def rockets(chance: Chance) -> Canvas:
    """Return a scene in space: rockets, saucers, planets, stars."""
    width, high = chance.between(16, 52), chance.between(10, 20)
    sky = Canvas()
    for _ in range(chance.choice((0, 0, width * high // 50, width * high // 30))):
        sky.put(chance.below(width), chance.below(high), chance.choice("..'*+`,o"))
    kind = chance.below(4)
    if kind < 2:
        sky.place(parade(chance, rocket, chance.choice((1, 1, 2, 3)), (1, 5)), 0, high)
        things = [planet] * chance.odds(30)
    else:
        things = ([saucer, saucer] if kind == 2 else [planet, planet, saucer])[: chance.between(1, 3)]
    for thing in things:
        body = thing(chance)
        left, bottom = chance.between(0, 62 - body.width), chance.between(body.height, high + 2)
        if (thing is things[0] and kind > 1) or sky.fits(body, left, bottom):
            sky.place(body, left, bottom)
    if chance.odds(30):
        floor(sky, "".join(chance.choice("_____-.oO") for _ in range(29)), 0)
    return sky
