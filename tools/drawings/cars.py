"""Road vehicles."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .chance import Chance
from .compose import floor, parade, strip, turned

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
    boot, cabin, nose = chance.between(2, 7), chance.between(5, 11), chance.between(4, 9)
    tall = chance.between(1, 2)
    long = boot + cabin + nose
    back, front = chance.choice((("/", "\\"), ("/", "|"), ("|", "\\"), (".", ".")))
    for y in range(tall):
        lean = tall - y
        inner = cabin - 2 * lean + 2 * (front == "|")
        auto.write(boot + lean, y - tall - 1, back + " " * inner + front)
        auto.put(boot + cabin // 2 + 1, y - tall - 1, chance.choice("||:I"))
    auto.write(boot + tall + 1, -2 - tall, "_" * max(1, cabin - 2 * tall))
    auto.write(0, 0, chance.choice("|([{<") + " " * long + chance.choice("|)}>\\"))
    auto.write(1, -1, "_" * boot)
    auto.write(boot + cabin + 1, -1, "_" * nose)
    auto.write(boot + cabin // 2 + 2, 0, chance.choice(("-", "=", "--", "'", "_")))
    auto.write(0, 1, "`" + chance.choice("-=_") * long + "'")
    auto.paste(wheels(chance, (boot // 2 + 3, long - nose // 2 - 1)), 0, 1)
    return turned(chance, auto)


def lorry(chance: Chance) -> Canvas:
    """Return a lorry with a load or a sign."""
    truck = Canvas()
    long, tall = chance.between(10, 24), chance.between(3, 5)
    fill = chance.choice((" ", " ", " ", ":", ".", "=", "|", "# ", "o "))
    truck.write(1, -tall - 1, "_" * long)
    for y in range(tall):
        truck.write(0, y - tall, "|" + strip(fill, long) + "|")
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
    truck.write(0, 0, "|" + chance.choice("_=-#") * (width - 1) + "|")
    truck.paste(wheels(chance, (4, 8, cab + 3) if long > 14 else (4, cab + 3)), 0, 1 if chance.odds(50) else 0)
    return turned(chance, truck)


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
    """Return a bus with one deck or two."""
    coach = Canvas()
    pane = chance.choice(("[__]", "|__|", "[ ]", "(__)", "|##|", "[::]", "| |"))
    row = " " + " ".join([pane] * chance.between(3, 7)) + " "
    inner = len(row)
    if chance.odds(35):
        coach.write(1, -6, "_" * inner)
        coach.write(0, -5, "|" + "=" * inner + "|")
        coach.write(0, -4, "|" + row + "|")
    else:
        coach.write(1, -5, "_" * inner)
        coach.write(0, -4, "/" + " " * inner + "\\")
    coach.write(0, -3, "|" + row + "|")
    coach.write(0, -2, "|" + chance.choice(" -=~_") * inner + "|")
    if chance.odds(60):
        sign = f" {chance.choice(SIGNS)} "
        coach.write(chance.between(2, max(2, inner - len(sign))), -2, sign)
    coach.write(0, -1, "|" + "_" * inner + "|")
    coach.paste(wheels(chance, (4, inner - 3)), 0, -1)
    return coach


def traffic(chance: Chance) -> Canvas:
    """Return one vehicle of any kind."""
    return chance.choice((car, car, car, lorry, lorry, bus, bicycle))(chance)


def cars(chance: Chance) -> Canvas:
    """Return what is on the road: cars, lorries, buses, bicycles."""
    scene = parade(chance, traffic, chance.choice((1, 1, 2, 2, 3)), (2, 6))
    if chance.odds(60):
        floor(scene, chance.choice(("_", "=", "-", "~", "- ", "_ _", "-- ")), 1)
        if chance.odds(35):
            floor(scene, chance.choice(("-  ", ".", "=", "   --")), 0)
    return scene
