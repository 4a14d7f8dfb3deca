"""Boats and the water that they lie on."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .fish import fish
from .landscapes import cloud, sun


def surface(chance: Chance, width: int, rows: int) -> Canvas:
    """Return `rows` of waves."""
    water = Canvas()
    crest = chance.choice(("~", "~", "~^", "-._.", "~~-", "^~", "`-.__.-'", "_.-'`-._", ")`.", "-^"))
    for y in range(rows):
        if y == 0:
            row = (crest * width)[:width]
        else:
            row = "".join(chance.choice("~~~~-  ") for _ in range(width))
        water.write(0, y, row)
    return water


def sailing_boat(chance: Chance) -> Canvas:
    """Return a boat with one to three sails."""
    boat = Canvas()
    tall = chance.between(4, 9)
    hull = tall * 2 + chance.between(2, 6)
    mast = hull // 2
    left, right = chance.odds(65), True
    mark = chance.choice((" ", " ", " ", ".", ":", "'", "=", "-"))
    for y in range(tall):
        boat.put(mast, -tall + y - 1, "|")
        if right and y:
            boat.write(mast + 1, -tall + y - 1, mark * (y - 1) + "\\")
        if left and y > 1:
            boat.write(mast - y + 1, -tall + y - 1, "/" + mark * (y - 2))
    boat.write(mast + 1, -1, "_" * (tall - 1) + "\\")
    if left:
        boat.write(mast - tall + 1, -1, "/" + "_" * (tall - 2))
    if chance.odds(50):
        boat.write(mast, -tall - 1, chance.choice(("|>", "|~", "|\\", "!")))
    deck = chance.choice(("_", "=", "-"))
    deep = chance.between(1, 2)
    plank = chance.choice((" ", " ", "o ", "=", "-", "_", ". "))
    boat.write(mast, 0, "|")
    for x in range(hull):
        boat.cells.setdefault((x, 0), deck)
    for y in range(1, deep + 1):
        body = (plank * hull)[: hull - 2 * y]
        boat.write(y - 1, y, "\\" + (body if y < deep else "_" * len(body)) + "/")
    return boat


def steamer(chance: Chance) -> Canvas:
    """Return a ship with a cabin and funnels."""
    ship = Canvas()
    hull = chance.between(18, 34)
    cabin = chance.between(8, hull - 8)
    left = chance.between(3, hull - cabin - 3)
    hole = chance.choice(("o ", "[]", "o  ", "# ", ". ", "O  ", "|_"))
    decks = chance.between(1, 3)
    for deck in range(decks):
        inset = deck * 2
        inner = cabin - 2 * inset - 2
        if inner < 4:
            break
        ship.write(left + inset, -1 - 2 * deck, "|" + (" " + hole * inner)[:inner] + "|")
        ship.write(left + inset, -2 - 2 * deck, "." + "_-="[chance.below(3)] * inner + ".")
    top = ship.box()[1]
    for x in range(chance.between(1, 3)):
        column = left + 4 + x * 4
        if column < left + cabin - 4:
            ship.rows(column, top - 1, chance.choice(([".-.", "|=|"], ["__", "||"], ["[]", "||"], ["_", "I"])))
    if chance.odds(70):
        for step in range(chance.between(2, 4)):
            ship.write(left + 4 - 3 * step, top - 2 - step // 2, chance.choice(("~~", "( )", "oo", "@", "()")))
    ship.write(0, 0, "_" * hull)
    ship.write(-1, 1, "\\" + ("  " + hole * hull)[:hull] + "/")
    ship.write(0, 2, "\\" + chance.choice(("_", " ", "=")) * (hull - 2) + "/")
    if chance.odds(30):
        ship.write(2, 1, chance.choice(("LUNA", "VEGA", "NEMI", "TERN", "ODA", "KORA", "No 7", "M-12")))
    return ship


def rowing_boat(chance: Chance) -> Canvas:
    """Return a small boat, perhaps with somebody in it."""
    boat = Canvas()
    hull = chance.between(9, 16)
    boat.write(0, 0, "\\" + chance.choice("_-=") * (hull - 2) + "/")
    boat.write(1, 1, "\\" + "_" * (hull - 4) + "/")
    if chance.odds(70):
        boat.rows(hull // 2 - 2, -2, [" " + chance.choice("oO@Q"), chance.choice(("/|\\", "/|--", "<|>", "\\|/"))])
        boat.write(hull // 2 + 2, 0, "\\")
        boat.write(hull // 2 + 3, 1, "\\")
    return boat


def boats(chance: Chance) -> Canvas:
    """Return boats on the water, perhaps with a sky above and fish below."""
    scene = Canvas()
    width = chance.between(26, 58)
    x = chance.between(1, 5)
    fleet = Canvas()
    while True:
        boat = chance.choice((sailing_boat, sailing_boat, steamer, rowing_boat))(chance)
        if x + boat.width > width - 1:
            break
        fleet.place(boat if chance.odds(60) else boat.mirrored(), x, 0)
        x += boat.width + chance.between(3, 12)
        if chance.odds(50):
            break
    if chance.odds(40):
        scene.place(chance.choice((sun, cloud))(chance), chance.between(0, width - 14), -chance.between(8, 12))
    if chance.odds(30):
        for _ in range(chance.between(1, 4)):
            scene.write(chance.below(width - 3), -chance.between(8, 13), chance.choice(("v", "~v~", "\\/", "^v^")))
    scene.paste(fleet)
    deep = chance.choice((1, 1, 2, 3))
    scene.paste(surface(chance, width, deep), 0, 1)
    if chance.odds(20):
        for _ in range(chance.between(1, 3)):
            scene.place(fish(chance), chance.between(1, width - 16), chance.between(deep + 4, deep + 7))
    return scene
