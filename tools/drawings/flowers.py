"""Flowers in beds and in pots."""

from __future__ import annotations

from .canvas import Canvas, sprite, stacked
from .chance import Chance
from .compose import parade, strip
from .trees import meadow

FLOWERS = (
    r"""
 .-.
(_ _)
( q )
(_ _)
 '-'
""",
    r"""
 _ _
( v )
-(q)-
( ^ )
 ' '
""",
    r"""
\ | /
-(q)-
/ | \
""",
    r"""
 ,^.^,
 |\ /|
 \   /
  `-'
""",
    r"""
@@@
@q@
@@@
""",
    r"""
 .:::.
:::q:::
 ':::'
""",
    r"""
 _/\_
{_qq_}
  \/
""",
    r"""
  _
_(_)_
(_)q(_)
  (_)
""",
    r"""
/\/\
\  /
 \/
""",
    r"""
 ,@@,
@ qq @
 '@@'
""",
)


def flower(chance: Chance) -> Canvas:
    """Return a flower: a head, a stem that may sway, and leaves."""
    bloom = Canvas()
    head = sprite(chance.choice(FLOWERS), {"q": chance.choice("o@*.x#O+0%")})
    tall = chance.between(3, 9)
    sway = chance.odds(30)
    for y in range(tall):
        bloom.put(0, y, "/|\\|"[(y // 2) % 4] if sway and y else "|")
    for y in range(1, tall - 1):
        if chance.odds(35):
            left, right = chance.choice(
                (("\\", "/"), ("(_\\", "/_)"), ("<", ">"), ("`-.", ".-'"), ("~", "~"), ("{}", "{}"))
            )
            if chance.odds(70):
                bloom.write(-len(left), y, left)
            if chance.odds(70):
                bloom.write(1, y, right)
    bloom.place(head, -(head.width // 2), -1)
    return bloom


def pot(chance: Chance) -> Canvas:
    """Return a flower pot."""
    wide = chance.between(4, 8)
    jar = Canvas()
    jar.write(0, 0, "[" + chance.choice("_=#") * wide + "]")
    mark = chance.choice((" ", "~", "^", "=", "o", "/\\", "xX"))
    for y in range(1, chance.between(2, 3)):
        jar.write(y, y, "\\" + strip(mark, wide - 2 * y + 2) + "/")
    last = jar.box()[3] + 1
    jar.write(last, last, "\\" + "_" * (wide - 2 * last + 2) + "/")
    return jar


def flowers(chance: Chance) -> Canvas:
    """Return a flower in a pot, or a flower bed."""
    if chance.odds(45):
        return stacked(flower(chance), pot(chance))
    bed = parade(chance, flower, chance.between(2, 7), (-1, 2))
    left, _, right, _ = bed.box()
    bed.place(meadow(chance, right - left + 3), left - 1, 1)
    return bed
