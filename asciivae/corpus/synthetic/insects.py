"""Insects and spiders."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .strokes import FINE, blob
from .styles import LIGHT
from .trees import meadow


def butterfly(chance: Chance) -> Canvas:
    """Return a butterfly: one half is drawn, the mirror gives the other."""
    half = Canvas()
    style = chance.choice(LIGHT)
    up, down = chance.between(4, 8), chance.between(3, 6)
    high, low = chance.between(20, 40), chance.between(16, 28)
    texture = chance.choice((" ", "'", ". ", "o  ", ": ", "~ ", "* ", "\\", "( "))
    blob(half, down * FINE + 8 - (down % 2) * 0, low + 2, down * FINE, low, style, chance.choice((" ", texture)))
    blob(half, up * FINE + 8, -high + 14, up * FINE, high, style, texture)
    half.write(up - 1, -high // FINE, chance.choice(("(o)", "<*>", ".@.", "{ }", "( )", "   ", "oOo", " # ", "/0\\")))
    insect = Canvas()
    for (x, y), char in half.cells.items():
        if x > 0:
            insect.put(x, y, char)
    other = Canvas()
    other.paste(insect)
    left, _, right, _ = other.box()
    for (x, y), char in other.mirrored().cells.items():
        insect.put(x - left - right, y, char)
    body = chance.choice("|I#H8O@")
    for y in range(-high // FINE, low // FINE + 2):
        insect.put(0, y, body)
    top = -high // FINE - 1
    insect.put(0, top, chance.choice("oO@*."))
    for side, sign in ((-1, "\\"), (1, "/")):
        insect.put(side, top - 1, sign)
        insect.put(
            2 * side,
            top - 2,
            chance.choice((sign, "o", ".", "'", "@"))
            if side < 0
            else insect.cells.get((-2, top - 2), sign).replace("\\", "/"),
        )
    return insect


def spider(chance: Chance) -> Canvas:
    """Return a spider, perhaps on its thread."""
    insect = Canvas()
    for y in range(chance.choice((0, 0, 3, 5, 8))):
        insect.put(0, -3 - y, chance.choice("|:"))
    eye = chance.choice(("oo", "..", "^^", "::", "@@", "``", "**", "''"))
    reach = chance.between(2, 4)
    for row in range(3):
        y = row - 1
        for side in (-1, 1):
            bent = "/" if (side < 0) == (row < 2) else "\\"
            foot = "\\" if bent == "/" else "/"
            insect.write(
                side * 4 if side > 0 else -4 - reach + 1,
                y,
                chance.choice("_-=~") * reach
                if row == 1
                else bent + "_" * (reach - 1)
                if side < 0
                else "_" * (reach - 1) + bent,
            )
            insect.put(
                side * (4 + reach),
                y + (1 if row == 1 else 0) + (0 if row < 2 else 1),
                bent if row == 1 else foot if row else bent,
            )
    insect.rows(-3, -1, [" .---. ", "(     )", " `---' "])
    insect.write(-1, 0, eye[0] + chance.choice(" vw-^") + eye[1])
    return insect


def bug(chance: Chance) -> Canvas:
    """Return a beetle from above."""
    insect = Canvas()
    wide = chance.between(2, 5)
    high = chance.between(24, 52)
    spot = chance.choice((" ", "o ", "*  ", ". ", "@  ", "'", ":", "O  ", "# "))
    style = chance.choice(LIGHT)
    for y in range(-high // FINE + 1, high // FINE + 1, 2):
        insect.write(-wide - 2, y, chance.choice(("/", "-", "_", "<")) + chance.choice("_-"))
        foot = insect.cells[-wide - 2, y]
        insect.write(wide + 1, y, insect.cells[-wide - 1, y] + {"/": "\\", "<": ">"}.get(foot, foot))
    blob(insect, 8, 8, wide * FINE, high, style, spot)
    for y in range(-high // FINE + 1, high // FINE + 1):
        insect.put(0, y, chance.choice("||:I"))
    top = -high // FINE
    blob(insect, 8, top * FINE, wide * 9, 14, style, " ")
    insect.write(-1, top, chance.choice(("o o", "^ ^", "...", "' '", "*_*")))
    insect.write(-2, top - 2, chance.choice(("\\   /", "(   )", "`\\ /'", "\\_ _/", "o   o")))
    return insect


def caterpillar(chance: Chance) -> Canvas:
    """Return a caterpillar, an ant or a snail's cousin that crawls."""
    insect = Canvas()
    count = chance.between(3, 9)
    ring = chance.choice(("( )", "(_)", "{ }", "(o)", "( : )", "[=]", "()", "(~)"))
    bow = chance.between(0, 2)
    step = len(ring) - 1
    for at in range(count):
        y = -(min(at, count - 1 - at) * bow // 2)
        insect.write(at * step, y, ring)
        if chance.odds(80):
            insect.write(at * step + step // 2, y + 1, chance.choice(('"', "'", "|", "^")))
    insect.rows(
        count * step,
        -3,
        chance.choice(
            (
                [" \\ /", '.-"-.', "(o o)", " `-' "],
                [" o o", " |/ ", "(o )>", " ~~ "],
                ["\\  /", " .--.", "( oo)", " `v' "],
            )
        ),
    )
    return insect


def insects(chance: Chance) -> Canvas:
    """Return insects and spiders, alone or with a plant."""
    scene = Canvas()
    kind = chance.choice((butterfly, butterfly, spider, bug, bug, caterpillar))
    x = 0
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        one = kind(chance)
        if x + one.width > 60:
            break
        scene.place(one, x, chance.between(-2, 0) if kind is not caterpillar else 0)
        x += one.width + chance.between(2, 5)
    if kind is caterpillar:
        scene.write(-2, 2, chance.choice(("_", "=", "~", "-", "^")) * min(60, x + 1))
    elif chance.odds(25):
        left, _, right, bottom = scene.box()
        scene.place(meadow(chance, right - left + 5), left - 2, bottom + 2)
    for _ in range(chance.choice((0, 0, 2, 4))):
        left, top, right, bottom = scene.box()
        scene.cells.setdefault(
            (chance.between(left - 1, right + 1), chance.between(top, bottom)), chance.choice(".*'`")
        )
    return scene
