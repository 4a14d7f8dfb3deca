"""Animals on four legs."""

from __future__ import annotations

from .canvas import MIRROR, Canvas, sprite
from .chance import Chance
from .compose import parade, strip, turned
from .styles import EYES
from .trees import any_tree, meadow

HEADS = (
    r"""
 A___A
 |e e|
 \ n /
  `-'
""",
    r"""
 || ||
 ||_||
 (e e)
  )n(
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
  O--O
 .|ee|
( _n_|
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
    top, bottom = tuple(chance.choice(("__", "--", "~_", "^-", "._", "'-")))
    beast.write(1, 0, top * (wide - 1))
    for y in range(1, deep):
        beast.write(0, y, chance.choice("|(") + strip(coat[y % len(coat) :] + coat, wide - 1) + chance.choice("|)"))
    beast.write(0, deep, "\\" + bottom * (wide - 1) + "/")
    limb = chance.choice(("||", "| |", "/|", "|\\", "H", "()", "[]", "LL", "U"))
    foot = chance.choice((limb, '"' * len(limb), "^" * len(limb), "=" * len(limb), "m" * len(limb)))
    for x in (1, wide - len(limb)):
        beast.rows(x, deep + 1, [limb] * leg + [foot])
    tail = chance.choice(
        ([" )", "("], ["\\", " \\"], ["~~"], ["@"], [",", "|", " \\"], ["_/"], ["o"], ["(("], ["/", "\\"], ["S", " \\"])
    )
    beast.rows(-max(map(len, tail)), max(0, 2 - len(tail)), tail)
    head = sprite(chance.choice(HEADS), {"e": chance.choice(EYES)[0], "n": chance.choice("vYwo-.^T")})
    beast.place(head, wide - chance.between(1, 2), chance.between(0, 2) if chance.odds(70) else deep)
    return turned(chance, beast)


def portrait(chance: Chance) -> Canvas:
    """Return an animal that sits and looks at us."""
    beast = sprite(chance.choice(HEADS[:6]), {"e": chance.choice(EYES)[0], "n": chance.choice("vYwo-.^T")})
    middle, low = beast.width // 2, beast.box()[3]
    wide, tall = chance.between(3, 5), chance.between(2, 4)
    coat = chance.choice((" ", " ", ".", "'", "~", ":", "v"))
    for y in range(1, tall + 1):
        reach = min(wide, 2 + y)
        left, right = "/\\" if reach == 2 + y else "||"
        beast.write(middle - reach, low + y, left + coat * (2 * reach - 1) + right)
    paw = chance.choice(('(")', "(_)", "\\_|", "(,)"))
    beast.write(middle - wide, low + tall + 1, paw + "_" * (2 * wide - 5) + paw[::-1].translate(MIRROR))
    tail = chance.choice(([" )", "/ "], ["__", "  )"], ["@", "/"], [" \\", " /"], ["", "~"]))
    beast.rows(middle + wide + 1, low + tall, tail)
    return beast


def animals(chance: Chance) -> Canvas:
    """Return one or two animals, perhaps in a meadow or under a tree."""
    scene = parade(chance, chance.choice((animal, animal, portrait)), chance.choice((1, 1, 2)), (2, 4))
    if chance.odds(25):
        tree = any_tree(chance)
        scene.place(tree, -tree.width - 1, 0)
    if chance.odds(55):
        left, _, right, _ = scene.box()
        scene.place(meadow(chance, right - left + 3), left - 1, 1)
    return scene
