"""The larger animals of the sea."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import floor, parade, turned
from .fish import crab, jellyfish, octopus, weed
from .strokes import FINE, bend, blob, ellipse, inside, stroke
from .styles import LIGHT


def whale(chance: Chance) -> Canvas:
    """Return a whale that looks to the left, perhaps blowing."""
    beast = Canvas()
    long, high = chance.between(9, 17) * 8, chance.between(22, 44)
    style = chance.choice(LIGHT)
    right = long // FINE
    fluke = chance.choice((("\\/", "||"), ("\\_  _/", "  \\\\/ "), ("_  _", "\\\\//"), ("\\\\ //", " \\_/ ")))
    stroke(beast, bend((long // 2, 16), (long + 30, 20), (long + 44, -16)), style)
    stroke(beast, bend((long // 2, 34), (long + 52, 40), (long + 62, -16)), style)
    beast.rows(right + 2, -3, fluke)
    blob(beast, 8, 8, long, high, style, chance.choice((" ", " ", "  '", ". ")))
    beast.put(-right + 2, 0, chance.choice("oO@*.^"))
    beast.write(-right + 1, 1, chance.choice(("--.", "__/", "==", "~~")))
    if high > 26:
        beast.write(-right // 2, high // FINE, chance.choice(("\\_\\", "\\\\", "(_(", "\\/")))
    if chance.odds(70):
        jet = chance.choice((("' . '", " \\|/", "  |"), (".--.--.", "'  |  '", "   |"), (" : : ", " .:. ", "  :")))
        beast.rows(-right // 2 - 2, -high // FINE - 3, jet)
    return beast


def turtle(chance: Chance) -> Canvas:
    """Return a turtle that looks to the right."""
    beast = Canvas()
    wide, high = chance.between(4, 8), chance.between(28, 44)
    shell = chance.choice(("# ", "/\\", "()", "<>", "o ", "X ", "\\_/ "))
    foot = chance.choice((["| |", "|_|"], ["\\ \\", " \\_)"], ["(_)"], ["/ /", "(_/"]))
    for x in (-wide * 2 // 3 - 1, wide * 2 // 3 - 1):
        beast.rows(x, 1, foot)
    blob(beast, (wide + 1) * FINE + 8, 4, 30, 18, chance.choice(LIGHT))
    beast.put(wide + 2, 0, chance.choice("oO'.*@-"))
    beast.write(-wide - 2, 1, chance.choice(("<_", "~.", "-=")))
    for column, row in inside(8, FINE, wide * FINE, high):
        if row < 1:
            beast.put(column, row, shell[(column + wide) % len(shell)])
    stroke(beast, ellipse(8, FINE, wide * FINE, high, 180, 180), chance.choice(LIGHT))
    beast.write(-wide, 1, "`" + chance.choice("_-=") * (2 * wide - 1) + "'")
    return beast


def snail(chance: Chance) -> Canvas:
    """Return a sea snail that looks to the right."""
    beast = Canvas()
    wide = chance.between(4, 6)
    for ring in range(chance.between(2, 3)):
        reach = (wide - ring * 2) * FINE
        if reach > 12:
            blob(beast, 8 - ring * 8, -ring * 3, reach, reach * 9 // 20, chance.choice(LIGHT))
    low = beast.box()[3]
    beast.write(-wide - 2, low, "_" * (wide * 2 + 8) + "/")
    beast.write(wide + 6, low - 1, "/" + chance.choice("'-~"))
    beast.rows(wide + 5, low - 4, chance.choice((["o   o", " \\ /", "  )("], ["@ @", "|/"], ["\\ |", " \\|"])))
    return beast


def sea_creatures(chance: Chance) -> Canvas:
    """Return a whale, a turtle or a snail, or a few jellyfish, octopuses or crabs."""
    kind = chance.choice((whale, whale, turtle, snail, jellyfish, octopus, crab))
    if kind in (whale, turtle, snail):
        scene = turned(chance, kind(chance))
    else:
        scene = parade(chance, kind, chance.between(1, 3), (2, 5))
    left, top, right, bottom = scene.box()
    for _ in range(chance.between(0, 6)):
        bubble = (chance.between(left, right), chance.between(top - 2, bottom))
        scene.cells.setdefault(bubble, chance.choice("o.O"))
    if chance.odds(50):
        floor(scene, chance.choice((".", "_", "._", ".:", "~")))
        for _ in range(chance.below(4)):
            scene.place(weed(chance), chance.between(left - 2, right + 2), bottom + 1)
    return scene
