"""Animals on four legs."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .chance import Chance
from .styles import EYES
from .trees import any_tree, meadow

HEADS = (
    r"""
 /\_/\
( e e )
 \_n_/
""",
    r"""
 (\_/)
 (e e)
 ( n )
""",
    r"""
 __   __
 \ \_/ /
 | e e |
  \ n /
   `-'
""",
    r"""
 n___n
( e e )
 \(n)/
  `-'
""",
    r"""
  ^   ^
 / \_/ \
 | e e |
 |  n  |
 `-.w.-'
""",
    r"""
  \\_//
   ee \
   n__/
""",
    r"""
 ,_  _,
 ( ee )
  )n (
  `-'
""",
    r"""
 @__@
( ee )
( >n )
 `--'
""",
    r"""
  .--.
 ( e )=n
  `--'
""",
)


def animal(chance: Chance) -> Canvas:
    """Return a four-legged animal from the side: body, legs, tail and one of several heads."""
    beast = Canvas()
    wide, deep, leg = chance.between(7, 15), chance.between(2, 4), chance.between(1, 4)
    coat = chance.choice((" ", " ", " ", ". ", "~ ", "(", "o   ", "' ", "|  ", "@", "#  ", ") ", ": "))
    head = sprite(chance.choice(HEADS), {"e": chance.choice(EYES)[0], "n": chance.choice("vYwo-.^T")})
    top, bottom = chance.choice((("_", "_"), ("-", "-"), ("~", "_"), ("^", "-"), (".", "_"), ("'", "-")))
    beast.write(1, 0, top * (wide - 1))
    for y in range(1, deep + 1):
        row = (coat * wide)[y % len(coat) :] + coat * wide
        beast.write(0, y, chance.choice("|({/"[: 2 + 0 * y]) + row[: wide - 1] + chance.choice("|)"))
    beast.write(0, deep, "\\" + bottom * (wide - 1) + "/")
    limb = chance.choice(("||", "| |", "/|", "|\\", "H", "()", "[]", "LL", "U"))
    for x in (1, wide - len(limb)):
        for y in range(1, leg + 1):
            beast.write(x, deep + y, limb)
    if chance.odds(50):
        foot = chance.choice(('"', "^", "=", "m", "W"))
        for x in (1, wide - len(limb)):
            beast.write(x, deep + leg + 1, foot * len(limb))
    tail = chance.choice(
        ([" )", "("], ["\\", " \\"], ["~~"], ["@"], [",", "|", " \\"], ["_/"], ["o"], ["(("], ["/", "\\"], ["S", " \\"])
    )
    beast.rows(-max(map(len, tail)), max(0, 2 - len(tail)), tail)
    beast.place(head, wide - chance.between(1, 2), chance.between(0, 2) if chance.odds(70) else deep)
    if chance.odds(25):
        for y in range(1, chance.between(2, 4)):
            pass
    return beast if chance.odds(50) else beast.mirrored()


def portrait(chance: Chance) -> Canvas:
    """Return an animal that sits and looks at us."""
    beast = Canvas()
    head = sprite(chance.choice(HEADS[:6]), {"e": chance.choice(EYES)[0], "n": chance.choice("vYwo-.^T")})
    wide = chance.between(3, 5)
    tall = chance.between(2, 4)
    beast.place(head, -(head.width // 2), 0)
    coat = chance.choice((" ", " ", ".", "'", "~", ":", "v"))
    for y in range(1, tall + 1):
        reach = min(wide, 2 + y)
        beast.write(
            -reach, y, ("/" if reach == 2 + y else "|") + coat * (2 * reach - 1) + ("\\" if reach == 2 + y else "|")
        )
    beast.write(
        -wide,
        tall + 1,
        chance.choice(('(")', "(_)", "\\_|", "(,)"))
        + "_" * (2 * wide - 5)
        + chance.choice(('(")', "(_)", "|_/", "(,)")),
    )
    tail = chance.choice((["", "~"], [" )", "/ "], ["__", "  )"], ["", ""], ["@", "/"], [" \\", " /"]))
    beast.rows(wide + 1, tall, tail)
    return beast


def animals(chance: Chance) -> Canvas:
    """Return one or two animals, perhaps in a meadow with a tree or behind a fence."""
    scene = Canvas()
    x = 0
    maker = chance.choice((animal, animal, portrait))
    if chance.odds(25):
        tree = any_tree(chance)
        scene.place(tree, 0, 0)
        x += tree.width
    for _ in range(chance.choice((1, 1, 2))):
        one = maker(chance)
        if x + one.width > 58:
            break
        scene.place(one, x, 0)
        x += one.width + chance.between(2, 4)
    left, _, right, _ = scene.box()
    if chance.odds(55):
        scene.place(meadow(chance, right - left + 5), left - 2, 1)
    return scene
