"""Furniture, food and games."""

from __future__ import annotations

from .canvas import Canvas, beside, sprite, stacked
from .chance import Chance
from .nature import flower
from .patterns import slanted_box
from .strokes import FINE, blob, box
from .styles import LIGHT


def steam(chance: Chance) -> Canvas:
    """Return steam above something hot."""
    return sprite(
        chance.choice(
            ("( (\n ) )", "~ ~\n ~ ~", ") ) )\n( ( (", "S S", " (\n  )\n (", "~\n ~\n~", ". '\n ' ."[1:], "} {\n{ }")
        )
    )


def cup(chance: Chance) -> Canvas:
    """Return a cup, a mug or a bowl."""
    vessel = Canvas()
    wide, tall = chance.between(5, 11), chance.between(2, 4)
    fill = chance.choice((" ", " ", " ", "~", ".", ":", "*", "-", "o ", "="))
    lean = chance.choice((0, 0, 1))
    vessel.write(
        0,
        0,
        chance.choice((".", "[", "|", "(", " "))
        + chance.choice("_-~=") * wide
        + chance.choice((".", "]", "|", ")", " ")),
    )
    for y in range(1, tall + 1):
        shift = lean * (y - 1)
        if wide - 2 * shift < 2:
            break
        vessel.write(shift, y, ("\\" if lean else "|") + (fill * wide)[: wide - 2 * shift] + ("/" if lean else "|"))
        if y == 1 and not lean:
            handle = chance.choice((["__", "  \\", "__/"], ["-.", " |", "-'"], [")"], ["]"], ["_", " )", "'"]))
            vessel.rows(wide + 2, 1, handle)
    last = vessel.box()[3] + 1
    shift = lean * (last - 1)
    inner = max(1, wide - 2 * shift)
    vessel.write(
        shift, last, chance.choice(("`", "\\", "(")) + chance.choice("_-=") * inner + chance.choice(("'", "/", ")"))
    )
    if chance.odds(30) and not lean:
        word = chance.choice(("TEA", "JAVA", "SUN", "MUM", "<3", "o_o", "HOT", "BOSS", "JOY", "1L"))
        if len(word) <= wide:
            vessel.write(1 + (wide - len(word)) // 2, 1 + tall // 2, word)
    if chance.odds(50):
        return stacked(steam(chance), vessel)
    return vessel


def bottle(chance: Chance) -> Canvas:
    """Return a bottle, a jar or a glass."""
    glass = Canvas()
    half, neck, tall = chance.between(2, 4), chance.between(1, 3), chance.between(3, 7)
    y = 0
    glass.write(-1, y, chance.choice(("___", "[_]", ".-.", "(=)", "nnn")))
    for _ in range(neck):
        y += 1
        glass.write(-1, y, "| |")
    for step in range(1, half):
        y += 1
        glass.write(-1 - step, y, "/" + " " * (2 * step + 1) + "\\")
    level = chance.between(0, tall)
    liquid = chance.choice("~:.o'%=-")
    for step in range(tall):
        y += 1
        inner = 2 * half - 1
        body = " " * inner if step < level else liquid * inner
        glass.write(-half, y, "|" + body + "|")
    label = chance.choice(
        ("XXX", "OIL", "RUM", "ALE", "H2O", "INK", "==", "<>", "SODA", "GIN", "MILK", "BEE", "JAM", "PEPSIN"[:3], "No5")
    )
    if len(label) < 2 * half - 1 and chance.odds(60):
        glass.write(-(len(label) // 2), y - tall // 2, label)
    glass.write(-half, y + 1, "`" + chance.choice("-_=") * (2 * half - 1) + "'")
    return glass


def cake(chance: Chance) -> Canvas:
    """Return a cake with layers and candles."""
    sweet = Canvas()
    wide = chance.between(4, 9) * 2
    layers = chance.between(1, 3)
    y = 0
    for layer in range(layers):
        wide_now = wide - 4 * layer
        if wide_now < 4:
            break
        cream = chance.choice(("~", "^", "v", "o", "*", "@", ".", "w", "u", "8"))
        x = 2 * layer
        sweet.write(x, y, "|" + chance.choice("_=-") * wide_now + "|")
        for _ in range(chance.between(1, 2)):
            y -= 1
            sweet.write(x, y, "|" + (chance.choice((" ", " ", ".", "o ", ": ", "* ", "~")) * wide_now)[:wide_now] + "|")
        y -= 1
        sweet.write(x, y, "(" + cream * wide_now + ")")
        top = wide_now
    flame = chance.choice("*'i,o^@")
    left = 2 * (sweet.width - top) // 4
    for x in range(left + 1, left + top, chance.between(2, 4)):
        sweet.put(x, y - 1, "|")
        sweet.put(x, y - 2, flame)
    sweet.write(
        -2, 1, chance.choice(("`", "\\", "(")) + chance.choice("-_=") * (wide + 4) + chance.choice(("'", "/", ")"))
    )
    return sweet


def fruit(chance: Chance) -> Canvas:
    """Return a fruit, or a bowl of fruit."""
    one = Canvas()
    wide, high = chance.between(3, 6) * FINE, chance.between(22, 44)
    skin = chance.choice((" ", " ", " ", ".", "o ", "x", "' ", "# ", ": ", "\\/"))
    blob(one, 8, 0, wide, high, chance.choice(LIGHT), skin)
    top = one.box()[1]
    one.rows(
        -2,
        top - 2,
        chance.choice(
            (
                ["  /", " (_"],
                [" _(\\", "  |"],
                [r"\|/|/", r" \|/"],
                ["  __", " /_/"],
                ["", "  ,"],
                ["_\\|/_"],
                ["   ,-.", "  /-'"],
            )
        ),
    )
    if chance.odds(30):
        one.write(-wide // FINE + 2, 0, chance.choice(("(", "'", "/", ".")))
    return one


def scoop(chance: Chance) -> Canvas:
    """Return an ice cream."""
    ice = Canvas()
    count, half = chance.between(1, 3), chance.between(3, 5)
    for at in range(count):
        blob(
            ice,
            8,
            -2 * FINE * (count - 1 - at) - 8,
            half * FINE,
            24,
            chance.choice(LIGHT),
            chance.choice((" ", ".", "o  ", "' ", "* ", "~")),
        )
    y = 1
    waffle = chance.choice(("X", "#", "/", "x ", "\\", "+", "<>"))
    for step in range(half):
        reach = half - step
        ice.write(-reach + 1, y, "\\" + (waffle * 9)[: 2 * reach - 3] + "/" if reach > 1 else "V")
        y += 1
    if chance.odds(50):
        ice.rows(-1, ice.box()[1] - 2, chance.choice((["  /", " o"], [" ,", "(@)"], ["\\|", " Y"], [" *"])))
    return ice


def pizza(chance: Chance) -> Canvas:
    """Return a burger, a sandwich or a slice of something."""
    snack = Canvas()
    wide = chance.between(8, 16)
    snack.write(2, 0, "_" * (wide - 2))
    snack.write(1, 1, "/" + "".join(chance.choice("  '.,") for _ in range(wide - 2)) + "\\")
    snack.write(0, 2, "(" + "_" * wide + ")")
    for _ in range(chance.between(2, 5)):
        layer = chance.choice(("~", "@", "#", "=", "w", "o", "%", "^v", "-", "S", "m", "8", "*."))
        snack.write(0, snack.box()[3] + 1, (layer * wide)[: wide + 2])
    low = snack.box()[3]
    snack.write(0, low + 1, "(" + "_" * wide + ")")
    if chance.odds(40):
        snack.write(wide // 2, -1, chance.choice("o|@*"))
    return snack


def food(chance: Chance) -> Canvas:
    """Return something to eat or drink, or a table laid with it."""
    makers = (cup, cup, bottle, cake, fruit, scoop, pizza)
    count = chance.choice((1, 1, 2, 2, 3))
    parts = [chance.choice(makers)(chance) for _ in range(count)]
    while sum(part.width + 3 for part in parts) > 58:
        parts.pop()
    scene = beside(*parts, gap=chance.between(1, 3))
    if chance.odds(45):
        left, _, right, _ = scene.box()
        top = chance.choice(("=", "_", "-", "#", "~"))
        scene.write(left - 3, 1, top * (right - left + 7))
        if chance.odds(60):
            leg = chance.choice(("||", "[]", "/\\", "|", "()"))
            for x in (left - 1, right - len(leg) + 2):
                for y in range(2, chance.between(3, 4) + 1):
                    scene.write(x, y, leg)
    return scene


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


def _board(chance: Chance) -> Canvas:
    piece = Canvas()
    size = chance.choice((4, 5, 6, 8))
    men = chance.choice(("KQRBNP", "kqrbnp", "ox", "OX", "o@", "*+", "#."))
    if chance.odds(50):
        for y in range(size):
            piece.write(0, 2 * y, "+---" * size + "+")
            piece.write(
                0,
                2 * y + 1,
                "".join("| " + (chance.choice(men) if chance.odds(30) else " ") + " " for _ in range(size)) + "|",
            )
        piece.write(0, 2 * size, "+---" * size + "+")
    else:
        dark = chance.choice(("##", "::", "//", "%%", ".."))
        wide = chance.choice((2, 4))
        for y in range(size):
            for row in range(wide // 2):
                for x in range(size):
                    cell = dark[0] * wide if (x + y) % 2 else " " * wide
                    piece.write(x * wide + 1, y * (wide // 2) + row + 1, cell)
                    if row == 0 and chance.odds(25):
                        piece.put(x * wide + wide // 2, y * (wide // 2) + 1, chance.choice(men))
        framed = Canvas()
        box(framed, 0, 0, size * wide + 2, size * (wide // 2) + 2, chance.choice(LIGHT))
        framed.paste(piece)
        return framed
    return piece


def _card(chance: Chance) -> Canvas:
    rank, suit = (
        chance.choice("A23456789JQK"),
        chance.choice(("/\\ \\/", "_ _ \\_/", "() ()", "{} YY", "*** *", "<> ^^")),
    )
    card = Canvas()
    wide, high = chance.between(7, 9), chance.between(5, 7)
    box(card, 0, 0, wide, high, chance.choice(LIGHT))
    card.put(1, 1, rank)
    card.put(wide - 2, high - 2, rank)
    upper, lower = suit.rsplit(" ", 1)
    card.write((wide - len(upper)) // 2, high // 2 - 1, upper)
    card.write((wide - len(lower)) // 2, high // 2, lower)
    return card


def _die(chance: Chance) -> Canvas:
    pip = chance.choice("oO@*#.")
    faces = (
        ("   ", " x ", "   "),
        ("x  ", "   ", "  x"),
        ("x  ", " x ", "  x"),
        ("x x", "   ", "x x"),
        ("x x", " x ", "x x"),
        ("x x", "x x", "x x"),
    )
    die = Canvas()
    box(die, 0, 0, 9, 5, chance.choice(LIGHT))
    for y, row in enumerate(chance.choice(faces)):
        for x, dot in enumerate(row):
            if dot == "x":
                die.put(2 + 2 * x, 1 + y, pip)
    return die


def _domino(chance: Chance) -> Canvas:
    piece = Canvas()
    stones = chance.between(2, 5)
    pips = ("     ", "  o  ", "o   o", "o o o", "oo oo", "ooooo", "ooo o")
    for at in range(stones):
        x, y = at * 14 % 56, at * 14 // 56 * 4
        piece.write(x, y, ".-----.-----.")
        piece.write(x, y + 1, "|" + chance.choice(pips) + "|" + chance.choice(pips) + "|")
        piece.write(x, y + 2, "`-----'-----'")
    return piece


def _arcade(chance: Chance) -> Canvas:
    """Return the screen of an old video game."""
    piece = Canvas()
    wide, high = chance.between(20, 36), chance.between(8, 13)
    foe = chance.choice(("/o\\", "<@>", "}i{", "(M)", "[x]", "\\W/", "{8}", "-V-", "dOb"))
    for row in range(chance.between(2, 4)):
        for x in range(2, wide - 3, 5):
            if chance.odds(80):
                piece.write(x, 1 + 2 * row, foe)
    for _ in range(chance.between(1, 4)):
        piece.put(chance.below(wide), chance.between(6, high - 2), chance.choice("!|:*'"))
    piece.write(chance.below(wide - 4), high - 1, chance.choice(("_/^\\_", "<=A=>", "/-I-\\", "[_|_]", "=====")))
    framed = Canvas()
    box(framed, -1, -1, wide + 2, high + 2, chance.choice(LIGHT))
    framed.paste(piece)
    framed.write(1, -1, f" {chance.below(90000):05d} ")
    if chance.odds(50):
        framed.write(
            1, high + 1, "(+)   " + chance.choice(("o o", "(A)(B)", "[] []", "INSERT COIN", "READY P1", "x y"))
        )
    return framed


def games(chance: Chance) -> Canvas:
    """Return boards, cards, dice, dominoes, or a video game."""
    kind = chance.below(6)
    if kind < 2:
        return _board(chance)
    if kind == 2:
        return beside(*(_card(chance) for _ in range(chance.between(2, 5))), gap=chance.between(0, 2))
    if kind == 3:
        return beside(*(_die(chance) for _ in range(chance.between(1, 4))), gap=chance.between(1, 3))
    return _domino(chance) if kind == 4 else _arcade(chance)
