"""What flies in space."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
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
    scene = Canvas()
    width, high = chance.between(16, 52), chance.between(10, 20)
    for _ in range(chance.choice((0, 0, width * high // 50, width * high // 30))):
        scene.put(chance.below(width), chance.below(high), chance.choice("..'*+`,o"))
    kind = chance.below(4)
    if kind in (0, 3):
        x = 0
        for _ in range(chance.choice((1, 1, 2, 3))):
            ship = rocket(chance)
            scene.place(ship, x, high - chance.below(4))
            x += ship.width + chance.between(1, 5)
        if chance.odds(40):
            globe = planet(chance)
            scene.place(globe, x + 2, chance.between(globe.height - 2, high))
    elif kind == 1:
        scene.place(planet(chance), chance.between(0, 6), chance.between(7, 10))
        if chance.odds(50):
            scene.place(planet(chance), chance.between(18, 30), chance.between(8, 14))
        if chance.odds(50):
            scene.place(saucer(chance), chance.between(10, 26), chance.between(10, 18))
    else:
        ship = saucer(chance)
        scene.place(ship, chance.between(0, 8), 9)
        if chance.odds(35):
            scene.place(saucer(chance), ship.width + 6, chance.between(3, 12))
    if chance.odds(30):
        left, _, right, bottom = scene.box()
        scene.write(left - 1, bottom + 1, "".join(chance.choice("_____-.oO") for _ in range(min(62, right - left + 3))))
    return scene
