"""Trains."""

from __future__ import annotations

from .canvas import Canvas, beside, sprite
from .chance import Chance


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
        for x in range(long + 2):
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
    left, _, right, _ = scene.box()
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
