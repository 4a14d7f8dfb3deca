"""The larger animals of the sea."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .fish import crab, jellyfish, octopus, weed
from .strokes import FINE, bend, blob, stroke
from .styles import LIGHT


def sea_creatures(chance: Chance) -> Canvas:
    """Return one large animal of the sea: whale, turtle, octopus, crab, jellyfish, snail or sea horse."""
    scene = Canvas()
    kind = chance.below(6)
    if kind == 0:
        long, high = chance.between(9, 17) * 8, chance.between(22, 44)
        style = chance.choice(LIGHT)
        right = long // FINE
        fluke = chance.choice((("\\/", "||"), ("\\_  _/", "  \\\\/ "), ("_  _", "\\\\//"), ("\\\\ //", " \\_/ ")))
        stroke(scene, bend((long // 2, 16), (long + 30, 20), (long + 44, -16)), style)
        stroke(scene, bend((long // 2, 34), (long + 52, 40), (long + 62, -16)), style)
        scene.rows(right + 2, -3, fluke)
        blob(scene, 8, 8, long, high, style, chance.choice((" ", " ", "  '", ". ")))
        scene.put(-right + 2, 0, chance.choice("oO@*.^"))
        scene.write(-right + 1, 1, chance.choice(("--.", "__/", "==", "~~")))
        if high > 26:
            scene.write(-right // 2, high // FINE, chance.choice(("\\_\\", "\\\\", "(_(", "\\/")))
        if chance.odds(70):
            top = -high // FINE
            scene.rows(
                -right // 2 - 2,
                top - 3,
                chance.choice((("' . '", " \\|/", "  |"), (".--.--.", "'  |  '", "   |"), (" : : ", " .:. ", "  :"))),
            )
        return scene if chance.odds(50) else scene.mirrored()
    if kind == 1:
        wide, high = chance.between(4, 8) * FINE, chance.between(26, 44)
        shell = chance.choice(("# ", "/\\", "()", "<>", "o ", "X ", "\\_/ "))
        for x in (-wide * 2 // 3, wide * 2 // 3):
            scene.rows(x // FINE, 1, chance.choice((["| |", "|_|"], ["\\ \\", " \\_)"], ["(_)"], ["/ /", "(_/"])))
        blob(scene, wide + 24, 4, 30, 18, chance.choice(LIGHT))
        scene.put((wide + 36) // FINE, 0, chance.choice("oO'.*@-"))
        scene.write(-wide // FINE - 2, 1, chance.choice(("<_", "~.", "-=")))
        blob(scene, 8, 0, wide, high, chance.choice(LIGHT), shell)
        for x, y in list(scene.cells):
            if y == 1 and abs(x * FINE) < wide - 8 and abs(y * FINE) < high:
                scene.put(x, y, "_")
        scene.cells = {(x, y): c for (x, y), c in scene.cells.items() if y < 3 or abs(x) * FINE < wide}
        return scene if chance.odds(50) else scene.mirrored()
    if kind == 2:
        turns = chance.between(2, 3)
        wide = chance.between(4, 6)
        for ring in range(turns):
            reach = (wide - ring * 2) * FINE
            if reach < 12:
                break
            blob(scene, 8 - ring * 8, -ring * 3, reach, reach * 9 // 20, chance.choice(LIGHT))
        low = scene.box()[3]
        scene.write(-wide - 2, low, "_" * (wide * 2 + 8))
        scene.write(wide + 6, low - 1, "/")
        scene.rows(wide + 5, low - 4, chance.choice((["o   o", " \\ /", "  )("], ["@ @", "|/"], ["\\ |", " \\|"])))
        scene.put(wide + 7, low - 1, chance.choice(("'", "-", "~")))
        scene.write(wide + 6, low, "/")
        return scene if chance.odds(50) else scene.mirrored()
    width = chance.between(20, 34)
    maker = (jellyfish, octopus, crab)[kind - 3]
    x = 0
    for _ in range(chance.between(1, 3)):
        one = maker(chance)
        scene.place(one, x, chance.between(-2, 2) if maker is not crab else 0)
        x += one.width + chance.between(2, 5)
    left, top, right, bottom = scene.box()
    for _ in range(chance.between(0, 6)):
        scene.cells.setdefault((chance.between(left, right), chance.between(top - 2, bottom)), chance.choice("o.O"))
    if chance.odds(50):
        scene.write(left - 2, bottom + 1, (chance.choice((".", "_", "._", ".:", "~")) * width * 2)[: right - left + 5])
        for _ in range(chance.below(4)):
            scene.place(weed(chance), chance.between(left - 2, right + 2), bottom + 1)
    return scene
