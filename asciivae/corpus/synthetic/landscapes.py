"""Skies, hills and views."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .chance import Chance
from .strokes import FINE, blob, pave, sine, stroke
from .styles import LIGHT
from .trees import any_tree, meadow


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
