"""Birds, insects, four-legged animals, faces, people and robots."""

from __future__ import annotations

from .canvas import Canvas, beside, sprite
from .chance import Chance
from .nature import any_tree, cloud, meadow
from .strokes import FINE, bend, blob, line, stroke
from .styles import LIGHT, SOFT

EYES = (
    "oo",
    "OO",
    "..",
    "^^",
    "--",
    "@@",
    "**",
    "00",
    "''",
    "<>",
    "oO",
    "66",
    "xx",
    "~~",
    "QQ",
    "==",
    "$$",
    "++",
    "ee",
    "uu",
)


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


def butterfly(chance: Chance) -> Canvas:
    """Return a butterfly: one half is drawn, the mirror gives the other."""
    half = Canvas()
    style = chance.choice(LIGHT)
    up, down = chance.between(4, 8), chance.between(3, 6)
    high, low = chance.between(20, 40), chance.between(16, 28)
    texture = chance.choice((" ", "'", ". ", "o  ", ": ", "~ ", "* ", "\\", "( "))
    blob(half, down * FINE + 8 - (down % 2) * 0, low + 2, down * FINE, low, style, chance.choice((" ", texture)))
    blob(half, up * FINE + 8, -high + 14, up * FINE, high, style, texture)
    half.write(up - 1, -high // FINE, chance.choice(("(o)", "<*>", ".@.", "{ }", "( )", "   ", "oOo", " # ", "/0\\")))
    insect = Canvas()
    for (x, y), char in half.cells.items():
        if x > 0:
            insect.put(x, y, char)
    other = Canvas()
    other.paste(insect)
    left, _, right, _ = other.box()
    for (x, y), char in other.mirrored().cells.items():
        insect.put(x - left - right, y, char)
    body = chance.choice("|I#H8O@")
    for y in range(-high // FINE, low // FINE + 2):
        insect.put(0, y, body)
    top = -high // FINE - 1
    insect.put(0, top, chance.choice("oO@*."))
    for side, sign in ((-1, "\\"), (1, "/")):
        insect.put(side, top - 1, sign)
        insect.put(
            2 * side,
            top - 2,
            chance.choice((sign, "o", ".", "'", "@"))
            if side < 0
            else insect.cells.get((-2, top - 2), sign).replace("\\", "/"),
        )
    return insect


def spider(chance: Chance) -> Canvas:
    """Return a spider, perhaps on its thread."""
    insect = Canvas()
    for y in range(chance.choice((0, 0, 3, 5, 8))):
        insect.put(0, -3 - y, chance.choice("|:"))
    eye = chance.choice(("oo", "..", "^^", "::", "@@", "``", "**", "''"))
    reach = chance.between(2, 4)
    for row in range(3):
        y = row - 1
        for side in (-1, 1):
            bent = "/" if (side < 0) == (row < 2) else "\\"
            foot = "\\" if bent == "/" else "/"
            insect.write(
                side * 4 if side > 0 else -4 - reach + 1,
                y,
                chance.choice("_-=~") * reach
                if row == 1
                else bent + "_" * (reach - 1)
                if side < 0
                else "_" * (reach - 1) + bent,
            )
            insect.put(
                side * (4 + reach),
                y + (1 if row == 1 else 0) + (0 if row < 2 else 1),
                bent if row == 1 else foot if row else bent,
            )
    insect.rows(-3, -1, [" .---. ", "(     )", " `---' "])
    insect.write(-1, 0, eye[0] + chance.choice(" vw-^") + eye[1])
    return insect


def bug(chance: Chance) -> Canvas:
    """Return a beetle from above."""
    insect = Canvas()
    wide = chance.between(2, 5)
    high = chance.between(24, 52)
    spot = chance.choice((" ", "o ", "*  ", ". ", "@  ", "'", ":", "O  ", "# "))
    style = chance.choice(LIGHT)
    for y in range(-high // FINE + 1, high // FINE + 1, 2):
        insect.write(-wide - 2, y, chance.choice(("/", "-", "_", "<")) + chance.choice("_-"))
        foot = insect.cells[-wide - 2, y]
        insect.write(wide + 1, y, insect.cells[-wide - 1, y] + {"/": "\\", "<": ">"}.get(foot, foot))
    blob(insect, 8, 8, wide * FINE, high, style, spot)
    for y in range(-high // FINE + 1, high // FINE + 1):
        insect.put(0, y, chance.choice("||:I"))
    top = -high // FINE
    blob(insect, 8, top * FINE, wide * 9, 14, style, " ")
    insect.write(-1, top, chance.choice(("o o", "^ ^", "...", "' '", "*_*")))
    insect.write(-2, top - 2, chance.choice(("\\   /", "(   )", "`\\ /'", "\\_ _/", "o   o")))
    return insect


def caterpillar(chance: Chance) -> Canvas:
    """Return a caterpillar, an ant or a snail's cousin that crawls."""
    insect = Canvas()
    count = chance.between(3, 9)
    ring = chance.choice(("( )", "(_)", "{ }", "(o)", "( : )", "[=]", "()", "(~)"))
    bow = chance.between(0, 2)
    step = len(ring) - 1
    for at in range(count):
        y = -(min(at, count - 1 - at) * bow // 2)
        insect.write(at * step, y, ring)
        if chance.odds(80):
            insect.write(at * step + step // 2, y + 1, chance.choice(('"', "'", "|", "^")))
    insect.rows(
        count * step,
        -3,
        chance.choice(
            (
                [" \\ /", '.-"-.', "(o o)", " `-' "],
                [" o o", " |/ ", "(o )>", " ~~ "],
                ["\\  /", " .--.", "( oo)", " `v' "],
            )
        ),
    )
    return insect


def insects(chance: Chance) -> Canvas:
    """Return insects and spiders, alone or with a plant."""
    scene = Canvas()
    kind = chance.choice((butterfly, butterfly, spider, bug, bug, caterpillar))
    x = 0
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        one = kind(chance)
        if x + one.width > 60:
            break
        scene.place(one, x, chance.between(-2, 0) if kind is not caterpillar else 0)
        x += one.width + chance.between(2, 5)
    if kind is caterpillar:
        scene.write(-2, 2, chance.choice(("_", "=", "~", "-", "^")) * min(60, x + 1))
    elif chance.odds(25):
        left, _, right, bottom = scene.box()
        scene.place(meadow(chance, right - left + 5), left - 2, bottom + 2)
    for _ in range(chance.choice((0, 0, 2, 4))):
        left, top, right, bottom = scene.box()
        scene.cells.setdefault(
            (chance.between(left - 1, right + 1), chance.between(top, bottom)), chance.choice(".*'`")
        )
    return scene


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
