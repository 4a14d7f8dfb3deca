"""Aircraft."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .cars import SIGNS
from .chance import Chance
from .compose import strip, turned
from .landscapes import cloud
from .strokes import FINE, bend, blob, stroke
from .styles import LIGHT
from .trees import meadow


def airliner(chance: Chance) -> Canvas:
    """Return an aeroplane from the side; it flies to the right."""
    craft = Canvas()
    long = chance.between(12, 26)
    panes = chance.choice(("o ", ". ", "[]", "= ", "O", ": "))
    craft.rows(0, -2, ["|\\", "|\\", "| \\"])
    craft.write(3, -1, "_" * (long - 3))
    craft.write(3, 0, strip(" " + panes * 2, long - 4) + "\\_")
    craft.write(1, 1, "\\" + "_" * (long - 1) + chance.choice(")>}/"))
    wing, depth = long // 2, chance.between(2, 4)
    for y in range(1, depth + 1):
        craft.write(wing - y, y, "/" + ("___" if y == depth else "   ") + "/")
    return craft


def glider(chance: Chance) -> Canvas:
    """Return an aeroplane from above; it flies upwards."""
    craft = Canvas()
    half, tall = chance.between(5, 12), chance.between(5, 9)
    row = tall // 2
    craft.rows(-1, -1, [" ^ ", "/ \\"])
    for y in range(1, tall):
        craft.write(-1, y, "| |")
    for side, tip, slope in ((-1, ".", "/"), (1, ".", "\\")):
        for x in range(2, half):
            craft.put(side * x, row - 1, "-")
            craft.put(side * x, row, "_")
        craft.put(side * half, row - 1, tip)
        craft.put(side * half, row, "_")
        craft.put(side * (half + 1), row, slope)
    craft.put(0, row, chance.choice(" o.:+"))
    craft.write(-3, tall - 1, "/_|_|_\\")
    if chance.odds(50):
        engine = chance.choice("V|U")
        for x in (-half // 2, -(-half // 2)):
            craft.put(x, row + 1, engine)
    return craft


SMALL_PLANES = (
    r"""
 -----------+-----------
        .---'---.
 \\    /  e   \__\
  \\==='-( )-----. )
  //    `-------'-'
       ___|___|___/
""",
    r"""
      _
     | \_____
 \___|  | e | `\
 >___   |___|   )--
 /    `-.___.-='|
         (_)
""",
    r"""
   ====|====
  ___  |  ___
 (___\_|_/___)
     ( e )
   -__'-'__-
    o     o
""",
)


def plane(chance: Chance) -> Canvas:
    """Return an aeroplane."""
    kind = chance.below(3)
    if kind == 2:
        return turned(chance, sprite(chance.choice(SMALL_PLANES), {"e": chance.choice("o*+.@ ")}))
    return turned(chance, (airliner, glider)[kind](chance))


def balloon(chance: Chance) -> Canvas:
    """Return a hot-air balloon."""
    craft = Canvas()
    wide = chance.between(4, 9)
    high = chance.between(3, 5) * FINE
    blob(
        craft,
        8,
        0,
        wide * FINE,
        high,
        chance.choice(LIGHT),
        chance.choice((" ", " ", "|  ", ": ", "/ ", "^ ", "*  ", "=", "\\ ")),
    )
    low = craft.box()[3]
    rope = max(2, wide // 2)
    for y in range(chance.between(1, 3)):
        craft.put(-rope + y, low + 1 + y, "\\")
        craft.put(rope - y, low + 1 + y, "/")
    low = craft.box()[3]
    craft.rows(
        -2,
        low + 1,
        chance.choice((["[___]"], [" ___", "|_#_|"], [".---.", "|###|"], ["(___)"], ["+---+", "|oOo|", "+---+"])),
    )
    if chance.odds(40):
        mark = chance.choice(("*", "<>", "(o)", "UP", "+", "AIR", "~~~"))
        craft.write(-(len(mark) // 2), 0, mark)
    return craft


def airship(chance: Chance) -> Canvas:
    """Return an airship."""
    ship = Canvas()
    wide, high = chance.between(9, 17), chance.between(30, 48)
    blob(ship, 8, 8, wide * FINE, high, chance.choice(LIGHT), chance.choice((" ", " ", "-", "=  ", " .")))
    fins = chance.choice(([" __", "|  \\", ">===>", "|__/"], ["/|", ">>|", "\\|"], ["\\\\\\", " >>>", "///"]))
    ship.rows(wide - 2, -2, fins)
    cabin = chance.choice(([r"\_o_o_o_/"], ["[_#_#_#_]"], ["|o o o|", r" \___/"], ["'-[::::]-'"]))
    ship.rows(-4, ship.box()[3] + 1, cabin)
    if chance.odds(50):
        ship.write(-3, 0, chance.choice(SIGNS))
    return turned(chance, ship)


def kite(chance: Chance) -> Canvas:
    """Return a kite with its tail."""
    toy = Canvas()
    wide = chance.between(2, 5)
    fill = chance.choice((" .", " '", ": ", "  "))
    for y in range(wide):
        panel = "".join(chance.choice(fill) for _ in range(y))
        toy.write(-y, y - wide, "/" + panel + "|" + panel + "\\")
        toy.write(-y, wide - y - 1, "\\" + " " * y + "|" + " " * y + "/")
    tail = chance.between(3, 7)
    path = bend((16, wide * FINE), (90, (wide + 2) * FINE), (20 + tail * 10, (wide + tail) * FINE))
    stroke(toy, path, chance.choice(LIGHT))
    bow = chance.choice((">o<", "<=>", ">*<", "~~~", "-x-"))
    for x, y in path[6::7]:
        toy.write(x // FINE - 1, y // FINE, bow)
    return toy


def flying(chance: Chance) -> Canvas:
    """Return aeroplanes, balloons, airships or kites, perhaps among clouds."""
    scene = Canvas()
    if chance.odds(50):
        scene.place(cloud(chance), chance.between(-8, 16), chance.between(-5, -2))
    maker = chance.choice((plane, balloon, airship, kite))
    most = {plane: 2, balloon: 3, airship: 1, kite: 3}[maker]
    x = 0
    for _ in range(chance.between(1, most)):
        thing = maker(chance)
        if x and x + thing.width > 56:
            break
        scene.place(thing, x, chance.between(0, 6) + thing.height)
        x += thing.width + chance.between(1, 4)
    left, _, right, bottom = scene.box()
    if chance.odds(25):
        scene.place(meadow(chance, right - left + 3), left - 1, bottom + 2)
    for _ in range(chance.choice((0, 0, 2, 3))):
        scene.cells.setdefault((chance.between(left, right), chance.between(-3, bottom)), chance.choice("vvV"))
    return scene
