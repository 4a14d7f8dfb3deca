"""What flies in the air."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .cars import SIGNS
from .chance import Chance
from .landscapes import cloud
from .strokes import FINE, bend, blob, stroke
from .styles import LIGHT
from .trees import meadow


def plane(chance: Chance) -> Canvas:
    """Return an aeroplane from the side or from above."""
    craft = Canvas()
    kind = chance.below(3)
    if kind == 0:
        long = chance.between(12, 26)
        panes = chance.choice(("o ", ". ", "[]", "= ", "O", ": "))
        craft.write(3, -1, "_" * (long - 3))
        craft.write(0, -1, "|\\")
        craft.write(0, -2, "|\\")
        craft.write(0, 0, "| \\" + "_" * 0 + (" " + panes * long)[: long - 4] + "\\_")
        craft.write(1, 1, "\\" + "_" * (long - 1) + chance.choice(")>}/"))
        wing = long // 2
        depth = chance.between(2, 4)
        for y in range(depth):
            craft.write(wing - y - 1, 1 + y, "/" + ("_" if y == depth - 1 else " ") * 3 + "/")
        craft.write(wing, 1, "/")
    elif kind == 1:
        half = chance.between(5, 12)
        tall = chance.between(5, 9)
        for y in range(tall):
            craft.write(-1, y, "| |" if y else "/ \\")
        craft.write(0, -1, "^")
        row = tall // 2
        craft.write(
            -1 - half,
            row,
            "_" * 0 + "/" + "_" * (half - 1) + "|" + chance.choice(" o.:+") + "|" + "_" * (half - 1) + "\\",
        )
        for step in range(half - 1):
            if step % 4 == 0 and step // 4 < row:
                pass
        craft.write(-1 - half + 1, row - 1, "_" * 0 + ("_" * (half - 1)) + "|")
        craft.write(1, row - 1, "|" + "_" * (half - 1))
        craft.write(-half, row - 1, "." + "-" * (half - 2))
        craft.write(2, row - 1, "-" * (half - 2) + ".")
        craft.write(-3, tall - 1, "/_|_|_\\")
        if chance.odds(50):
            for side in (-1, 1):
                craft.put(side * (half // 2 + 1), row + 1, chance.choice("V|U"))
    else:
        craft = sprite(
            chance.choice(
                (
                    r"""
 -----------+-----------
        .---'---.
 \\    /  _   \__\
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
            ),
            {"e": chance.choice("o*+.@ ")},
        )
    return craft if chance.odds(60) else craft.mirrored()


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


def flying(chance: Chance) -> Canvas:
    """Return aeroplanes, balloons, kites or airships among clouds."""
    scene = Canvas()
    kind = chance.below(4)
    if chance.odds(60):
        for _ in range(chance.between(1, 2)):
            scene.place(cloud(chance), chance.between(-8, 26), chance.between(-4, 6))
    if kind == 0:
        scene.place(plane(chance), chance.between(0, 10), chance.between(-2, 4))
        if chance.odds(30):
            scene.place(plane(chance), chance.between(20, 30), chance.between(6, 10))
    elif kind == 1:
        x = 0
        for _ in range(chance.between(1, 3)):
            one = balloon(chance)
            scene.place(one, x, chance.between(0, 6))
            x += one.width + chance.between(0, 4)
    elif kind == 2:
        wide, high = chance.between(9, 17) * FINE, chance.between(30, 48)
        style = chance.choice(LIGHT)
        ship = Canvas()
        blob(ship, 8, 8, wide, high, style, chance.choice((" ", " ", "-", "=  ", " .")))
        right = wide // FINE
        ship.rows(
            right - 2,
            -2,
            chance.choice(([" __", "|  \\", ">===>", "|__/"], ["/|", ">>|", "\\|"], ["\\\\\\", " >>>", "///"])),
        )
        low = ship.box()[3]
        ship.rows(-4, low + 1, chance.choice(([r"\_o_o_o_/"], ["[_#_#_#_]"], ["|o o o|", r" \___/"], ["'-[::::]-'"])))
        if chance.odds(50):
            ship.write(-3, 0, chance.choice(SIGNS))
        scene.place(ship if chance.odds(50) else ship.mirrored(), 0, 6)
    else:
        for x in range(0, chance.choice((1, 16, 32)), 16):
            kite = Canvas()
            wide = chance.between(2, 5)
            for y in range(wide):
                kite.write(-y, y - wide, "/" + (chance.choice(" .:'") * y) + "|" + (chance.choice(" .:'") * y) + "\\")
                kite.write(-y, wide - y - 1, "\\" + " " * y + "|" + " " * y + "/")
            tail = chance.between(3, 7)
            path = bend((16, wide * FINE), (90, (wide + 2) * FINE), (20 + tail * 10, (wide + tail) * FINE))
            stroke(kite, path, chance.choice(LIGHT))
            for x_, y_ in path[6::7]:
                kite.write(x_ // FINE - 1, y_ // FINE, chance.choice((">o<", "<=>", ">*<", "~~~")))
            scene.place(kite, x, chance.between(6, 10))
    if chance.odds(30):
        for _ in range(chance.between(1, 4)):
            scene.cells.setdefault((chance.between(0, 36), chance.between(-6, 8)), chance.choice("vvV"))
    if chance.odds(25):
        left, _, right, bottom = scene.box()
        scene.place(meadow(chance, right - left + 3), left - 1, bottom + 2)
    return scene
