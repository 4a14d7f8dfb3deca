"""Boats and the water that they lie on."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import BREADTH, parade, strip, turned
from .fish import fish
from .landscapes import cloud, flock, sun


def surface(chance: Chance, width: int, rows: int) -> Canvas:
    """Return `rows` of waves."""
    water = Canvas()
    crest = chance.choice(("~", "~", "~^", "-._.", "~~-", "^~", "`-.__.-'", "_.-'`-._", ")`.", "-^"))
    water.write(0, 0, strip(crest, width))
    for y in range(1, rows):
        water.write(0, y, "".join(chance.choice("~~~~-  ") for _ in range(width)))
    return water


def sailing_boat(chance: Chance) -> Canvas:
    """Return a boat with one sail or two."""
    boat = Canvas()
    tall = chance.between(4, 9)
    hull = tall * 2 + chance.between(2, 6)
    mast, jib = hull // 2, chance.odds(65)
    cloth = chance.choice("   .:'=-")
    for y in range(-tall, 0):
        reach, fill = y + tall, "_" if y == -1 else cloth
        boat.put(mast, y, "|")
        boat.write(mast + 1, y, fill * reach + "\\")
        if jib and reach:
            boat.write(mast - reach, y, "/" + fill * (reach - 1))
    if chance.odds(50):
        boat.write(mast, -tall - 1, chance.choice(("|>", "|~", "|\\", "!")))
    boat.write(0, 0, chance.choice("_=-") * hull)
    boat.put(mast, 0, "|")
    plank, deep = chance.choice((" ", " ", "o ", "=", "-", "_", ". ")), chance.between(1, 2)
    for y in range(1, deep + 1):
        boat.write(y - 1, y, "\\" + strip(plank if y < deep else "_", hull - 2 * y) + "/")
    return boat


def steamer(chance: Chance) -> Canvas:
    """Return a ship with decks and funnels."""
    ship = Canvas()
    hull = chance.between(18, 34)
    cabin = chance.between(8, hull - 8)
    left = chance.between(3, hull - cabin - 3)
    hole = chance.choice(("o ", "[]", "o  ", "# ", ". ", "O  ", "|_"))
    for deck in range(chance.between(1, 3)):
        inner = cabin - 4 * deck - 2
        if inner < 4:
            break
        ship.write(left + 2 * deck, -1 - 2 * deck, "|" + strip(" " + hole * 9, inner) + "|")
        ship.write(left + 2 * deck, -2 - 2 * deck, "." + chance.choice("_-=") * inner + ".")
    top = ship.box()[1]
    funnel = chance.choice(([".-.", "|=|"], ["__", "||"], ["[]", "||"], ["_", "I"]))
    for x in range(left + 4, min(left + cabin - 4, left + 4 * chance.between(2, 4)), 4):
        ship.rows(x, top - 1, funnel)
    if chance.odds(70):
        smoke = chance.choice(("~~", "( )", "oo", "@", "()"))
        for step in range(chance.between(2, 4)):
            ship.write(left + 4 - 3 * step, top - 2 - step // 2, smoke)
    ship.write(0, 0, "_" * hull)
    ship.write(-1, 1, "\\" + strip("  " + hole * 16, hull) + "/")
    ship.write(0, 2, "\\" + chance.choice("_ =") * (hull - 2) + "/")
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

    def vessel(chance: Chance) -> Canvas:
        return turned(chance, chance.choice((sailing_boat, sailing_boat, steamer, rowing_boat))(chance))

    fleet = parade(chance, vessel, chance.choice((1, 1, 2)), (3, 12))
    width = min(BREADTH, fleet.width + chance.between(4, 24))
    scene = Canvas()
    if chance.odds(40):
        sky = chance.choice((sun, cloud))(chance)
        scene.place(sky, chance.between(0, max(0, width - sky.width)), -chance.between(8, 12))
    if chance.odds(30):
        flock(chance, scene, width)
    scene.place(fleet, (width - fleet.width) // 2, fleet.box()[3])
    deep = chance.choice((1, 1, 2, 3))
    scene.paste(surface(chance, width, deep), 0, 1)
    if chance.odds(20):
        one = fish(chance)
        scene.place(one, chance.between(0, max(0, width - one.width)), deep + 2 + one.height)
    return scene
