"""Trees, bushes and the ground they stand on."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import parade
from .strokes import FINE, bend, puff, stroke
from .styles import LIGHT, SOFT

GRASS = ("^", ",", '"', "w", ".,", "^.", "\\/", "'\",")


def meadow(chance: Chance, width: int) -> Canvas:
    """Return a strip of ground, one row high."""
    ground = Canvas()
    kind = chance.below(4)
    if kind < 2:
        ground.write(0, 0, "_~"[kind] * width)
        return ground
    tuft = chance.choice(GRASS)
    bare = chance.choice("_. ")
    for x in range(width):
        ground.put(x, 0, chance.choice(tuft) if kind == 2 or chance.odds(40) else bare)
    return ground


def conifer(chance: Chance) -> Canvas:
    """Return a fir: stacked skirts of branches on a trunk."""
    tree = Canvas()
    inside = chance.choice((" ", " ", "*", "^", ".", "o ", "' ", "~"))
    rim = chance.choice("__^~-")
    tree.put(0, -1, chance.choice("*,|.^A"))
    y, reach = 0, 1
    for _ in range(chance.between(1, 4)):
        for _ in range(chance.between(2, 3)):
            tree.write(-reach, y, "/" + "".join(chance.choice(inside) for _ in range(2 * reach - 1)) + "\\")
            reach += 1
            y += 1
        tree.write(-reach + 1, y - 1, "/" + rim * (2 * reach - 3) + "\\")
        reach = max(reach - 2, 2)
    trunk = chance.choice(("||", "[]", "|_|", "| |", "H", "|"))
    for step in range(chance.between(1, 2)):
        tree.write(-(len(trunk) // 2), y + step, trunk)
    return tree


def crown_tree(chance: Chance) -> Canvas:
    """Return a tree with a round crown."""
    tree = Canvas()
    leaf = chance.choice((" ", "  ", "' ", ". ,", "o  ", "&", "@", "%", ":", " `", "*  ", "8"))
    wide, high = chance.between(3, 8) * FINE, chance.between(3, 6) * FINE // 2
    trunk = chance.choice(("||", "| |", "|:|", "| |", ")(", "}{", "|||", "\\|/"))
    left, low = -(len(trunk) // 2), high // FINE + chance.between(1, 4)
    for y in range(high // FINE, low):
        tree.write(left, y, trunk)
    tree.write(left - 1, low, chance.choice("./_-") + trunk + chance.choice(".\\_-"))
    parts = [(8, -high // 3, wide, high)]
    if chance.odds(60):
        sides = chance.some((-1, 1), chance.between(1, 2))
        parts += [(side * wide // 2 // FINE * FINE + 8, 8, wide * 2 // 3, high * 2 // 3) for side in sides]
    puff(tree, parts, chance.choice(LIGHT), leaf)
    return tree


def palm(chance: Chance) -> Canvas:
    """Return a palm with a bent trunk."""
    tree = Canvas()
    tall, lean = chance.between(5, 11), chance.between(-4, 4)
    ring = chance.choice(("|", ")", "#", "=", "/", "]"))
    for step in range(tall):
        x = lean * step * step // (tall * tall)
        tree.write(x, tall - step, ring if chance.odds(50) else ring + chance.choice("(|"))
    top = lean * (tall - 1) * (tall - 1) // (tall * tall)
    for way in (-1, 1):
        for drop in chance.some((-1, 0, 2, 4), chance.between(2, 4)):
            reach = chance.between(5, 8)
            tip = ((top + way * reach) * FINE, (1 + drop) * FINE)
            pull = ((top + way * reach // 2) * FINE, (-2 + drop // 2) * FINE)
            stroke(tree, bend((top * FINE + 8, FINE + 4), pull, tip))
    if chance.odds(60):
        tree.write(top - 1, 2, chance.choice(("o", "oo", "8", "@o")))
    return tree


def bare_tree(chance: Chance) -> Canvas:
    """Return a tree without leaves, or with a few, that forks and forks again."""
    tree = Canvas()
    leaf = chance.choice(("", "", "*", "o", "'", "@", "v"))

    def grow(x: int, y: int, way: int, length: int) -> None:
        for _ in range(length):
            tree.put(x, y, "\\|/"[way + 1])
            y -= 1
            x += way
        if length <= 1:
            if leaf:
                tree.put(x, y, leaf)
            return
        for branch in chance.some((-1, 0, 1), chance.between(2, 3)):
            if branch != -way or way == 0:
                grow(x + branch - way if branch != way else x, y, branch, length - chance.between(1, 2))

    start = chance.between(3, 5)
    for y in range(1, chance.between(2, 4)):
        tree.write(0, y, "||")
    tree.write(-1, tree.box()[3] + 1, chance.choice(("/||\\", "_||_", "-''-")))
    grow(0, 0, 0, start)
    grow(1, 0, 1, start - 1)
    return tree


def shrub(chance: Chance) -> Canvas:
    """Return a low bush."""
    bush = Canvas()
    leaf = chance.choice((" ", "'", ". ", "o ", "*  ", "%"))
    count = chance.between(1, 3)
    puff(bush, [(x * 64 + 8, 0, chance.between(2, 4) * FINE, chance.between(12, 22)) for x in range(count)], SOFT, leaf)
    return bush


def any_tree(chance: Chance) -> Canvas:
    """Return one tree of any kind."""
    return chance.choice((conifer, crown_tree, palm, bare_tree))(chance)


def trees(chance: Chance) -> Canvas:
    """Return one tree, or a row of them on the ground."""
    kind = chance.choice((conifer, crown_tree, palm, bare_tree, any_tree))
    scene = parade(chance, kind, chance.choice((1, 1, 2, 2, 3, 4)), (-2, 3))
    left, _, right, _ = scene.box()
    for _ in range(chance.choice((0, 0, 1, 2))):
        scene.place(shrub(chance), chance.between(left - 3, max(left, right - 8)), 0)
    if chance.odds(70):
        left, _, right, _ = scene.box()
        scene.place(meadow(chance, right - left + 3), left - 1, 1)
    return scene
