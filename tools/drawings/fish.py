"""Fish, and the small animals that share their water."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .chance import Chance
from .compose import parade, strip
from .strokes import FINE, blob
from .styles import LIGHT

FISH = (
    r"""
}>=ff(e)
""",
    r"""
\~-fff-e:
""",
    r"""
  _,
><_e\
  ''
""",
    r"""
     ,
|\ .-'`-.
| X  ff e\
|/ `-..-'
""",
    r"""
    __
\  /ff\_
 >( f(  e>
/  \____/
""",
    r"""
   ,/|
\\/`  `-.
 }  ) ff e)
//\..__.-'
""",
    r"""
    /\
 __/ff\__
<  fff(  e>
 \__  __/
    \/
""",
    r"""
       __
  .--''  ``-.   |\
 /  e )fffff `-'  |
 >     )fffff .-. |
  `-..___.--'   |/
""",
    r'''
 .-"""-.
/ff ff e\
|ffff   <
\ff ff  /
 `-...-`
''',
    r"""
  |\
 /ff\   /|
<e   `-' |
 \ff/`-. |
  |/    \|
""",
)


def fish(chance: Chance) -> Canvas:
    """Return one fish, drawn from a pattern or with strokes, looking either way."""
    eye, scale = chance.choice("oO0@*.'9"), chance.choice(" ()')}#~:-=")
    if chance.odds(60):
        one = sprite(chance.choice(FISH), {"e": eye, "f": scale})
    else:
        one = Canvas()
        long, high = chance.between(5, 11) * 8, chance.between(14, 40)
        style = chance.choice(LIGHT)
        tail = chance.choice(((">", ">", "<"), ("\\", ">", "/"), ("|\\", "| >", "|/"), ("\\\\", " ))", "//")))
        left = -long // FINE
        for y, row in zip((-1, 0, 1), tail, strict=True):
            one.write(left - len(tail[1]) + (1 if y == 0 else 0), y, row)
        blob(one, 8, 8, long, high, style, chance.choice((" ", scale, scale + " ", " " + scale + scale)))
        right = long // FINE
        one.write(right - 2, 0, eye + chance.choice((" ", ")", "(")))
        if chance.odds(50):
            one.write(-1, -high // FINE - 1, chance.choice(("/\\_", "_/|", "/|/", "|\\\\")))
        if chance.odds(40):
            one.write(right - 3, 1, "_")
    return one if chance.odds(50) else one.mirrored()


def weed(chance: Chance) -> Canvas:
    """Return a water plant."""
    plant = Canvas()
    kind = chance.choice(("()", ")(", "\\/", "}{", "~~", "YY", "||"))
    for y in range(chance.between(2, 7)):
        plant.put(-(y % 2) if chance.odds(50) else 0, -y, kind[y % 2])
    return plant


def jellyfish(chance: Chance) -> Canvas:
    """Return a jellyfish."""
    one = Canvas()
    wide = chance.between(2, 5)
    mark = chance.choice((" ", ".", "o", "'", "*"))
    one.write(-wide + 1, 0, "." + "-" * (2 * wide - 3) + ".")
    one.write(-wide, 1, "/" + (mark + " " + mark + "  ")[: 2 * wide - 1].ljust(2 * wide - 1) + "\\")
    one.write(-wide, 2, "`" + chance.choice("vV~^wW") * (2 * wide - 1) + "'")
    for x in range(-wide + 1, wide, 2):
        for y in range(chance.between(2, 5)):
            one.put(x + (y % 2 if chance.odds(50) else 0), 3 + y, chance.choice("()|;~"))
    return one


