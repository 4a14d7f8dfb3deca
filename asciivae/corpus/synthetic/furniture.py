"""Furniture."""

from __future__ import annotations

from .boxes import slanted_box
from .canvas import Canvas, beside
from .chance import Chance
from .flowers import flower
from .food import bottle, cup
from .strokes import FINE, blob, box
from .styles import LIGHT


def table(chance: Chance) -> Canvas:
    """Return a table with something on it."""
    desk = Canvas()
    wide = chance.between(12, 26)
    desk.write(0, 0, chance.choice("_=-#") * wide)
    tall = chance.between(3, 4)
    if chance.odds(60):
        desk.write(0, 1, "|" + chance.choice((" ", "_", "-")) * (wide - 2) + "|")
    leg = chance.choice(("||", "| |", "[]", "()", "I"))
    for y in range(desk.box()[3] + 1, tall + 2):
        desk.write(1, y, leg)
        desk.write(wide - 1 - len(leg), y, leg)
    if chance.odds(30):
        drawer = wide // 3
        for y in range(1, tall):
            desk.write(
                wide - drawer - 2,
                y,
                "|" + "_" * (drawer // 2) + chance.choice("o-=") + "_" * (drawer - drawer // 2 - 1) + "|",
            )
    x = 1
    while x < wide - 6:
        thing = chance.choice((cup, lamp, bottle, flower, books, clock))(chance)
        if x + thing.width > wide:
            break
        desk.place(thing, x, -1)
        x += thing.width + chance.between(1, 4)
    return desk


def chair(chance: Chance) -> Canvas:
    """Return a chair from the side, or an armchair from the front."""
    seat = Canvas()
    if chance.odds(50):
        tall, wide = chance.between(3, 5), chance.between(4, 6)
        slat = chance.choice(("|", "#", "H", "(", "/", "["))
        for y in range(tall):
            seat.write(0, y, slat + ("=" if y % 2 and chance.odds(50) else ""))
        seat.write(0, tall, slat + chance.choice("_=-#") * wide + chance.choice((".", "]", "|", ")")))
        for y in range(1, 4):
            seat.put(0, tall + y, "|")
            seat.put(wide, tall + y, "|")
        if chance.odds(50):
            seat.write(1, tall + 2, chance.choice("-=_") * (wide - 1))
        return seat if chance.odds(50) else seat.mirrored()
    wide = chance.between(8, 26)
    fill = chance.choice((" ", " ", "' ", ". ", "x ", "/", ":", "~", "o   "))
    seat.write(3, 0, "_" * (wide - 2))
    for y in range(1, 3):
        seat.write(2, y, "|" + (fill * wide)[y % 2 :][: wide - 2] + "|")
    seat.write(0, 2, "__")
    seat.write(wide + 2, 2, "__")
    seat.write(0, 3, "|  |" + "_" * (wide - 4) + "|  |")
    cushions = chance.between(1, 3)
    part = max(2, (wide - 4) // cushions)
    for at in range(1, cushions):
        seat.put(3 + at * part, 2, "|")
    seat.write(0, 4, "|__|" + chance.choice("_=-") * (wide - 4) + "|__|")
    seat.write(1, 5, chance.choice('"uUoW'))
    seat.write(wide + 2 - 1, 5, seat.cells[1, 5])
    return seat


def lamp(chance: Chance) -> Canvas:
    """Return a lamp."""
    light = Canvas()
    half, tall = chance.between(2, 4), chance.between(1, 8)
    rows = chance.between(2, 3)
    shade = chance.choice((" ", " ", "|", "/", ".", ":", "^"))
    light.write(-half + rows - 1, -1, "_" * max(1, 2 * (half - rows) + 3))
    for y in range(rows):
        reach = max(1, half - rows + y + 1)
        light.write(-reach, y, "/" + shade * (2 * reach - 1) + "\\")
    reach = max(1, half)
    light.write(-reach, rows, "`" + "-" * (2 * reach - 1) + "'")
    for y in range(tall):
        light.put(0, rows + 1 + y, "|")
    if chance.odds(50):
        light.put(reach - 1, rows + 1, chance.choice("o|'!"))
    light.write(-2, rows + 1 + tall, chance.choice(("_/|\\_", "/___\\", "(___)", "-=#=-", ".-'-.")))
    return light


def books(chance: Chance) -> Canvas:
    """Return a row of books, or a pile."""
    shelf = Canvas()
    if chance.odds(50):
        x = 0
        for _ in range(chance.between(3, 8)):
            tall, wide = chance.between(2, 4), chance.between(0, 2)
            mark = chance.choice(("=", "-", ":", "*", "o", "~", "#", "x", "+", "A", "II", "Z"))
            shelf.write(x, -tall - 1, " " + "_" * wide if wide else " ")
            for y in range(tall):
                shelf.write(x, -tall + y, "|" + (mark * 2 if y == 1 or y == tall - 1 else "  ")[:wide] + "|")
            x += wide + 1
        return shelf
    wide = chance.between(9, 16)
    for y in range(chance.between(2, 5)):
        shift = chance.below(3)
        title = chance.choice(
            (
                "ATLAS",
                "POEMS",
                "COOKING",
                "VOL II",
                "OPTICS",
                "BIRDS",
                "JOKES",
                "GO",
                "WHALES",
                "FUNGI",
                "~~~~",
                "=====",
                "xXx",
                "TAXES",
                "ZEN",
            )
        )
        shelf.write(shift, -2 * y - 1, "_" * (wide + 1) + " ")
        shelf.write(shift, -2 * y, "(" + title.center(wide)[:wide] + chance.choice("|])"))
        shelf.write(shift + 1, -2 * y + 1, "`" + "-" * (wide - 1) + "'") if y == 0 else None
    return shelf


def clock(chance: Chance) -> Canvas:
    """Return a clock, round or with a case."""
    case = Canvas()
    wide = chance.between(4, 8)
    high = wide * 8
    blob(case, 8, 8, wide * FINE, high, chance.choice(LIGHT), " ")
    deep = high // FINE
    case.write(0, -deep + 1, "12"[: 2 if wide > 5 else 0] or "'")
    case.put(0, deep - 1, "6" if wide > 5 else ".")
    case.put(-wide + 2, 0, "9" if wide > 4 else "-")
    case.put(wide - 2, 0, "3" if wide > 4 else "-")
    case.put(0, 0, chance.choice("o+*."))
    hand = chance.choice(
        (
            ((1, 0, "-"), (2, 0, "-")),
            ((1, -1, "/"),),
            ((0, -1, "|"),),
            ((-1, -1, "\\"),),
            ((1, 1, "\\"),),
            ((-1, 0, "-"), (-2, 0, "-")),
        )
    )
    for x, y, sign in (*hand, *chance.choice((((0, -1, "|"),), ((-1, 1, "/"),), ((0, 1, "|"),)))):
        case.put(x, y, sign)
    if chance.odds(35):
        case.rows(
            -wide + 1,
            -deep - 2,
            [chance.choice(("()", "oo", "/\\")) + " " * (2 * wide - 5) + chance.choice(("()", "oo", "/\\"))],
        )
        case.write(-wide + 1, deep + 1, "/" + " " * (2 * wide - 3) + "\\")
    return case


def cupboard(chance: Chance) -> Canvas:
    """Return a cupboard, a shelf, a bed, a door or a window."""
    kind = chance.below(4)
    piece = Canvas()
    style = chance.choice(LIGHT)
    if kind == 0:
        rows, wide = chance.between(2, 5), chance.between(9, 20)
        knob = chance.choice(("o", "-", "=", "O", "*", "()", "[]", "__"))
        box(piece, 0, 0, wide, 2 * rows + 1, style)
        for row in range(rows):
            piece.write(
                1,
                2 * row + 1,
                knob.center(wide - 2)
                if chance.odds(70)
                else (knob.center((wide - 3) // 2) + "|" + knob.center(wide - 2 - (wide - 3) // 2 - 1)),
            )
            if row:
                piece.write(1, 2 * row, chance.choice("-_=") * (wide - 2))
        piece.write(1, 2 * rows + 1, chance.choice(("()", "[]", "/\\", "||")))
        piece.write(wide - 3, 2 * rows + 1, chance.choice(("()", "[]", "/\\", "||")))
        return piece
    if kind == 1:
        wide = chance.between(18, 34)
        high = 1
        for _ in range(chance.between(2, 4)):
            x = 1
            while x < wide - 4:
                thing = chance.choice((books, cup, bottle, slanted_box, books))(chance)
                if x + thing.width > wide:
                    break
                piece.place(thing, x, high - 1)
                x += thing.width + chance.between(1, 3)
            piece.write(0, high, chance.choice("=_-#") * (wide + 1))
            high += 7
        top = piece.box()[1]
        for y in range(top, piece.box()[3] + 1):
            piece.put(0, y, "|")
            piece.put(wide, y, "|")
        return piece
    if kind == 2:
        panes, rows = chance.between(2, 4), chance.between(2, 3)
        wide, high = chance.between(4, 7), chance.between(2, 3)
        cross = chance.choice("+#|o")
        for y in range(rows * (high + 1) + 1):
            for x in range(panes * (wide + 1) + 1):
                if y % (high + 1) == 0:
                    piece.put(x, y, cross if x % (wide + 1) == 0 else "-")
                elif x % (wide + 1) == 0:
                    piece.put(x, y, "|")
        for _ in range(chance.between(2, 9)):
            at = (chance.between(1, panes * (wide + 1) - 1), chance.between(1, rows * (high + 1) - 1))
            piece.cells.setdefault(at, chance.choice("/*.'v"))
        if chance.odds(50):
            curtain = chance.choice("(|{\\")
            for y in range(rows * (high + 1) + 1):
                for x in range(3):
                    piece.put(x + 1, y, curtain)
                    piece.put(panes * (wide + 1) - 1 - x, y, {"(": ")", "{": "}", "\\": "/"}.get(curtain, curtain))
        piece.write(-2, rows * (high + 1) + 1, chance.choice("=_~") * (panes * (wide + 1) + 5))
        return piece
    wide = chance.between(16, 28)
    cloth = chance.choice(("~", "/", ".", "x ", ":", "' ", "= ", "\\/", "- "))
    piece.rows(0, -2, ["__", "||", "||", "||", "||"])
    piece.write(2, 0, "(" + chance.choice("__==--~~")[0] * 5 + ")")
    piece.write(8, 0, "_" * (wide - 8))
    piece.write(2, 1, (cloth * wide)[: wide - 2])
    piece.write(2, 2, "=" * (wide - 2))
    piece.rows(wide, -1, ["__", "||", "||", "||"])
    if chance.odds(60):
        piece.write(4, -1, chance.choice(("(-_-) z Z", "(u.u)zzZ", "{~o~}", "[=_=]..z")))
    return piece


def furniture(chance: Chance) -> Canvas:
    """Return furniture, or a corner of a room."""
    makers = (table, table, chair, lamp, cupboard, cupboard, clock, books)
    count = chance.choice((1, 1, 2, 3))
    parts = [chance.choice(makers)(chance) for _ in range(count)]
    while len(parts) > 1 and sum(part.width + 3 for part in parts) > 60:
        parts.pop()
    scene = beside(*parts, gap=chance.between(2, 4))
    if chance.odds(35):
        left, _, right, _ = scene.box()
        scene.write(left - 1, 1, chance.choice(("_", "=", "-", "_|", "~", ".-")) * ((right - left + 4) // 2))
    return scene
