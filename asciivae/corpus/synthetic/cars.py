"""What drives on the road."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .chance import Chance

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
