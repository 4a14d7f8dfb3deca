"""Trains."""

from __future__ import annotations

from .canvas import Canvas, beside, sprite
from .chance import Chance
from .compose import floor, strip, turned


def waggon(chance: Chance) -> Canvas:
    """Return one carriage or goods waggon."""
    car = Canvas()
    long = chance.between(9, 15)
    kind = chance.below(4)
    if kind == 0:
        car.write(1, -4, chance.choice("_=-") * long)
        car.write(0, -3, "|" + " " * long + "|")
        car.write(0, -2, "|" + strip(" " + chance.choice(("[] ", "() ", "|_| ", "o ")) * 7, long) + "|")
    elif kind == 1:
        heap = chance.choice("^o@%*8")
        car.write(3, -3, heap * (long - 4))
        car.write(2, -2, heap * (long - 2))
    elif kind == 2:
        car.write(2, -4, "_" * (long - 2))
        car.write(1, -3, "(" + " " * (long - 2) + ")")
        car.write(1, -2, "(" + chance.choice(("OIL", "MILK", "", "H2O", "~~~~", "TAR")).center(long - 2) + ")")
    else:
        for y in (-3, -2):
            car.write(0, y, "|" + strip(chance.choice(("|", "#", "=", "x", ".")) + " ", long) + "|")
    car.write(0, -1, "|" + "_" * long + "|")
    wheel = chance.choice(("o", "O", "(_)", "@", "()"))
    car.write(2, 0, wheel)
    car.write(long - len(wheel), 0, wheel)
    return car


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
    while sum(car.width + 1 for car in cars) + engine.width < 38 and chance.odds(65):
        cars.append(waggon(chance) if chance.odds(50) else cars[-1])
    scene = beside(*cars, engine)
    _, _, right, _ = scene.box()
    link = chance.choice("-=~_")
    for x in range(right):
        scene.cells.setdefault((x, -1), link)
    if chance.odds(65):
        puff = chance.choice(("( )", "o", "@", "()", "~~", "O"))
        for step in range(chance.between(3, 8)):
            scene.write(right - 4 - 3 * step - step % 2, -engine.height - (step + 1) // 2, puff)
    floor(scene, chance.choice(("=", "-+", "_", "-", "=|=", "#=", "_|")))
    return turned(chance, scene)
