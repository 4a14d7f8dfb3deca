"""Houses, castles and towns."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .chance import Chance
from .nature import any_tree, cloud, meadow, shrub, sun
from .strokes import FINE, blob, bend, stroke
from .styles import LIGHT

WINDOWS = ("[]", "[+]", "|_|", "(_)", "[#]", "[H]", "{ }", "[=]", "oo", "[_|_]", "|+|", "/-\\")
TILES = (" ", " ", "_|", "/", "\\", "^", "~", ".:", "=", "#", "x", "- ", "v", "V_")
BRICKS = ("  ", "  ", "  ", "  ", "_|", ". ", "= ", "::", "|", "--")


def smoke(chance: Chance) -> Canvas:
    """Return smoke that drifts up and to the right."""
    trail = Canvas()
    sign = chance.choice(("( )", "~", "o", "*", "@", "()", ")", "S"))
    for step in range(chance.between(2, 5)):
        trail.write(step * chance.between(0, 2), -step, sign)
    return trail


def house(chance: Chance) -> Canvas:
    """Return a house seen from the front, or from the side with its long roof."""
    home = Canvas()
    tall, wide = chance.between(3, 5), chance.between(5, 9) * 2
    tile, brick = chance.choice(TILES), chance.choice(BRICKS)
    wall = chance.choice(("|", "|", "|", "#", "H", "I", ":"))
    kind = chance.below(3)
    if kind == 0:
        peak = wide // 2
        for step in range(peak):
            home.write(step, -step - 1, "/" + (tile * wide)[: wide - 2 * step - 2] + "\\")
        home.write(1, -1, "/" + "_" * (wide - 4) + "\\") if tile == " " else None
        if tile == " " and peak > 4:
            home.write(peak - 1, -peak + 2, chance.choice(("()", "[]", "oo", "<>", "/\\")))
    else:
        slope = chance.between(2, 4)
        back = chance.odds(50)
        for step in range(slope):
            inner = (tile * 40)[step % len(tile) :][: wide - 2 if back else wide - 2 * step - 2]
            home.write(step, -step - 1, "/" + inner + ("/" if back else "\\"))
        top = slope - 1 if not back else slope
        home.write(slope + (0 if back else 0), -slope - 1, "_" * (wide - 2 * slope if not back else wide - 1))
        if back:
            for step in range(slope):
                edge = wide - 1 + step
                home.write(edge, -step - 1, "/")
                home.write(edge + 1, -step - 1, " " * max(0, 2 * (slope - 1 - step)) + "\\")
            home.cells.pop((wide - 1 + top, -slope - 1), None)
    right = wide - 1
    for y in range(tall):
        home.write(0, y, wall + (brick * wide)[y % 2 : wide - 2 + y % 2] + wall)
    base = tall - 1
    if kind and back:
        far = wide - 1 + 2 * (slope - 1) + 2
        for y in range(tall):
            home.write(right, y, wall + " " * (far - right - 1) + wall)
        home.write(right + 1, base, "_" * (far - right - 1))
        hole = chance.choice(WINDOWS)
        if far - right - 1 > len(hole):
            home.write(right + 1 + (far - right - 1 - len(hole)) // 2, 1, hole)
    home.write(1, base, chance.choice("__-=.") * (wide - 2))
    door = chance.between(2, max(2, wide - 7))
    leaf = chance.choice(
        (("___", "| |", "|.|"), (".-.", "| |", "|'|"), ("+-+", "| |", "|o|"), ("_", "|", "|"), ("/^\\", "|:|", "|:|"))
    )
    panes = chance.choice(WINDOWS)
    for x in range(2, wide - len(panes) - 1, len(panes) + chance.between(2, 3)):
        if not door - len(panes) <= x <= door + len(leaf[0]):
            home.write(x, chance.choice((0, 1, 1)), panes)
    for y, row in enumerate(leaf):
        home.write(door, base - 2 + y, row)
    if chance.odds(55):
        x = chance.between(3, wide - 4)
        top = min((y for (column, y) in home.cells if column == x), default=0)
        home.rows(x, top - 1, chance.choice((["[]", "||"], ["__", "||"], ["_", "I"], ["nn", "||"])))
        if chance.odds(60):
            home.paste(smoke(chance), x, top - 2)
    return home


def tower(chance: Chance) -> Canvas:
    """Return a castle tower with battlements, or with a pointed roof."""
    keep = Canvas()
    wide, tall = chance.between(2, 4) * 2 + 1, chance.between(4, 10)
    brick = chance.choice(BRICKS)
    if chance.odds(50):
        teeth = chance.choice(("|_", "[]", "|'", "_|", "n_"))
        keep.write(-1, -2, (teeth * wide)[: wide + 1] + teeth[0])
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
        keep.write(0, y, "|" + (brick * wide)[y % 2 :][: wide - 2] + "|")
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
    wall.write(0, -tall - 1, (teeth * gap)[:gap])
    for y in range(tall):
        wall.write(0, -y - 1, (brick[y % 2] * gap)[:gap])
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


def houses(chance: Chance) -> Canvas:
    """Return a house with what stands around it."""
    scene = Canvas()
    home = house(chance)
    if chance.odds(35):
        scene.place(any_tree(chance), -chance.between(7, 12), 0)
    scene.place(home, 0, 0)
    x = home.width + 1
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        thing = chance.choice((any_tree, shrub, house, fence))(chance)
        if x + thing.width > 46:
            break
        scene.place(thing, x, 0)
        x += thing.width + 1
    if chance.odds(25):
        _, y0, _, _ = scene.box()
        scene.place(chance.choice((sun, cloud))(chance), x + 2, y0 + 1)
    left, _, right, _ = scene.box()
    if chance.odds(75):
        scene.place(meadow(chance, right - left + 3), left - 1, 1)
    return scene


def fence(chance: Chance) -> Canvas:
    """Return a garden fence."""
    row = Canvas()
    count = chance.between(3, 6)
    post = chance.choice((("^", "H", "H"), (".", "|", "|"), ("A", "#", "#"), ("_", "I", "I")))
    rail = chance.choice(("-", "=", "_"))
    for x in range(count):
        for y, sign in enumerate(post):
            row.put(2 * x, y, sign)
            if y == 1 and x < count - 1:
                row.put(2 * x + 1, y, rail)
    return row


def block(chance: Chance) -> Canvas:
    """Return a tower block with rows of windows, some lit."""
    slab = Canvas()
    wide, tall = chance.between(2, 5), chance.between(4, 13)
    lit, dark = chance.choice(
        (("[]", "  "), ("# ", ". "), ("o ", "  "), ("::", "::"), ("|_", "|_"), ("H ", "= "), ("==", "=="))
    )
    share = chance.between(40, 100)
    inner = 2 * wide + 1
    for y in range(tall):
        panes = "".join(lit if chance.odds(share) else dark for _ in range(wide))
        slab.write(0, y, "|" + (" " + panes)[:inner].ljust(inner) + "|")
    roof = chance.below(4)
    slab.write(1, -1, "_" * inner)
    if roof == 1:
        slab.write(inner // 2 + 1, -2, "|")
        slab.write(inner // 2 + 1, -3, chance.choice("|'*!"))
    elif roof == 2:
        slab.write(inner // 2, -2, chance.choice(("/^\\", "[_]", "/|\\", "(_)")))
    elif roof == 3:
        for step in range(2):
            slab.write(step + 1, -step - 1, "/" + " " * (inner - 2 * step - 2) + "\\")
        slab.write(3, -3, "_" * max(0, inner - 4))
    return slab


def cities(chance: Chance) -> Canvas:
    """Return a skyline, by day or by night, perhaps with its reflection or with a bridge."""
    town = Canvas()
    width = chance.between(22, 58)
    sky = Canvas()
    if chance.odds(40):
        for _ in range(chance.between(4, 14)):
            sky.put(chance.below(width), -chance.between(7, 16), chance.choice(".*+'"))
    if chance.odds(50):
        sky.place(chance.choice((sun, cloud))(chance), chance.between(0, width - 10), -chance.between(10, 13))
    for depth in range(chance.choice((1, 2))):
        x = chance.below(4)
        while True:
            slab = block(chance)
            if x + slab.width > width:
                break
            town.place(slab, x, 0)
            x += slab.width + (chance.between(-1, 1) if depth else chance.between(0, 4))
    sky.paste(town)
    if chance.odds(35):
        for (x, y), char in town.cells.items():
            if -5 < y < 1 and char != " ":
                sky.put(x, 1 - y, "~" if chance.odds(30) else {"_": "-", "[": ":", "]": ":"}.get(char, char))
        sky.write(0, 1, "~" * width)
    else:
        sky.write(-1, 1, chance.choice(("_", "=", "-", "#")) * (width + 2))
        if chance.odds(40):
            sky.write(-1, 2, (chance.choice(("- ", "-  - ", " . ", "_ ")) * width)[: width + 2])
    return sky


def bridges(chance: Chance) -> Canvas:
    """Return a bridge over water: arches, a truss, or cables."""
    span = Canvas()
    width = chance.between(3, 6) * 9
    kind = chance.below(3)
    style = chance.choice(LIGHT)
    deck = chance.choice(("=", "_", "#", "-"))
    if kind == 0:
        rail = chance.choice(("|'", "n ", "|-", ". ", "i_"))
        span.write(0, -1, (rail * width)[:width])
        arch = chance.choice((9, 12, 18))
        count = width // arch
        tall = chance.between(3, 5)
        span.fill(0, 1, count * arch - 1, tall, chance.choice((" ", "_|", "#", ": ", " ", "-")))
        for part in range(count):
            middle = (part * arch + arch // 2) * FINE + (0 if arch % 2 == 0 else 8)
            hole = Canvas()
            blob(hole, middle, (tall + 1) * FINE, (arch // 2 - 1) * FINE, tall * FINE - 10, style)
            for (x, y), char in hole.cells.items():
                if y <= tall:
                    span.put(x, y, char)
        for part in range(count + 1):
            for y in range(1, tall + 1):
                span.put(min(part * arch, count * arch - 1), y, "|")
    elif kind == 1:
        step = chance.choice((4, 6, 8))
        tall = step // 2
        width = width // step * step
        for x in range(0, width, step):
            for y in range(tall):
                span.put(x + y, -1 - y, "/")
                span.put(x + step - 1 - y, -1 - y, "\\")
        span.write(tall, -tall - 1, "_" * (width - 2 * tall))
        pier = chance.choice(("||", "[]", "##", "/\\", "H"))
        span.rows(2, 1, [pier] * 3)
        span.rows(width - 4, 1, [pier] * 3)
    else:
        tall = chance.between(5, 9)
        first, last = width // 4, width - width // 4 - 1
        for x in (first, last):
            for y in range(-tall, 4):
                span.write(x, y, "||")
        top = -tall * FINE + 8
        curve = bend(((first + 1) * FINE, top), (width * 8, 2 * FINE), (last * FINE, top))
        curves = [
            curve,
            bend((0, -4), (first * 8, -8), (first * FINE, top)),
            bend((width * FINE, -4), ((last + width) * 8, -8), ((last + 2) * FINE, top)),
        ]
        hang = chance.odds(70)
        for path in curves:
            cable = Canvas()
            stroke(cable, path, style)
            for (x, y), char in cable.cells.items():
                if y < 0 and 0 <= x < width and span.cells.get((x, y), " ") == " ":
                    span.put(x, y, char)
                    if hang and x % 2 == 0:
                        for low in range(y + 1, 0):
                            if (x, low) not in span.cells:
                                span.put(x, low, "|" if hang else " ")
    for x in range(width):
        span.cells.setdefault((x, 0), deck)
    bottom = span.box()[3]
    for row in range(chance.between(1, 3)):
        span.write(
            -1, bottom + 1 + row, "".join(chance.choice("~~~~~- " if row else "~~~~~^") for _ in range(width + 2))
        )
    return span
