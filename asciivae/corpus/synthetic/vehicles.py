"""Things that drive and fly."""

from __future__ import annotations

from .canvas import Canvas, beside, sprite
from .chance import Chance
from .nature import cloud, meadow
from .strokes import FINE, bend, blob, line, stroke
from .styles import LIGHT

WHEELS = (
    ("(_)",),
    ("(o)",),
    ("(@)",),
    (".-.", "(_)"),
    (".-.", "(o)", "'-'"),
    ('/"\\', "\\_/"),
    (",-.", "`-'"),
    ("O",),
    ("(*)",),
    ("[O]",),
)
SIGNS = (
    "TAXI",
    "BUS",
    "MAIL",
    "MILK",
    "FISH",
    "ICE",
    "TOYS",
    "HAY",
    "BOOKS",
    "ZINC",
    "JAM",
    "POLICE",
    "4711",
    "KIWI",
    "WOOL",
    "SAND",
)


def wheels(chance: Chance, places: tuple[int, ...]) -> Canvas:
    """Return equal wheels around the given columns; the upper row is 0."""
    axle = Canvas()
    wheel = chance.choice(WHEELS)
    for x in places:
        axle.rows(x - len(wheel[-1]) // 2, 0, wheel)
    return axle


def car(chance: Chance) -> Canvas:
    """Return a car from the side."""
    auto = Canvas()
    nose, cabin, boot = chance.between(4, 9), chance.between(5, 11), chance.between(2, 7)
    tall = chance.between(1, 2)
    long = nose + cabin + boot
    slope = chance.choice((("/", "\\"), ("/", "|"), ("|", "\\"), (".", ".")))
    for y in range(tall):
        shift = tall - y
        auto.write(boot + shift, -1 - tall + y, slope[0] + " " * (cabin - 2 * shift + 2 * (slope[1] == "|")) + slope[1])
        middle = boot + cabin // 2 + 1
        auto.put(middle, -1 - tall + y, chance.choice("||:I"))
    auto.write(boot + tall + 1, -2 - tall, "_" * max(1, cabin - 2 * tall))
    body = "|" + "_" * 0 + " " * (long) + chance.choice(("|", ")", "}", ">", "\\"))
    auto.write(0, 0, body)
    auto.write(1, -1, "_" * boot)
    auto.write(boot + cabin + 1, -1, "_" * nose)
    left = auto.cells.get((boot + 1, -1))
    if left == " ":
        auto.put(boot + 1, -1, "_")
    auto.put(0, 0, chance.choice("|([{<"))
    handle = chance.choice(("-", "=", "--", "'", "_"))
    auto.write(boot + cabin // 2 + 2, 0, handle)
    auto.write(0, 1, "`" + chance.choice("-=_") * (long) + "'")
    auto.paste(wheels(chance, (boot // 2 + 3, long - nose // 2 - 1)), 0, 1)
    return auto if chance.odds(60) else auto.mirrored()


def lorry(chance: Chance) -> Canvas:
    """Return a lorry with a load or a sign."""
    truck = Canvas()
    long, tall = chance.between(10, 24), chance.between(3, 5)
    fill = chance.choice((" ", " ", " ", ":", ".", "=", "|", "# ", "o "))
    truck.write(1, -tall - 1, "_" * long)
    for y in range(tall):
        truck.write(0, y - tall, "|" + (fill * long)[:long] + "|")
    if chance.odds(60):
        sign = " " + chance.choice(SIGNS) + " "
        truck.write((long - len(sign)) // 2 + 1, -tall // 2, sign)
    cab = long + 3
    truck.rows(
        cab,
        -4,
        chance.choice(
            (
                [" ____", "|  | \\", "|  |__\\__", "|        |"],
                [" ___", "|  |\\", "|__| \\__", "|       )"],
                [".----.", "| [] |", "|    |", "|    |"],
                ["  ___", " / | \\", "|__|__\\_", "|   -   }"],
            )
        ),
    )
    width = truck.box()[2]
    truck.write(0, 0, "|" + "_=-#"[chance.below(4)] * (width - 1) + "|")
    truck.paste(wheels(chance, (4, 8, cab + 3) if long > 14 else (4, cab + 3)), 0, 1 if chance.odds(50) else 0)
    return truck if chance.odds(60) else truck.mirrored()


def waggon(chance: Chance) -> Canvas:
    """Return one carriage or goods waggon."""
    car_ = Canvas()
    long = chance.between(9, 15)
    kind = chance.below(4)
    if kind == 0:
        panes = chance.choice(("[] ", "() ", "|_| ", "o "))
        car_.write(1, -4, "_" * long)
        car_.write(0, -3, "|" + " " * long + "|")
        car_.write(0, -2, "|" + (" " + panes * long)[: long - 1].ljust(long) + "|")
    elif kind == 1:
        heap = chance.choice(("^", "o", "@", "%", "*", "8"))
        car_.write(3, -3, heap * (long - 4))
        car_.write(1, -2, heap * long)
        for x in range(0, long + 2):
            car_.put(x, -2, heap if 1 < x < long else " ")
    elif kind == 2:
        car_.write(2, -4, "_" * (long - 2))
        car_.write(1, -3, "(" + " " * (long - 2) + ")")
        car_.write(1, -2, "(" + chance.choice((" OIL", "MILK", "    ", " H2O", "~~~~")).center(long - 2) + ")")
    else:
        for y in (-3, -2):
            car_.write(0, y, "|" + (chance.choice(("|", "#", "=", "|")) + " ") * (long // 2) + " " * (long % 2) + "|")
    car_.write(0, -1, "|" + "_" * long + "|")
    wheel = chance.choice(("o", "O", "(_)", "@", "()"))
    car_.write(2, 0, wheel)
    car_.write(long - 1 - len(wheel) + 1, 0, wheel)
    return car_


ENGINES = (
    r"""
     ___
 ____|_|_   _
 |      |__| |_
 |  []         |
 |_____________|\
  (_)   o  o  o
""",
    r"""
   ______
   | __ |    n
   ||__||____U_
 __|           )
|______________)
  @   ()  ()  \
""",
    r"""
 ________     ()
 |  __  |  _  ||
 | |__| |_( )_||_
 |       ======  }
 |______________/_
  (O)=(O)=(O) o o\
""",
    r"""
  _______
 / | _ | \____
|  ||_||      \
|  |===|    o  )
'--------------'
  (o)(o)  (o)
""",
)


def trains(chance: Chance) -> Canvas:
    """Return an engine with its waggons on the rails, perhaps with smoke."""
    engine = sprite(chance.choice(ENGINES))
    cars = [waggon(chance)]
    while sum(part.width for part in cars) + engine.width < 38 and chance.odds(65):
        cars.append(waggon(chance) if chance.odds(50) else cars[-1])
    couple = chance.choice(("-", "=", "~", "_"))
    scene = beside(*cars, engine)
    left, top, right, _ = scene.box()
    for x in range(left, right):
        if (x, -1) not in scene.cells:
            scene.put(x, -1, couple)
    if chance.odds(65):
        puff = chance.choice(("( )", "o", "@", "()", "~~", "O"))
        for step in range(chance.between(3, 8)):
            scene.write(right - 4 - 3 * step - step % 2, -engine.height - (step + 1) // 2, puff)
    rail = chance.choice(("=", "-+", "_", "-", "=|=", "#=", "_|"))
    scene.write(left - 2, 1, (rail * 64)[: right - left + 5])
    return scene if chance.odds(65) else scene.mirrored()


def bicycle(chance: Chance) -> Canvas:
    """Return a bicycle, or a motor scooter."""
    return sprite(
        chance.choice(
            (
                r"""
     __        ,
      |_______/_
  .-. /\     /  .-.
 ( e )  \   /  ( e )
  `-'   _\_/_   `-'
""",
                r"""
    ==.       .--
  ___ |______/  ___
 / e \ \    / \/ e \
 \___/  `-()-' \___/
""",
                r"""
             \o
   ____     / |
  (____)___/ _|
  /  ____   /.-.
 ( e )___\_/( e )
  `-'        `-'
""",
            )
        ),
        {"e": chance.choice("o*+x.@#O")},
    )


def bus(chance: Chance) -> Canvas:
    """Return a bus or a tram."""
    coach = Canvas()
    count = chance.between(3, 7)
    pane = chance.choice(("[__]", "|__|", "[ ]", "(__)", "|##|", "[::]", "| |"))
    inner = count * (len(pane) + 1) + 1
    row = " " + " ".join([pane] * count) + " "
    inner = len(row)
    coach.write(1, -5, "_" * inner)
    coach.write(0, -4, "/" + " " * inner + "\\")
    coach.write(0, -3, "|" + row + "|")
    stripe = chance.choice((" ", "-", "=", "~", "_"))
    coach.write(0, -2, "|" + stripe * inner + "|")
    if chance.odds(60):
        sign = " " + chance.choice(SIGNS) + " "
        coach.write(chance.between(2, max(2, inner - len(sign))), -2, sign)
    coach.write(0, -1, "|" + "_" * inner + "|")
    if chance.odds(35):
        coach.write(0, -4, "|" + (pane[0] + "_" * (len(pane) - 2) + pane[-1] + " ") * 0 + row + "|")
        coach.write(0, -5, "|" + "=" * inner + "|")
        coach.write(1, -6, "_" * inner)
    coach.paste(wheels(chance, (4, inner - 3)), 0, -1)
    return coach


def cars(chance: Chance) -> Canvas:
    """Return what is on the road: cars, lorries, buses, bicycles."""
    scene = Canvas()
    x = 0
    for _ in range(chance.choice((1, 1, 2, 2, 3))):
        one = chance.choice((car, car, car, lorry, lorry, bus, bicycle))(chance)
        if x + one.width > 58:
            break
        scene.place(one, x, 0)
        x += one.width + chance.between(2, 6)
    left, _, right, _ = scene.box()
    if chance.odds(60):
        road = chance.choice(("_", "=", "-", "~", "- ", "_ _", "-- "))
        scene.write(left - 2, 1, (road * 64)[: right - left + 5])
        if chance.odds(35):
            scene.write(left - 2, 2, (chance.choice(("-  ", ".", "=", "   --")) * 64)[: right - left + 5])
    return scene


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


def rocket(chance: Chance) -> Canvas:
    """Return a rocket that stands or flies."""
    ship = Canvas()
    half = chance.between(1, 4)
    for step in range(half + 1):
        ship.write(-step, step - half - 1, "/" + " " * (2 * step) + "\\")
    if half > 2 and chance.odds(50):
        ship.put(0, -half - 2, chance.choice("|.^!"))
    inner = 2 * half
    tall = chance.between(3, 9)
    wall = chance.choice(("||", "||", "||", "[]", "()", "HH", "::"))
    pattern = chance.choice((" ", " ", " ", "=", ".", ":", "#"))
    for y in range(tall):
        ship.write(-half, y, wall[0] + pattern * inner + wall[1])
    port = chance.choice(("()", "oo", "[]", "<>", "@@", "**"))
    for y in range(chance.between(0, 1), tall - 1, chance.between(2, 4)):
        ship.write(0, y, port)
    if chance.odds(40) and tall > 4:
        name = chance.choice(("ORION", "LYRA", "NOVA", "HOPE", "ARGO", "X9", "MIRA", "ZOE", "K2", "VOLT", "EOS"))[:tall]
        for y, char in enumerate(name):
            ship.write(0, y, char + " ")
    if chance.odds(50):
        ship.write(-half, tall // 2, wall[0] + chance.choice("_=-#") * inner + wall[1])
    fin = chance.between(1, 3)
    for step in range(fin):
        ship.write(-half - 1 - step, tall - fin + step, "/" + (" " if step < fin - 1 else "_") * step)
        ship.write(half + 2, tall - fin + step, (" " if step < fin - 1 else "_") * step + "\\")
    ship.write(
        -half,
        tall,
        chance.choice(("|", "'", "/", "`")) + chance.choice("_=^") * inner + chance.choice(("|", "'", "\\")),
    )
    if chance.odds(70):
        for step in range(chance.between(1, 4)):
            reach = max(1, half - step // 2)
            fire = "".join(chance.choice("^vV*#WMw'\"()|") for _ in range(2 * reach))
            ship.write(1 - reach, tall + 1 + step, fire)
    return ship


def saucer(chance: Chance) -> Canvas:
    """Return a flying saucer."""
    ship = Canvas()
    wide = chance.between(6, 13)
    dome = chance.between(3, wide - 2)
    blob(ship, 8, 0, dome * 9, chance.between(24, 40), chance.choice(LIGHT), " ")
    if chance.odds(60):
        ship.write(-1, -1, chance.choice(("o o", "^.^", "@ @", "'-'", ". .")))
    blob(
        ship,
        8,
        18,
        wide * FINE,
        chance.between(18, 24),
        chance.choice(LIGHT),
        chance.choice(("o ", " ", "=", "O  ", "* ", ". ", "-")),
    )
    low = ship.box()[3]
    kind = chance.below(3)
    if kind == 0:
        for x in (-wide // 2, wide // 2):
            line(ship, x, low + 1, x * 3 // 2, low + 2)
            ship.put(x * 3 // 2, low + 3, "'")
    elif kind == 1:
        beam = chance.choice((".", ":", "'", "|", " "))
        for y in range(chance.between(2, 5)):
            ship.write(-2 - y, low + 1 + y, "/" + beam * (3 + 2 * y) + "\\")
    return ship


def planet(chance: Chance) -> Canvas:
    """Return a planet, perhaps with a ring."""
    globe = Canvas()
    wide = chance.between(4, 9)
    high = wide * 8
    texture = chance.choice((" ", " ", "o    ", "~  ", "-", ". ", ":.", "=  ", "'  .  "))
    blob(globe, 8, 8, wide * FINE, high, chance.choice(LIGHT), texture)
    if chance.odds(45):
        reach = (wide + 4) * FINE
        ring = Canvas()
        blob(ring, 8, 8, reach, 14, chance.choice(LIGHT))
        for (x, y), char in ring.cells.items():
            inside = x * x * 4 + y * y * 16 < wide * wide * 4
            if char != " " and not (inside and y <= 0):
                globe.put(x, y, char)
    return globe


def rockets(chance: Chance) -> Canvas:
    """Return a scene in space: rockets, saucers, planets, stars."""
    scene = Canvas()
    width, high = chance.between(16, 52), chance.between(10, 20)
    for _ in range(chance.choice((0, 0, width * high // 50, width * high // 30))):
        scene.put(chance.below(width), chance.below(high), chance.choice("..'*+`,o"))
    kind = chance.below(4)
    if kind in (0, 3):
        x = 0
        for _ in range(chance.choice((1, 1, 2, 3))):
            ship = rocket(chance)
            scene.place(ship, x, high - chance.below(4))
            x += ship.width + chance.between(1, 5)
        if chance.odds(40):
            globe = planet(chance)
            scene.place(globe, x + 2, chance.between(globe.height - 2, high))
    elif kind == 1:
        scene.place(planet(chance), chance.between(0, 6), chance.between(7, 10))
        if chance.odds(50):
            scene.place(planet(chance), chance.between(18, 30), chance.between(8, 14))
        if chance.odds(50):
            scene.place(saucer(chance), chance.between(10, 26), chance.between(10, 18))
    else:
        ship = saucer(chance)
        scene.place(ship, chance.between(0, 8), 9)
        if chance.odds(35):
            scene.place(saucer(chance), ship.width + 6, chance.between(3, 12))
    if chance.odds(30):
        left, _, right, bottom = scene.box()
        scene.write(left - 1, bottom + 1, "".join(chance.choice("_____-.oO") for _ in range(min(62, right - left + 3))))
    return scene
