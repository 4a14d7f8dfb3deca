"""Birds."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .chance import Chance
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
    ,_,
   {e,e}
   (www)
   -g-g-
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
        one.write(wide - 1 + (y % 2 if chance.odds(30) else 0), -1 - y, chance.choice(("//", "||", "((", "| |"[:2])))
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
    """Return an owl from the front."""
    one = Canvas()
    eye = chance.choice(EYES)[0]
    half = chance.between(3, 5)
    feather = chance.choice((" ", "v", "^", "~", ":", "(", ".", '"', "u", "w"))
    one.write(
        -half,
        0,
        chance.choice(("/\\", ",_", "|\\", "A_", "^ "))[:2]
        + "_" * (2 * half - 3)
        + chance.choice(("/\\", "_,", "/|", "_A", " ^"))[:2],
    )
    rim = chance.choice(("()", "{}", "[]", "<>"))
    face = rim[0] + eye + rim[1]
    gap = 2 * half - 1 - 6
    one.write(
        -half,
        1,
        "|"
        + (face + chance.choice(("v", "V", "Y", ".", "^"))[: max(0, gap)].center(max(0, gap)) + face).center(
            2 * half - 1
        )
        + "|",
    )
    rows = chance.between(2, 5)
    for y in range(rows):
        inner = (feather + (" " if y % 2 else feather)) * half
        one.write(-half, 2 + y, ("\\" if y == 0 else "|") + "|" * 0 + inner[: 2 * half - 1] + ("/" if y == 0 else "|"))
    one.write(
        -half,
        2 + rows,
        "`"
        + "-" * (half - 3)
        + chance.choice(('"', "^", "m", "W"))
        + "-" * 3
        + chance.choice(('"', "^", "m", "W"))
        + "-" * (half - 3)
        + "'",
    )
    branch = chance.between(2, 6)
    if chance.odds(60):
        one.write(-half - branch, 3 + rows, chance.choice(("=", "~", "-", "_")) * (2 * (half + branch) + 1))
    return one


def birds(chance: Chance) -> Canvas:
    """Return birds on a branch, a wire, the ground, the water, or in the air."""
    scene = Canvas()
    kind = chance.below(4)
    if kind == 0:
        x = 0
        wire = chance.choice(("-", "=", "_", "~", "---.", "-`-"))
        for _ in range(chance.between(1, 4)):
            one = songbird(chance)
            scene.place(one if chance.odds(50) else one.mirrored(), x, 0)
            x += one.width + chance.between(2, 6)
        scene.write(-4, 1, (wire * 64)[: x + 6])
        if chance.odds(40):
            scene.write(chance.between(-2, x), 2, chance.choice(("\\", "\\_", "`-.", "~", "{}")))
            scene.write(x, 0, chance.choice(("(_)", "<>", "{}", "/")))
    elif kind == 1:
        one = owl(chance)
        scene.paste(one)
        if chance.odds(30):
            scene.place(owl(chance), one.width + 1, one.box()[3])
    elif kind == 2:
        x = 0
        for _ in range(chance.between(1, 3)):
            one = wader(chance)
            scene.place(one if chance.odds(50) else one.mirrored(), x, 0)
            x += one.width + chance.between(1, 4)
        if chance.odds(50):
            scene.write(-2, 1, "".join(chance.choice("~~~-_ ") for _ in range(min(60, x + 3))))
    else:
        for _ in range(chance.between(2, 6)):
            wing = chance.between(2, 6)
            bird = Canvas()
            lift = chance.choice((-24, -12, 14))
            stroke(bird, bend((-wing * FINE, lift // 2), (-wing * 8, lift), (-4, 8)), SOFT)
            for (x, y), char in list(bird.mirrored().cells.items()):
                bird.put(x + wing, y, char)
            bird.put(0, 0, chance.choice("vVoY@"))
            scene.place(bird, chance.between(0, 30), chance.between(0, 12))
        if chance.odds(50):
            scene.place(cloud(chance), chance.between(0, 20), chance.between(0, 10))
    return scene
