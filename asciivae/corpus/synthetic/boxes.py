"""Boxes."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .strokes import box
from .styles import HANDS, LIGHT


def boxes(chance: Chance) -> Canvas:
    """Return boxes: nested, overlapping, stacked, or seen at an angle, plain or textured."""
    piece = Canvas()
    kind = chance.below(4)
    texture = (" ", " ", " ", ".", ":", "/", "x ", "- ", "~", "=", "'", "\\", "+ ", "o  ")
    if kind == 0:
        wide, high = chance.between(8, 22), chance.between(4, 8)
        while wide > 1 and high > 1:
            box(piece, -wide, -high, 2 * wide, 2 * high, chance.choice(HANDS), chance.choice(texture))
            wide, high = wide - chance.between(2, 5), high - chance.between(1, 3)
    elif kind == 1:
        for _ in range(chance.between(2, 5)):
            box(
                piece,
                chance.below(24),
                chance.below(9),
                chance.between(6, 20),
                chance.between(3, 9),
                chance.choice(HANDS),
                chance.choice(texture),
            )
    elif kind == 2:
        count = chance.between(2, 4)
        y = 0
        for at in range(count):
            x = at * 3 + chance.below(3)
            for _ in range(count - at):
                wide, high = chance.between(7, 11), 4
                box(piece, x, y - high + 1, wide, high, chance.choice(LIGHT), chance.choice(texture))
                if chance.odds(40):
                    mark = chance.choice(("^^", "TEA", "UP", "42", "!", "?", "EGGS", "<>", "No 1", "(!)", "A-Z", "[Q]"))
                    piece.write(x + (wide - len(mark)) // 2, y - 1, mark)
                x += wide + chance.below(2)
            y -= 4
    else:
        x = 0
        for _ in range(chance.between(1, 3)):
            cube = slanted_box(chance)
            piece.place(cube, x, 0)
            x += cube.width + chance.between(0, 3)
            if x > 44:
                break
    return piece


def slanted_box(chance: Chance) -> Canvas:
    """Return a box whose front, top and right side can be seen."""
    cube = Canvas()
    wide, high, deep = chance.between(4, 14), chance.between(2, 5), chance.between(1, 4)
    front, side, lid = (chance.choice((" ", " ", " ", ":", ".", "#", "/", "o ", "- ", "'")) for _ in range(3))
    corner, level = chance.choice((("+", "-"), (".", "-"), ("+", "="), ("o", "-"), ("*", "*"), (".", "_")))
    for step in range(deep):
        x = deep - step
        cube.write(x, step + 1, "/" + (lid * wide)[:wide] + "/")
    cube.write(deep + 1, 0, corner + level * wide + corner)
    cube.write(0, deep + 1, corner + level * wide + corner)
    for y in range(high):
        cube.write(0, deep + 2 + y, "|" + (front * wide)[y % len(front) :][:wide].ljust(wide) + "|")
    cube.write(0, deep + 2 + high, corner + level * wide + corner)
    for step in range(1, deep + 2):
        top = deep + 1 - step
        for y in range(top + 1, top + high + 1):
            cube.put(wide + 1 + step, y, "|" if step == deep + 1 else side[0])
        cube.put(wide + 1 + step, top + high + 1, "/" if step <= deep else corner)
    for step in range(1, deep + 1):
        cube.put(wide + 1 + step, deep + 1 - step, "/")
    return cube
