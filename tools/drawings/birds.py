"""Birds."""

from __future__ import annotations

from .canvas import MIRROR, Canvas, sprite
from .chance import Chance
from .compose import floor, parade, strip, turned
from .landscapes import cloud
from .strokes import FINE, bend, blob, stroke
from .styles import EYES, LIGHT, SOFT


def songbird(chance: Chance) -> Canvas:
    """Return a small bird from the side."""
    signs = {
        "e": chance.choice("oO'.*@6"),
        "w": chance.choice("()\\~=)("),
        "k": chance.choice("><)}"),
        "g": chance.choice("^\"'|L"),
    }
    one = sprite(
        chance.choice(
            (
                r"""
      __
 ____( e>
 \  ww )
  \_ww/
   gg
""",
                r"""
   _
  (e)k
 /ww)
//-'
 gg
""",
                r"""
        .-.
  __   / e k=
  \ `-'  /
   \ wwww(
    `---'
     g g
""",
                r"""
    _~_
   ( e \__
   (ww) _/
  //ww)'
    gg
""",
                r"""
 k.
  e`\____
  \  www \>
   `-.__.'
     gg
""",
                r"""
    .---.
   / e_e \
  (   v   )
  |\wwwww/|
  \ wwwww /
   `-g-g-'
""",
                r"""
      _
    .' e=-
 _.'  /
\\ ww/
 \`--
  gg
""",
            )
        ),
        signs,
    )
    return one


def wader(chance: Chance) -> Canvas:
    """Return a bird on long legs, or one that swims."""
    one = Canvas()
    wide = chance.between(3, 6)
    high = chance.between(16, 26)
    neck = chance.between(3, 6)
    blob(one, 8, 0, wide * FINE, high, chance.choice(LIGHT), chance.choice((" ", " ", "(", "\\ ", "~", "'  ", "- ")))
    for y in range(neck):
        one.write(wide - 1 + (y % 2 if chance.odds(30) else 0), -1 - y, chance.choice(("//", "||", "((")))
    one.write(
        wide - 1, -neck - 1, "(" + chance.choice("o.'*@") + chance.choice((")=-", ")>", "_>", ">--", ")==", "`~"))
    )
    one.write(wide, -neck - 2, "_")
    one.rows(-wide - 2, -1, chance.choice(([r"\\", " >"], ["<_", ""], [r"__", r"\_"], ["<<", ""])))
    low = one.box()[3]
    legs = chance.between(0, 6)
    for y in range(legs):
        one.put(-1, low + 1 + y, "|")
        one.put(1, low + 1 + y, "|" if chance.odds(80) else "<")
    if legs:
        one.write(-1, low + 1 + legs, chance.choice(("^ ^", '" "', "L L", "= =", "-'-'")))
    else:
        one.write(-wide - 3, low, chance.choice(("~", "~-", "^~")) * (wide + 3))
    return one


def owl(chance: Chance) -> Canvas:
    """Return an owl from the front, perhaps on a branch."""
    one = Canvas()
    half, rows = chance.between(3, 5), chance.between(2, 5)
    inner = 2 * half - 1
    feather = chance.choice(' v^~:(."uw')
    rim, eye = chance.choice(("()", "{}", "[]", "<>")), chance.choice(EYES)[0]
    left, right = chance.choice((("/\\", "/\\"), (",_", "_,"), ("|\\", "/|"), ("A_", "_A"), ("^ ", " ^")))
    one.write(-half, 0, left + "_" * (inner - 2) + right)
    beak = chance.choice("vVY.^").center(inner - 6) if inner > 6 else ""
    one.write(-half, 1, "|" + (rim[0] + eye + rim[1] + beak + rim[0] + eye + rim[1])[:inner].center(inner) + "|")
    for y in range(rows):
        row = strip(feather + (" " if y % 2 else feather), inner)
        one.write(-half, 2 + y, "|" + row + "|" if y else "\\" + row + "/")
    claw = chance.choice('"^mW')
    toes = "-" * (half - 3)
    one.write(-half, 2 + rows, f"`{toes}{claw}---{claw}{toes}'")
    if chance.odds(60):
        floor(one, chance.choice("=~-_"), chance.between(2, 6))
    return one


def perched(chance: Chance) -> Canvas:
    """Return a small bird that looks either way."""
    return turned(chance, songbird(chance))


def standing(chance: Chance) -> Canvas:
    """Return a large bird that looks either way."""
    return turned(chance, wader(chance))


def gull(chance: Chance) -> Canvas:
    """Return a bird in flight, far away."""
    wing, lift = chance.between(2, 6), chance.choice((-24, -12, 14))
    half = Canvas()
    stroke(half, bend((-wing * FINE, lift // 2), (-wing * 8, lift), (-4, 8)), SOFT)
    bird = Canvas()
    for (x, y), char in half.cells.items():
        bird.put(x, y, char)
        bird.put(-x, y, char.translate(MIRROR))
    bird.put(0, 0, chance.choice("vVoY@"))
    return bird


def birds(chance: Chance) -> Canvas:
    """Return birds on a wire, the ground, the water, a branch, or in the air."""
    kind = chance.below(4)
    if kind == 0:
        scene = parade(chance, perched, chance.between(1, 4), (2, 6))
        left, _, right, _ = scene.box()
        floor(scene, chance.choice(("-", "=", "_", "~", "---.", "-`-")), 4)
        if chance.odds(40):
            scene.write(chance.between(left, right), 2, chance.choice(("\\", "\\_", "`-.", "~", "{}")))
            scene.write(right + 2, 0, chance.choice(("(_)", "<>", "{}", "/")))
    elif kind == 1:
        scene = parade(chance, owl, chance.choice((1, 1, 2)), (1, 3))
    elif kind == 2:
        scene = parade(chance, standing, chance.between(1, 3))
        if chance.odds(50):
            floor(scene, "".join(chance.choice("~~~-_ ") for _ in range(23)))
    else:
        scene = Canvas()
        if chance.odds(50):
            scene.place(cloud(chance), chance.between(0, 20), chance.between(0, 10))
        for _ in range(chance.between(2, 6)):
            scene.paste(gull(chance), chance.between(0, 30), chance.between(0, 12))
    return scene
