"""Furniture."""

from __future__ import annotations

from .boxes import slanted_box
from .canvas import MIRROR, Canvas
from .chance import Chance
from .compose import floor, parade, strip, turned
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
        return turned(chance, seat)
    wide = chance.between(8, 26)
    fill = chance.choice((" ", " ", "' ", ". ", "x ", "/", ":", "~", "o   "))
    seat.write(3, 0, "_" * (wide - 2))
    for y in range(1, 3):
        seat.write(2, y, "|" + strip(fill[y % len(fill) :] + fill, wide - 2) + "|")
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


TITLES = [
    "ATLAS",
    "POEMS",
    "COOKING",
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
]


def books(chance: Chance) -> Canvas:
    """Return a row of books, or a pile."""
    shelf = Canvas()
    if chance.odds(50):
        x = 0
        for _ in range(chance.between(3, 8)):
            tall, wide = chance.between(2, 4), chance.between(0, 2)
            mark = chance.choice("=-:*o~#x+AIZ")
            shelf.write(x, -tall - 1, " " + "_" * wide)
            for y in range(tall):
                shelf.write(x, y - tall, "|" + (mark if y in (1, tall - 1) else " ") * wide + "|")
            x += wide + 1
        return shelf
    wide = chance.between(9, 16)
    shelf.write(1, 1, "`" + "-" * (wide - 1) + "'")
    for y in range(chance.between(2, 5)):
        left = chance.below(3)
        shelf.write(left, -2 * y - 1, "_" * (wide + 1) + " ")
        shelf.write(left, -2 * y, "(" + chance.choice(TITLES).center(wide) + chance.choice("|])"))
    return shelf


HANDS_OF_CLOCKS = (
    ((1, 0, "-"), (2, 0, "-")),
    ((1, -1, "/"),),
    ((0, -1, "|"),),
    ((-1, -1, "\\"),),
    ((1, 1, "\\"),),
    ((-1, 1, "/"),),
    ((0, 1, "|"),),
    ((-1, 0, "-"), (-2, 0, "-")),
)


def clock(chance: Chance) -> Canvas:
    """Return a round clock, perhaps with bells and feet."""
    case = Canvas()
    wide = chance.between(4, 8)
    deep = wide // 2
    blob(case, 8, 8, wide * FINE, wide * 8, chance.choice(LIGHT), " ")
    if wide > 5:
        case.write(0, -deep + 1, "12")
        case.put(0, deep - 1, "6")
        case.put(-wide + 2, 0, "9")
        case.put(wide - 2, 0, "3")
    case.put(0, 0, chance.choice("o+*."))
    for hand in chance.some(HANDS_OF_CLOCKS, 2):
        for x, y, sign in hand:
            case.put(x, y, sign)
    if chance.odds(35):
        bell, blank = chance.choice(("()", "oo", "/\\")), " " * (2 * wide - 5)
        case.write(-wide + 1, -deep - 1, bell + blank + bell)
        case.write(-wide + 1, deep + 1, "/" + blank + "  \\")
    return case


def drawers(chance: Chance) -> Canvas:
    """Return a chest of drawers."""
    piece = Canvas()
    rows, wide = chance.between(2, 5), chance.between(9, 20)
    knob, rule, foot = (
        chance.choice(("o", "-", "=", "O", "*", "()", "[]", "__")),
        chance.choice("-_="),
        chance.choice(("()", "[]", "/\\", "||")),
    )
    box(piece, 0, 0, wide, 2 * rows + 1, chance.choice(LIGHT))
    for row in range(rows):
        half = (wide - 3) // 2
        split = knob.center(half) + "|" + knob.center(wide - 3 - half)
        piece.write(1, 2 * row + 1, split if chance.odds(30) else knob.center(wide - 2))
        if row:
            piece.write(1, 2 * row, rule * (wide - 2))
    for x in (1, wide - 3):
        piece.write(x, 2 * rows + 1, foot)
    return piece


def shelves(chance: Chance) -> Canvas:
    """Return shelves with things on them."""
    piece = Canvas()
    wide, board = chance.between(18, 34), chance.choice("=_-#")
    for y in range(1, 7 * chance.between(2, 4), 7):
        x = 1
        while x < wide - 4:
            thing = chance.choice((books, cup, slanted_box, books))(chance)
            if x + thing.width > wide:
                break
            piece.place(thing, x, y - 1)
            x += thing.width + chance.between(1, 3)
        piece.write(0, y, board * (wide + 1))
    _, top, _, bottom = piece.box()
    for y in range(top, bottom + 1):
        piece.put(0, y, "|")
        piece.put(wide, y, "|")
    return piece


def window(chance: Chance) -> Canvas:
    """Return a window with panes and a sill, perhaps with curtains."""
    piece = Canvas()
    across, down = chance.between(5, 8), chance.between(3, 4)
    right, low = across * chance.between(2, 4), down * chance.between(2, 3)
    for _ in range(chance.between(2, 9)):
        piece.put(chance.between(1, right - 1), chance.between(1, low - 1), chance.choice("/*.'v"))
    cross = chance.choice("+#|o")
    for y in range(low + 1):
        for x in range(right + 1):
            if y % down == 0:
                piece.put(x, y, "-" if x % across else cross)
            elif x % across == 0:
                piece.put(x, y, "|")
    if chance.odds(50):
        folds = chance.choice("(|{\\") * 3
        for y in range(low + 1):
            piece.write(1, y, folds)
            piece.write(right - 3, y, folds.translate(MIRROR))
    piece.write(-2, low + 1, chance.choice("=_~") * (right + 5))
    return piece


def bed(chance: Chance) -> Canvas:
    """Return a bed from the side, perhaps with a sleeper."""
    piece = Canvas()
    wide = chance.between(16, 28)
    cloth = chance.choice(("~", "/", ".", "x ", ":", "' ", "= ", "\\/", "- "))
    piece.rows(0, -2, ["__", "||", "||", "||", "||"])
    piece.write(2, 0, "(" + chance.choice("_=-~") * 5 + ")")
    piece.write(8, 0, "_" * (wide - 8))
    piece.write(2, 1, strip(cloth, wide - 2))
    piece.write(2, 2, "=" * (wide - 2))
    piece.rows(wide, -1, ["__", "||", "||", "||"])
    if chance.odds(60):
        piece.write(4, -1, chance.choice(("(-_-) z Z", "(u.u)zzZ", "{~o~}", "[=_=]..z")))
    return piece


def furniture(chance: Chance) -> Canvas:
    """Return furniture, or a corner of a room."""
    makers = (table, table, chair, lamp, drawers, shelves, window, bed, clock, books)

    def any_piece(chance: Chance) -> Canvas:
        return chance.choice(makers)(chance)

    scene = parade(chance, any_piece, chance.choice((1, 1, 2, 3)), (2, 4))
    if chance.odds(35):
        floor(scene, chance.choice(("_", "=", "-", "_|", "~", ".-")), 1)
    return scene
