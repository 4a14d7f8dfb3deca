"""Boxes."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import parade, strip
from .strokes import box
from .styles import HANDS, LIGHT


def boxes(chance: Chance) -> Canvas:
    """Return boxes: nested, scattered, piled up, or seen at an angle."""
    kind = chance.below(4)
    if kind == 3:
        return parade(chance, slanted_box, chance.between(1, 3), (0, 3))
    return (_nested, _scattered, _pile)[kind](chance)


TEXTURES = (" ", " ", " ", ".", ":", "/", "x ", "- ", "~", "=", "'", "\\", "+ ", "o  ")


MARKS = ("^^", "TEA", "UP", "42", "!", "?", "EGGS", "<>", "No 1", "(!)", "A-Z", "[Q]")


def _nested(chance: Chance) -> Canvas:
    """Return a box in a box in a box."""
    piece = Canvas()
    wide, high = chance.between(8, 22), chance.between(4, 8)
    while wide > 1 and high > 1:
        box(piece, -wide, -high, 2 * wide, 2 * high, chance.choice(HANDS), chance.choice(TEXTURES))
        wide, high = wide - chance.between(2, 5), high - chance.between(1, 3)
    return piece


def _scattered(chance: Chance) -> Canvas:
    """Return boxes that lie over each other."""
    piece = Canvas()
    for _ in range(chance.between(2, 5)):
        x, y, wide, high = chance.below(24), chance.below(9), chance.between(6, 20), chance.between(3, 9)
        box(piece, x, y, wide, high, chance.choice(HANDS), chance.choice(TEXTURES))
    return piece


def _pile(chance: Chance) -> Canvas:
    """Return crates in layers, some with a mark."""
    piece = Canvas()
    layers = chance.between(2, 4)
    for layer in range(layers):
        x, y = layer * 3 + chance.below(3), -4 * layer
        for _ in range(layers - layer):
            wide = chance.between(7, 11)
            box(piece, x, y - 3, wide, 4, chance.choice(LIGHT), chance.choice(TEXTURES))
            if chance.odds(40):
                mark = chance.choice(MARKS)
                piece.write(x + (wide - len(mark)) // 2, y - 1, mark)
            x += wide + chance.below(2)
    return piece


def slanted_box(chance: Chance) -> Canvas:
    """Return a box whose front, top and right side can be seen."""
    cube = Canvas()
    wide, high, deep = chance.between(4, 14), chance.between(2, 5), chance.between(1, 4)
    front, side, lid = (chance.choice((" ", " ", " ", ":", ".", "#", "/", "o ", "- ", "'")) for _ in range(3))
    corner, level = tuple(chance.choice(("+-", ".-", "+=", "o-", "**", "._")))
    rule = corner + level * wide + corner
    cube.write(deep + 1, 0, rule)
    for step in range(1, deep + 1):
        cube.write(step, deep + 1 - step, "/" + strip(lid, wide) + "/")
    cube.write(0, deep + 1, rule)
    for y in range(deep + 2, deep + 2 + high):
        cube.write(0, y, "|" + strip(front[y % len(front) :] + front, wide) + "|")
    cube.write(0, deep + 2 + high, rule)
    for step in range(1, deep + 2):
        x, top = wide + 1 + step, deep + 1 - step
        for y in range(top + 1, top + high + 1):
            cube.put(x, y, "|" if step == deep + 1 else side[0])
        cube.put(x, top + high + 1, "/" if step <= deep else corner)
    return cube
