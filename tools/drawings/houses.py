"""Houses and what stands around them."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import strip
from .landscapes import cloud, sun
from .trees import any_tree, meadow, shrub

WINDOWS = ("[]", "[+]", "|_|", "(_)", "[#]", "[H]", "{ }", "[=]", "oo", "[_|_]", "|+|", "/-\\")

ROOFS = (" ", " ", "_|", "/", "\\", "^", "~", ".:", "=", "#", "x", "- ", "v", "V_")

BRICKS = ("  ", "  ", "  ", "  ", "_|", ". ", "= ", "::", "|", "--")


def smoke(chance: Chance) -> Canvas:
    """Return smoke that drifts up and to the right."""
    trail = Canvas()
    sign = chance.choice(("( )", "~", "o", "*", "@", "()", ")", "S"))
    for step in range(chance.between(2, 5)):
        trail.write(step * chance.between(0, 2), -step, sign)
    return trail


def gable(chance: Chance, wide: int, tile: str) -> Canvas:
    """Return a roof seen from the front: a triangle `wide` cells wide that stands on row -1."""
    roof = Canvas()
    peak = wide // 2
    for step in range(peak):
        roof.write(step, -step - 1, "/" + strip(tile, wide - 2 * step - 2) + "\\")
    if tile == " ":
        roof.write(1, -1, "_" * (wide - 2))
        if peak > 4:
            roof.write(peak - 1, -peak + 2, chance.choice(("()", "[]", "oo", "<>", "/\\")))
    return roof


def long_roof(wide: int, slope: int, tile: str) -> Canvas:
    """Return a roof seen from the front whose two ends lean inwards."""
    roof = Canvas()
    roof.write(slope, -slope - 1, "_" * (wide - 2 * slope))
    for step in range(slope):
        roof.write(step, -step - 1, "/" + strip(tile[step % len(tile) :] + tile, wide - 2 * step - 2) + "\\")
    return roof


def slanted_roof(wide: int, slope: int, tile: str) -> Canvas:
    """Return a roof seen at an angle: the tiled side, and the gable to its right."""
    roof = Canvas()
    roof.write(slope, -slope - 1, "_" * (wide - 1))
    for step in range(slope):
        roof.write(step, -step - 1, "/" + strip(tile[step % len(tile) :] + tile, wide - 2) + "/")
        roof.write(wide + step, -step - 1, " " * (2 * (slope - 1 - step)) + "\\")
    return roof


DOORS = (
    ("___", "| |", "|.|"),
    (".-.", "| |", "|'|"),
    ("+-+", "| |", "|o|"),
    ("_", "|", "|"),
    ("/^\\", "|:|", "|:|"),
)


def house(chance: Chance) -> Canvas:
    """Return a house seen from the front, or at an angle with its gable."""
    tall, wide = chance.between(3, 5), chance.between(5, 9) * 2
    tile, brick = chance.choice(ROOFS), chance.choice(BRICKS)
    wall = chance.choice("|||#HI:")
    slope = chance.between(2, 4)
    kind = chance.below(3)
    home = (gable(chance, wide, tile), long_roof(wide, slope, tile), slanted_roof(wide, slope, tile))[kind]
    side = 2 * slope - 1 if kind == 2 else 0
    panes = chance.choice(WINDOWS)
    for y in range(tall):
        home.write(0, y, wall + strip(brick[y % len(brick) :] + brick, wide - 2) + wall)
        if side:
            home.write(wide, y, " " * side + wall)
    home.write(1, tall - 1, chance.choice("__-=.") * (wide - 2))
    if side:
        home.write(wide, tall - 1, "_" * side)
        if len(panes) < side:
            home.write(wide + (side - len(panes)) // 2, 1, panes)
    door, at = chance.choice(DOORS), chance.between(2, max(2, wide - 7))
    for x in range(2, wide - len(panes) - 1, len(panes) + chance.between(2, 3)):
        if not at - len(panes) <= x <= at + len(door[0]):
            home.write(x, chance.choice((0, 1, 1)), panes)
    for y, row in enumerate(door, tall - 3):
        home.write(at, y, row)
    if chance.odds(55):
        x = chance.between(3, wide - 4)
        top = min(y for (column, y) in home.cells if column == x)
        home.rows(x, top - 1, chance.choice((["[]", "||"], ["__", "||"], ["_", "I"], ["nn", "||"])))
        if chance.odds(60):
            home.paste(smoke(chance), x, top - 2)
    return home


def fence(chance: Chance) -> Canvas:
    """Return a garden fence."""
    row = Canvas()
    count = chance.between(3, 6)
    post = chance.choice((("^", "H", "H"), (".", "|", "|"), ("A", "#", "#"), ("_", "I", "I")))
    rail = chance.choice(("-", "=", "_"))
    for x in range(count):
        for y, sign in enumerate(post):
            row.put(2 * x, y, sign)
            if y == 1 and x < count - 1:
                row.put(2 * x + 1, y, rail)
    return row


def houses(chance: Chance) -> Canvas:
    """Return a house with what stands around it."""
    scene = Canvas()
    if chance.odds(35):
        scene.place(any_tree(chance), -chance.between(7, 12), 0)
    home = house(chance)
    scene.place(home, 0, 0)
    x = home.width + 1
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        thing = chance.choice((any_tree, shrub, house, fence))(chance)
        if x + thing.width > 46:
            break
        scene.place(thing, x, 0)
        x += thing.width + 1
    left, top, right, _ = scene.box()
    if chance.odds(25) and right - left < 44:
        scene.place(chance.choice((sun, cloud))(chance), x + 2, min(top, -6))
    left, _, right, _ = scene.box()
    if chance.odds(75):
        scene.place(meadow(chance, right - left + 3), left - 1, 1)
    return scene
