"""Houses and what stands around them."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
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


def house(chance: Chance) -> Canvas:
    """Return a house seen from the front, or from the side with its long roof."""
    home = Canvas()
    tall, wide = chance.between(3, 5), chance.between(5, 9) * 2
    tile, brick = chance.choice(ROOFS), chance.choice(BRICKS)
    wall = chance.choice(("|", "|", "|", "#", "H", "I", ":"))
    kind = chance.below(3)
    if kind == 0:
        peak = wide // 2
        for step in range(peak):
            home.write(step, -step - 1, "/" + (tile * wide)[: wide - 2 * step - 2] + "\\")
        home.write(1, -1, "/" + "_" * (wide - 4) + "\\") if tile == " " else None
        if tile == " " and peak > 4:
            home.write(peak - 1, -peak + 2, chance.choice(("()", "[]", "oo", "<>", "/\\")))
    else:
        slope = chance.between(2, 4)
        back = chance.odds(50)
        for step in range(slope):
            inner = (tile * 40)[step % len(tile) :][: wide - 2 if back else wide - 2 * step - 2]
            home.write(step, -step - 1, "/" + inner + ("/" if back else "\\"))
        top = slope - 1 if not back else slope
        home.write(slope + (0 if back else 0), -slope - 1, "_" * (wide - 2 * slope if not back else wide - 1))
        if back:
            for step in range(slope):
                edge = wide - 1 + step
                home.write(edge, -step - 1, "/")
                home.write(edge + 1, -step - 1, " " * max(0, 2 * (slope - 1 - step)) + "\\")
            home.cells.pop((wide - 1 + top, -slope - 1), None)
    right = wide - 1
    for y in range(tall):
        home.write(0, y, wall + (brick * wide)[y % 2 : wide - 2 + y % 2] + wall)
    base = tall - 1
    if kind and back:
        far = wide - 1 + 2 * (slope - 1) + 2
        for y in range(tall):
            home.write(right, y, wall + " " * (far - right - 1) + wall)
        home.write(right + 1, base, "_" * (far - right - 1))
        hole = chance.choice(WINDOWS)
        if far - right - 1 > len(hole):
            home.write(right + 1 + (far - right - 1 - len(hole)) // 2, 1, hole)
    home.write(1, base, chance.choice("__-=.") * (wide - 2))
    door = chance.between(2, max(2, wide - 7))
    leaf = chance.choice(
        (("___", "| |", "|.|"), (".-.", "| |", "|'|"), ("+-+", "| |", "|o|"), ("_", "|", "|"), ("/^\\", "|:|", "|:|"))
    )
    panes = chance.choice(WINDOWS)
    for x in range(2, wide - len(panes) - 1, len(panes) + chance.between(2, 3)):
        if not door - len(panes) <= x <= door + len(leaf[0]):
            home.write(x, chance.choice((0, 1, 1)), panes)
    for y, row in enumerate(leaf):
        home.write(door, base - 2 + y, row)
    if chance.odds(55):
        x = chance.between(3, wide - 4)
        top = min((y for (column, y) in home.cells if column == x), default=0)
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
    home = house(chance)
    if chance.odds(35):
        scene.place(any_tree(chance), -chance.between(7, 12), 0)
    scene.place(home, 0, 0)
    x = home.width + 1
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        thing = chance.choice((any_tree, shrub, house, fence))(chance)
        if x + thing.width > 46:
            break
        scene.place(thing, x, 0)
        x += thing.width + 1
    if chance.odds(25):
        _, y0, _, _ = scene.box()
        scene.place(chance.choice((sun, cloud))(chance), x + 2, y0 + 1)
    left, _, right, _ = scene.box()
    if chance.odds(75):
        scene.place(meadow(chance, right - left + 3), left - 1, 1)
    return scene
