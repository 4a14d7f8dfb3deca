"""Trees, flowers, hills and skies."""

from __future__ import annotations

from .canvas import Canvas, sprite, stacked
from .chance import Chance
from .strokes import FINE, bend, blob, pave, sine, stroke
from .styles import LIGHT, SOFT

GRASS = ("^", ",", '"', "w", ".,", "^.", "\\/", "'\",")


def meadow(chance: Chance, width: int) -> Canvas:
    """Return a strip of ground, one or two rows high."""
    ground = Canvas()
    kind = chance.below(4)
    if kind == 0:
        ground.write(0, 0, "_" * width)
    elif kind == 1:
        ground.write(0, 0, "~" * width)
    else:
        tuft = chance.choice(GRASS)
        bare = chance.choice("_. ")
        for x in range(width):
            ground.put(x, 0, chance.choice(tuft) if chance.odds(40) or kind == 2 else bare)
    return ground


def conifer(chance: Chance) -> Canvas:
    """Return a fir: stacked skirts of branches on a trunk."""
    tree = Canvas()
    y = 0
    inside = chance.choice((" ", " ", "*", "^", ".", "o ", "' ", "~"))
    skirts = chance.between(1, 4)
    reach = 1
    rim = chance.choice(("_", "_", "^", "~", "-"))
    tree.put(0, -1, chance.choice("*,|.^A"))
    for _ in range(skirts):
        for _ in range(chance.between(2, 3)):
            fill = "".join(chance.choice(inside) for _ in range(2 * reach - 1)) if reach > 1 else "'"[: 2 * reach - 2]
            tree.write(-reach, y, "/" + fill.ljust(2 * reach - 1)[: 2 * reach - 1] + "\\")
            reach += 1
            y += 1
        tree.write(-reach + 1, y - 1, "/" + rim * (2 * reach - 3) + "\\")
        reach = max(reach - 2, 2)
    trunk = chance.choice(("||", "[]", "|_|", "| |", "H", "|"))
    for _ in range(chance.between(1, 2)):
        tree.write(-(len(trunk) // 2), y, trunk)
        y += 1
    return tree


def crown_tree(chance: Chance) -> Canvas:
    """Return a tree with a round crown."""
    tree = Canvas()
    style = chance.choice(LIGHT)
    leaf = chance.choice((" ", "  ", "' ", ". ,", "o  ", "&", "@", "%", ":", " `", "*  ", "8"))
    wide, high = chance.between(3, 8) * FINE, chance.between(3, 6) * FINE // 2
    low = high // FINE
    trunk = chance.choice(("||", "| |", "|:|", "| |", ")(", "}{", "|||", "\\|/"))
    for y in range(low, low + chance.between(2, 5)):
        tree.write(-(len(trunk) // 2), y, trunk)
    tree.write(
        -(len(trunk) // 2) - 1,
        tree.box()[3],
        chance.choice((".", "/", "_", "-")) + trunk + chance.choice((".", "\\", "_", "-")),
    )
    if chance.odds(50):
        side = chance.choice((-1, 1))
        blob(tree, side * wide // 2 // FINE * FINE + 8, FINE // 2, wide * 2 // 3, high * 2 // 3, style, leaf)
    blob(tree, 8, -high // 3, wide, high, style, leaf)
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
    count = chance.between(1, 3)
    leaf = chance.choice((" ", "'", ". ", "o ", "*  ", "%"))
    for part in range(count):
        blob(bush, part * 4 * FINE + 8, 0, chance.between(2, 4) * FINE, chance.between(12, 22), SOFT, leaf)
    return bush


def any_tree(chance: Chance) -> Canvas:
    """Return one tree of any kind."""
    return chance.choice((conifer, crown_tree, palm, bare_tree))(chance)


def trees(chance: Chance) -> Canvas:
    """Return one tree, or a row of them on the ground."""
    scene = Canvas()
    x = 0
    kind = chance.choice((conifer, crown_tree, palm, bare_tree, any_tree))
    for _ in range(chance.choice((1, 1, 2, 2, 3, 4))):
        tree = kind(chance)
        if x + tree.width > 58:
            break
        scene.place(tree, x, 0)
        x += tree.width + chance.between(-2, 3)
        if chance.odds(25):
            scene.place(shrub(chance), x - 2, 0)
    left, _, right, _ = scene.box()
    if chance.odds(70):
        scene.place(meadow(chance, right - left + 5), left - 2, 1)
    return scene


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
        jar.write(y, y, "\\" + (mark * wide)[: wide - 2 * y + 2] + "/")
    last = jar.box()[3] + 1
    jar.write(last, last, "\\" + "_" * (wide - 2 * last + 2) + "/")
    return jar


def flowers(chance: Chance) -> Canvas:
    """Return a flower in a pot, or a flower bed."""
    if chance.odds(45):
        plant = stacked(flower(chance), pot(chance))
        return plant
    bed = Canvas()
    x = 0
    for _ in range(chance.between(2, 7)):
        bloom = flower(chance)
        bed.place(bloom, x, 0)
        x += bloom.width + chance.between(-1, 2)
    bed.place(meadow(chance, min(x + 4, 62)), -2, 1)
    return bed


def cloud(chance: Chance) -> Canvas:
    """Return a cloud."""
    puff = Canvas()
    count = chance.between(1, 3)
    style = chance.choice(LIGHT)
    for part in range(count):
        blob(puff, part * 5 * FINE, -8 * (part % 2), chance.between(4, 6) * FINE, chance.between(14, 24), style)
    return puff


def sun(chance: Chance) -> Canvas:
    """Return a sun with rays, or a moon."""
    disc = Canvas()
    kind = chance.below(4)
    if kind == 0:
        return sprite(
            chance.choice(
                (
                    r"""
 _.._
.' .-'
|  '-.
`-..-'
""",
                    r"""
 ,-,
/  (
\__ \_
   ''-
""",
                    r"""
  _
 (_`\
   ) )
 .'_/
 ~
""",
                )
            )
        )
    wide = chance.between(2, 4)
    if kind == 1:
        for y, row in enumerate(("\\ | /", "-- --", "/ | \\")):
            disc.write(-2, 2 * y, row)
    else:
        for dx, dy, ray in ((-1, -1, "\\"), (1, -1, "/"), (-1, 1, "/"), (1, 1, "\\")):
            disc.put(dx * (wide + 1), dy * 2, ray)
        disc.put(0, -3, "|")
        disc.put(0, 3, "|")
        disc.write(-wide - 3, 0, chance.choice(("--", "==", "~-")))
        disc.write(wide + 2, 0, chance.choice(("--", "==", "-~")))
    blob(disc, 8, 8, wide * FINE, 22, chance.choice(LIGHT), chance.choice((" ", " ", ".", ":")))
    return disc


def range_of_hills(chance: Chance, width: int, tall: int) -> Canvas:
    """Return a skyline of peaks, or of soft hills, that hides what is behind it."""
    land = Canvas()
    style = chance.choice(LIGHT)
    if chance.odds(60):
        x = -chance.below(6)
        while x < width:
            peak = chance.between(max(3, tall - 4), tall)
            left = Canvas()
            snow = chance.odds(60)
            for step in range(peak):
                y = step - peak
                left.write(x + peak - step - 1, y, "/" + " " * (2 * step) + "\\")
                if snow and step == peak // 3 + 1:
                    left.write(x + peak - step, y, ("^/\\" * peak)[: 2 * step])
                elif chance.odds(50) and step > 1:
                    left.put(x + peak + chance.between(0, step - 1), y, chance.choice("\\'.:`"))
            land.paste(left)
            x += chance.between(peak, 2 * peak)
        return land
    phase, swing = chance.below(360), chance.between(4, tall) * FINE // 3
    pitch = chance.between(3, 9)
    heights = [(x, -swing - 8 + swing * sine(x * pitch * 2 // 5 + phase) // 1000) for x in range(0, width * FINE, 5)]
    texture = chance.choice((("  ",), ("  ", "' "), (".  ", "  ."), ("   ", " ^ ", "   ")))
    for x, y in heights:
        pave(
            land,
            texture,
            ((x // FINE, row) for row in range(y // FINE, 1) if (x // FINE, row) not in land.cells),
        )
    stroke(land, heights, style)
    return land


def landscapes(chance: Chance) -> Canvas:
    """Return a view: sky, mountains, perhaps trees, water or meadow in front."""
    width = chance.between(26, 60)
    view = Canvas()
    if chance.odds(75):
        view.place(sun(chance), chance.between(2, width - 12), -chance.between(4, 9))
    for _ in range(chance.below(3)):
        view.place(cloud(chance), chance.between(0, width - 14), -chance.between(6, 11))
    if chance.odds(30):
        for _ in range(chance.between(2, 5)):
            view.write(
                chance.between(0, width - 4),
                -chance.between(6, 12),
                chance.choice(("v", "~v~", "\\_/", "^v^", "-v-")),
            )
    hills = Canvas()
    for _ in range(chance.choice((1, 1, 2))):
        hills.paste(range_of_hills(chance, width, chance.between(4, 10)), 0, 0)
    for (x, y), char in hills.cells.items():
        if 0 <= x < width:
            view.put(x, y, char)
    if chance.odds(55):
        for _ in range(chance.between(1, 3)):
            view.place(any_tree(chance), chance.between(0, width - 16), 1)
    if chance.odds(50):
        for row in range(1, chance.between(3, 5)):
            for x in range(width):
                view.put(x, row + 1, chance.choice("~~~~- ") if row > 1 else "~")
    else:
        view.place(meadow(chance, width), 0, 1 + chance.below(2))
    for x, y in list(view.cells):
        if not 0 <= x < 63:
            del view.cells[x, y]
    return view
