"""Insects and spiders."""

from __future__ import annotations

from .canvas import MIRROR, Canvas
from .chance import Chance
from .compose import floor, parade
from .strokes import FINE, blob
from .styles import LIGHT
from .trees import meadow


def butterfly(chance: Chance) -> Canvas:
    """Return a butterfly: the right wings are drawn, the mirror gives the others."""
    style = chance.choice(LIGHT)
    up, down = chance.between(4, 8), chance.between(3, 6)
    high, low = chance.between(20, 40), chance.between(16, 28)
    texture = chance.choice((" ", "'", ". ", "o  ", ": ", "~ ", "* ", "\\", "( "))
    wings = Canvas()
    blob(wings, down * FINE + 8, low + 2, down * FINE, low, style, chance.choice((" ", texture)))
    blob(wings, up * FINE + 8, -high + 14, up * FINE, high, style, texture)
    spot = chance.choice(("(o)", "<*>", ".@.", "{ }", "( )", "   ", "oOo", " # ", "/0\\"))
    wings.write(up - 1, -high // FINE, spot)
    insect = Canvas()
    for (x, y), char in wings.cells.items():
        if x > 0:
            insect.put(x, y, char)
            insect.put(-x, y, char.translate(MIRROR))
    body, top = chance.choice("|I#H8O@"), -high // FINE - 1
    for y in range(top + 1, low // FINE + 2):
        insect.put(0, y, body)
    insect.write(-1, top - 1, "\\ /")
    insect.put(0, top, chance.choice("oO@*."))
    tip = chance.choice(("\\", "o", ".", "'", "@"))
    insect.put(-2, top - 2, tip)
    insect.put(2, top - 2, tip.translate(MIRROR))
    return insect


def spider(chance: Chance) -> Canvas:
    """Return a spider, perhaps on its thread."""
    insect = Canvas()
    for y in range(chance.choice((0, 0, 3, 5, 8))):
        insect.put(0, -3 - y, chance.choice("|:"))
    reach, thigh = chance.between(2, 5), chance.choice("_-=~")
    for way, slope, back in ((-1, "/", "\\"), (1, "\\", "/")):
        for step in range(1, reach):
            insect.put(way * (3 + step), -1, "_")
            insect.put(way * (3 + step), 0, thigh)
            insect.put(way * (3 + step), 1, "_")
        for foot in ((3 + reach, -1, slope), (3 + reach, 0, slope), (4 + reach, 0, slope), (4 + reach, 1, slope)):
            insect.put(way * foot[0], foot[1], foot[2])
        insect.put(way * (3 + reach), 1, back)
        insect.put(way * (2 + reach), 2, back)
    insect.rows(-3, -1, [" .---. ", "(     )", " `---' "])
    eye = chance.choice(("oo", "..", "^^", "::", "@@", "``", "**", "''"))
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
    """Return insects or spiders, alone or over a meadow."""
    kind = chance.choice((butterfly, butterfly, spider, bug, bug, caterpillar))
    scene = parade(chance, kind, chance.choice((1, 1, 1, 2, 3)), (2, 5))
    left, top, right, bottom = scene.box()
    if kind is caterpillar:
        floor(scene, chance.choice("_=~-^"))
    elif chance.odds(25):
        scene.place(meadow(chance, right - left + 5), left - 2, bottom + 2)
    for _ in range(chance.choice((0, 0, 2, 4))):
        speck = (chance.between(left - 1, right + 1), chance.between(top, bottom))
        scene.cells.setdefault(speck, chance.choice(".*'`"))
    return scene
