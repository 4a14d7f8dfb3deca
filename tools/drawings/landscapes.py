"""Skies, hills and views."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .chance import Chance
from .compose import strip
from .strokes import FINE, blob, pave, puff, sine, stroke
from .styles import LIGHT
from .trees import any_tree, meadow


def cloud(chance: Chance) -> Canvas:
    """Return a cloud."""
    drift = Canvas()
    count = chance.between(1, 3)
    parts = [(x * 104, -10 * (x % 2), chance.between(4, 6) * FINE, chance.between(14, 24)) for x in range(count)]
    puff(drift, parts, chance.choice(LIGHT))
    return drift


MOONS = (
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


def sun(chance: Chance) -> Canvas:
    """Return a sun with rays, or a moon."""
    if chance.odds(25):
        return sprite(chance.choice(MOONS))
    disc = Canvas()
    wide = chance.between(2, 4)
    for dx, dy, ray in ((-1, -1, "\\"), (1, -1, "/"), (-1, 1, "/"), (1, 1, "\\")):
        disc.put(dx * (wide + 1), dy * 2, ray)
    if chance.odds(65):
        disc.put(0, -3, "|")
        disc.put(0, 3, "|")
    beam = chance.choice(("--", "==", "~-", "-"))
    disc.write(-wide - 1 - len(beam), 0, beam)
    disc.write(wide + 2, 0, beam[::-1])
    blob(disc, 8, 8, wide * FINE, 22, chance.choice(LIGHT), chance.choice(("  ", " ", ".", ":")))
    return disc


def peaks(chance: Chance, width: int, tall: int) -> Canvas:
    """Return mountains with straight slopes; a later one hides part of the one before."""
    land = Canvas()
    x = -chance.below(6)
    while x < width:
        peak = chance.between(max(3, tall - 4), tall)
        snow = chance.odds(60)
        for step in range(peak):
            y = step - peak
            land.write(x + peak - step - 1, y, "/" + " " * (2 * step) + "\\")
            if snow and step == peak // 3 + 1:
                land.write(x + peak - step, y, strip("^/\\", 2 * step))
            elif chance.odds(50) and step > 1:
                land.put(x + peak + chance.between(0, step - 1), y, chance.choice("\\'.:`"))
        x += chance.between(peak, 2 * peak)
    return land


def soft_hills(chance: Chance, width: int, tall: int) -> Canvas:
    """Return hills that roll like a wave."""
    land = Canvas()
    phase, swing, pitch = chance.below(360), chance.between(4, tall) * FINE // 3, chance.between(3, 9)
    crest = [(x, -swing - 8 + swing * sine(x * pitch * 2 // 5 + phase) // 1000) for x in range(0, width * FINE, 5)]
    texture = chance.choice((("  ",), ("  ", "' "), (".  ", "  ."), ("   ", " ^ ", "   ")))
    pave(land, texture, ((x // FINE, row) for x, y in crest for row in range(y // FINE, 1)))
    stroke(land, crest, chance.choice(LIGHT))
    return land


def flock(chance: Chance, sky: Canvas, width: int) -> None:
    """Draw a few distant birds in the sky."""
    for _ in range(chance.between(2, 5)):
        bird = chance.choice(("v", "~v~", "\\_/", "^v^", "-v-"))
        sky.write(chance.between(0, width - 4), -chance.between(6, 12), bird)


def landscapes(chance: Chance) -> Canvas:
    """Return a view: sky, mountains, perhaps trees, water or meadow in front."""
    width = chance.between(28, 60)
    view = Canvas()
    if chance.odds(30):
        flock(chance, view, width)
    things = [sun] * chance.odds(75) + [cloud] * chance.below(3)
    for thing, x in zip(things, chance.shuffled(range(1, width - 13, 15)), strict=False):
        view.place(thing(chance), x + chance.below(4), -chance.between(5, 10))
    for _ in range(chance.choice((1, 1, 2))):
        view.paste(chance.choice((peaks, soft_hills))(chance, width, chance.between(4, 10)))
    if chance.odds(55):
        for _ in range(chance.between(1, 3)):
            view.place(any_tree(chance), chance.between(0, width - 16), 1)
    if chance.odds(50):
        for row in range(2, chance.between(4, 6)):
            view.write(0, row, "".join(chance.choice("~~~~- " if row > 2 else "~") for _ in range(width)))
    else:
        view.place(meadow(chance, width), 0, 1 + chance.below(2))
    view.crop(0, width)
    return view
