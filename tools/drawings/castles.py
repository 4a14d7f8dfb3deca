"""Castles."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .chance import Chance
from .compose import strip
from .houses import BRICKS
from .landscapes import cloud
from .trees import meadow


def tower(chance: Chance) -> Canvas:
    """Return a castle tower with battlements, or with a pointed roof."""
    keep = Canvas()
    wide, tall = chance.between(2, 4) * 2 + 1, chance.between(4, 10)
    brick = chance.choice(BRICKS)
    if chance.odds(50):
        teeth = chance.choice(("|_", "[]", "|'", "_|", "n_"))
        keep.write(-1, -2, strip(teeth, wide + 1) + teeth[0])
        keep.write(-1, -1, "|" + chance.choice("_ =") * wide + "|")
    else:
        peak = wide // 2 + 1
        for step in range(peak - 1):
            inner = wide - 2 * step - 2
            keep.write(step, -step - 1, "/" + chance.choice((" ", "^", ":", "'")) * inner + "\\")
        keep.put(wide // 2, -peak, chance.choice("^A.,"))
        if chance.odds(70):
            flag = chance.choice(("|>", "|~", "|==", "|\\", "|]"))
            keep.write(wide // 2, -peak - 1, flag)
    for y in range(tall):
        keep.write(0, y, "|" + strip(brick[y % len(brick) :] + brick, wide - 2) + "|")
    slit = chance.choice(("|", "[]", "o", "I", "n", "()", "+", "A"))
    for y in range(1, tall - 1, chance.between(2, 4)):
        keep.write(wide // 2 - len(slit) // 2 + (len(slit) % 2 == 0), y, slit)
    return keep


GATES = (
    r"""
 .--.
/ || \
|-++-|
|_||_|
""",
    r"""
.---.
|###|
|###|
|###|
""",
    r"""
 ____
/|||\\
||||||
||||||
""",
    r"""
  __
 /  \
|   o|
|____|
""",
)


def castles(chance: Chance) -> Canvas:
    """Return a castle: towers, the wall between them, a gate, perhaps water in front."""
    scene = Canvas()
    left = tower(chance)
    right = left.mirrored() if chance.odds(60) else tower(chance)
    gap = chance.between(8, 22)
    tall = chance.between(3, 5)
    teeth = chance.choice(("|_", "_n", "[]", "'|", "-_", "^v"))
    wall = Canvas()
    brick = chance.choice((("   ", "   "), ("_|__", "__|_"), ("    ", " -- "), (". ", " ."), ("=  ", "  =")))
    wall.write(0, -tall - 1, strip(teeth, gap))
    for y in range(tall):
        wall.write(0, -y - 1, strip(brick[y % 2], gap))
    gate = sprite(chance.choice(GATES))
    if chance.odds(45):
        middle = tower(chance)
        wall.place(middle, (gap - middle.width) // 2, -tall + 1)
    wall.place(gate, (gap - gate.width) // 2, -1)
    scene.place(wall, 0, 0)
    scene.place(left, -left.width + 1, 0)
    scene.place(right, gap - 1, 0)
    if chance.odds(30):
        far = tower(chance)
        behind = Canvas()
        behind.place(far, gap - 1 + right.width - 1, 0)
        behind.paste(scene)
        scene = behind
    x0, _, x1, _ = scene.box()
    ground = Canvas()
    if chance.odds(40):
        for y in range(chance.between(1, 3)):
            ground.write(x0 - 2 - y, y + 1, "".join(chance.choice("~~~- ") for _ in range(x1 - x0 + 4 + 2 * y)))
    else:
        ground.place(meadow(chance, x1 - x0 + 5), x0 - 2, 1)
    scene.paste(ground)
    if chance.odds(30):
        _, y0, _, _ = scene.box()
        scene.place(cloud(chance), x0 + gap // 2 - 4, y0 + 1)
    return scene