def crab(chance: Chance) -> Canvas:
    """Return a crab."""
    one = Canvas()
    wide = chance.between(3, 6)
    claw = chance.choice((("\\/", "\\/"), ("(\\", "/)"), ("V", "V"), ("{", "}"), ("(<", ">)")))
    eye = chance.choice("oO@*'8")
    one.write(-wide - 1, 0, claw[0])
    one.write(wide + 1, 0, claw[1])
    one.write(-1, 0, eye + " " + eye)
    one.write(-wide, 1, "\\" + "_" * (wide - 2) + chance.choice(("|_|", "|-|", "(_)", "_I_")) + "_" * (wide - 2) + "/")
    one.write(-wide + 1, 2, "(" + chance.choice((".", " ", "~", ":")) * (2 * wide - 3) + ")")
    one.write(
        -wide,
        3,
        chance.choice(("/" * (wide - 1), "/" + "<" * (wide - 2))).ljust(wide) + "^" + ("\\" * (wide - 1)).rjust(wide),
    )
    return one


def octopus(chance: Chance) -> Canvas:
    """Return an octopus."""
    one = Canvas()
    wide = chance.between(3, 5)
    eye = chance.choice("oO0@*-")
    blob(one, 8, 0, wide * FINE, chance.between(24, 40), chance.choice(LIGHT), " ")
    one.write(-1, 0, eye + " " + eye)
    one.put(0, 1, chance.choice("-_~w^o."))
    low = one.box()[3]
    curl = chance.choice((("(", ")"), ("/", "\\"), ("S", "Z"), ("{", "}"), ("J", "L")))
    for x in range(-wide, wide + 1, 2):
        side = 0 if x < 0 else 1
        for y in range(chance.between(2, 4)):
            one.put(
                x + (-y if side == 0 else y) * (abs(x) > 1), low + 1 + y, curl[side] if y % 2 == 0 else curl[1 - side]
            )
    return one


def swimmer(chance: Chance) -> Canvas:
    """Return something that swims in a tank."""
    return chance.choice((fish, fish, fish, fish, jellyfish, octopus))(chance)


def under_water(chance: Chance, width: int, high: int) -> Canvas:
    """Return what lives between the surface, row 0, and the ground, row `high`; nobody swims into another."""
    water = Canvas()
    for _ in range(chance.between(2, 7)):
        one = swimmer(chance)
        if one.width < width - 4 and one.height < high - 1:
            left, bottom = chance.between(2, width - 2 - one.width), chance.between(one.height + 1, high - 1)
            if water.fits(one, left, bottom):
                water.place(one, left, bottom)
    if chance.odds(40):
        one = crab(chance)
        left = chance.between(2, width - 18)
        if water.fits(one, left, high - 1):
            water.place(one, left, high - 1)
    for _ in range(chance.between(1, 6)):
        one, left = weed(chance), chance.between(2, width - 3)
        if water.fits(one, left, high - 1):
            water.place(one, left, high - 1)
    for _ in range(chance.between(2, 9)):
        water.cells.setdefault((chance.between(2, width - 2), chance.between(1, high - 2)), chance.choice("oo."))
    return water


def fishes(chance: Chance) -> Canvas:
    """Return a fish or two with bubbles, the ground of a lake, or a tank."""
    kind = chance.below(3)
    if kind == 0:
        scene = parade(chance, fish, chance.between(1, 2), (2, 5))
        left, top, right, _ = scene.box()
        for _ in range(chance.below(5)):
            scene.put(chance.between(left, right + 4), top - chance.between(1, 3), chance.choice("o.O"))
        return scene
    width, high = chance.between(24, 54), chance.between(8, 17)
    scene = under_water(chance, width, high)
    if kind == 1:
        scene.write(0, high, strip(chance.choice(("_", ".", "^", ".:", "_.", ":.", "~")), width))
        return scene
    side = chance.choice("|#H!")
    for x in (-1, width):
        scene.fill(x, 0, x, high, side)
    scene.fill(0, 0, width - 1, 0, chance.choice(("~", "~", "~-", "^")))
    scene.fill(0, high, width - 1, high, chance.choice((".", "o.", "_", ".:.")))
    scene.fill(-1, high + 1, width, high + 1, chance.choice("=-#"))
    return scene
