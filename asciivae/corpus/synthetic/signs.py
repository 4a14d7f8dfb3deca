"""Boxes with words, banners, letters, charts and tables."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .chance import Chance
from .strokes import FINE, box, cells, sine, stroke
from .styles import CLEAN, HANDS, LIGHT

WORDS = (
    "hello", "open", "closed", "tea", "bread", "garden", "exit", "north", "quiet", "welcome", "jazz", "library", "museum", "harbour",
    "station", "private", "danger", "picnic", "zoo", "market", "school", "wet paint", "no entry", "beware", "sale", "lost cat",
    "keep left", "way out", "good luck", "thank you", "home", "spring", "summer", "autumn", "winter", "moon", "river", "forest",
    "quartz", "violet", "yellow", "onyx", "fjord", "kayak", "puzzle", "wizard", "cheese", "orbit", "vortex", "mix & match",
    "1st prize", "50% off", "room 237", "gate 9", "3 + 4 = 7", "e = mc^2", "free soup", "stop!", "why not?", "ring twice", "push", "pull",
)  # fmt: skip

GLYPHS = {
    "A": "010 101 111 101 101",
    "B": "110 101 110 101 110",
    "C": "011 100 100 100 011",
    "D": "110 101 101 101 110",
    "E": "111 100 110 100 111",
    "F": "111 100 110 100 100",
    "G": "011 100 101 101 011",
    "H": "101 101 111 101 101",
    "I": "111 010 010 010 111",
    "J": "001 001 001 101 010",
    "K": "101 101 110 101 101",
    "L": "100 100 100 100 111",
    "M": "101 111 111 101 101",
    "N": "110 101 101 101 101",
    "O": "010 101 101 101 010",
    "P": "110 101 110 100 100",
    "Q": "010 101 101 111 011",
    "R": "110 101 110 101 101",
    "S": "011 100 010 001 110",
    "T": "111 010 010 010 010",
    "U": "101 101 101 101 111",
    "V": "101 101 101 101 010",
    "W": "101 101 111 111 101",
    "X": "101 101 010 101 101",
    "Y": "101 101 010 010 010",
    "Z": "111 001 010 100 111",
    "0": "111 101 101 101 111",
    "1": "010 110 010 010 111",
    "2": "110 001 010 100 111",
    "3": "110 001 010 001 110",
    "4": "101 101 111 001 001",
    "5": "111 100 110 001 110",
    "6": "011 100 110 101 010",
    "7": "111 001 010 010 010",
    "8": "111 101 111 101 111",
    "9": "010 101 011 001 110",
    "!": "010 010 010 000 010",
    "?": "110 001 010 000 010",
}
"""Capital letters as five rows of three dots."""

NAMES = (
    "SUN", "MOON", "CAT", "YES", "NO", "HELLO", "WOW", "TEA", "ZEN", "JAZZ", "FISH", "KIWI", "OXEN", "PIXEL", "QUIZ", "BRAVO",
    "GIFT", "DRUM", "LAMP", "VIBE", "WAX", "HI!", "OK", "WHY?", "2026", "1984", "64K", "RUN", "ABC", "XYZ", "MAZE", "NORD", "FJORD",
    "LUCK", "GO!", "ECHO", "ARCH", "UP", "DUNE", "PLUM", "HUSH", "BYTE", "3PM", "7", "42", "LOVE", "QED", "TOAST", "MILK", "ZIP",
)  # fmt: skip


def dots(letter: str, x: int, y: int) -> bool:
    """Return whether the dot (x, y) of a letter is set; outside of the letter none is."""
    return 0 <= x < 3 and 0 <= y < 5 and GLYPHS[letter].split()[y][x] == "1"


def _solid(chance: Chance, word: str) -> Canvas:
    """Return large letters made of one or two signs per dot."""
    piece = Canvas()
    ink = chance.choice(
        ("##", "@@", "[]", "::", "**", "HH", "%%", "88", "$$", "/\\", "<>", "()", "&&", "XX", "==", "++", "oO")
    )
    narrow = len(word) > 4 or chance.odds(25)
    step = 1 if narrow else 2
    letters = chance.odds(30)
    for place, letter in enumerate(word):
        for y in range(5):
            for x in range(3):
                if dots(letter, x, y):
                    sign = letter * 2 if letters else ink
                    piece.write(place * (3 * step + 2) + x * step, y, sign[:step])
    return piece


def _outline(chance: Chance, word: str) -> Canvas:
    """Return large letters with an outline: each dot is three columns and one row, its edges drawn."""
    piece = Canvas()
    for place, letter in enumerate(word):
        left = place * 11
        for y in range(6):
            for x in range(3):
                here, above = dots(letter, x, y), dots(letter, x, y - 1)
                if here != above:
                    for dx in range(1, 3):
                        piece.put(left + 3 * x + dx, y, "_")
        for y in range(5):
            for x in range(4):
                if dots(letter, x, y) != dots(letter, x - 1, y):
                    piece.put(left + 3 * x, y + 1, "|")
                elif (dots(letter, x, y) != dots(letter, x, y + 1)) and (
                    dots(letter, x - 1, y) != dots(letter, x - 1, y + 1)
                ):
                    piece.put(left + 3 * x, y + 1, "_")
        if chance.odds(0):
            break
    shifted = Canvas()
    for (x, y), char in piece.cells.items():
        shifted.put(x, y, char)
    return shifted


def _shadow(chance: Chance, word: str) -> Canvas:
    """Return large letters that throw a shadow to the lower right."""
    piece = Canvas()
    ink, shade = chance.choice(
        (("#", "."), ("@", ":"), ("8", "'"), ("H", "/"), ("$", "-"), ("O", "."), ("M", "\\"), ("W", ":"))
    )
    for place, letter in enumerate(word):
        for depth, sign in ((1, shade), (0, ink)):
            for y in range(5):
                for x in range(3):
                    if dots(letter, x, y):
                        piece.write(place * 9 + 2 * x + depth, y + depth, sign * 2)
    return piece


def letters(chance: Chance) -> Canvas:
    """Return a word in large letters, perhaps slanted, framed or underlined."""
    word = chance.choice(NAMES)
    maker = chance.choice((_solid, _outline, _shadow) if len(word) < 6 else (_solid,))
    piece = maker(chance, word)
    if chance.odds(30):
        slanted = Canvas()
        for (x, y), char in piece.cells.items():
            slanted.put(x - y, y, {"|": "/"}.get(char, char))
        piece = slanted
    left, top, right, bottom = piece.box()
    kind = chance.below(5)
    if kind == 0:
        framed = Canvas()
        box(framed, left - 3, top - 2, right - left + 7, bottom - top + 5, chance.choice(HANDS))
        framed.paste(piece)
        return framed
    if kind == 1:
        piece.write(
            left, bottom + 2, (chance.choice(("~", "=", "-=", "_", "*", ".-'-", "<>", "^")) * 64)[: right - left + 1]
        )
    elif kind == 2:
        line = (chance.choice(("/", "\\", ".", ":", "*", "-", "~")) * 64)[: right - left + 5]
        piece.write(left - 2, top - 2, line)
        piece.write(left - 2, bottom + 2, line)
    return piece


def _words(chance: Chance, most: int) -> list[str]:
    lines = [chance.choice(WORDS) for _ in range(chance.between(1, most))]
    how = chance.below(3)
    return [line.upper() if how == 0 else line.title() if how == 1 else line for line in lines]


def signs(chance: Chance) -> Canvas:
    """Return words on a board, a scroll, a ribbon, a bubble, a stone or a screen."""
    lines = _words(chance, 4)
    inner = max(len(line) for line in lines) + 2 * chance.between(1, 4)
    kind = chance.below(7)
    piece = Canvas()
    rows = [line.center(inner) for line in lines]
    if kind == 0:
        box(piece, 0, 0, inner + 2, len(rows) + 2, chance.choice(HANDS))
        for y, row in enumerate(rows, 1):
            piece.write(1, y, row)
        post = chance.choice(("||", "|", "H", "[]", "| |"))
        for y in range(chance.between(2, 5)):
            piece.write((inner + 2 - len(post)) // 2, len(rows) + 2 + y, post)
        piece.write(
            (inner + 2) // 2 - 4, piece.box()[3] + 1, chance.choice(("^^^^^^^^", "___/\\___", "~~~~~~~~", ".,,;:,,."))
        )
    elif kind == 1:
        piece.write(2, 0, "_" * (inner + 2))
        piece.write(0, 1, "/ \\" + " " * inner + " \\")
        piece.write(0, 2, "\\_|" + rows[0] + " |")
        for y, row in enumerate(rows[1:] + [" " * inner], 3):
            piece.write(2, y, "|" + row + " |")
        low = piece.box()[3]
        piece.write(2, low + 1, "|  " + "_" * (inner - 2) + "|_")
        piece.write(2, low + 2, "\\_/" + "_" * (inner - 1) + "/")
    elif kind == 2:
        row = "  ".join(lines[:2])[:40]
        wide = len(row) + 4
        fold = chance.choice((("\\", "/"), (">", "<"), ("~", "~"), (")", "(")))
        piece.write(4, 0, "." + "-" * wide + ".")
        piece.write(0, 1, "___|" + row.center(wide + 0) + " |___")
        piece.write(0, 2, fold[0] + "  |" + chance.choice(" -~._") * wide + " |  " + fold[1])
        piece.write(0, 3, "/__/" + "`" + "-" * (wide - 1) + "'" + "\\__\\")
        piece.write(3, 0, "." + "-" * (wide + 1) + ".")
    elif kind == 3:
        piece.write(1, 0, "." + "-" * inner + ".")
        for y, row in enumerate(rows, 1):
            piece.write(0, y, ("(" if len(rows) == 1 else "|") + " " + row + (" )" if len(rows) == 1 else " |"))
        piece.write(1, len(rows) + 1, "'" + "-" * inner + "'")
        at = chance.between(3, inner - 2)
        tail = chance.choice((("\\", "\\"), ("/", "/"), ("o", "."), ("|", "|"), ("v",)))
        for y, sign in enumerate(tail):
            piece.put(at + (y if sign == "\\" else -y if sign == "/" else y), len(rows) + 2 + y, sign)
        face = chance.choice(("(o_o)", "(^.^)", ":-)", "(-_-)", "[@_@]", "<o.o>", "{'v'}", "8-]", '("o")', ";-P"))
        piece.write(max(0, at - len(face) // 2 + (2 if tail[0] == "\\" else -2)), len(rows) + 2 + len(tail), face)
    elif kind == 4:
        blank = " " * inner
        piece.write(2, 0, "_" * (inner - 2))
        piece.write(1, 1, "/" + blank[2:] + "\\")
        for y, row in enumerate([*rows, blank], 2):
            piece.write(0, y, "|" + row + "|")
        low = piece.box()[3]
        piece.write(-3, low + 1, "".join(chance.choice("^,.\"'wv_") for _ in range(inner + 8)))
        if chance.odds(50):
            piece.write(inner // 2, 1, chance.choice("+*^"))
    elif kind == 5:
        box(piece, 0, 0, inner + 6, len(rows) + 4, chance.choice(LIGHT))
        box(piece, 2, 1, inner + 2, len(rows) + 2, chance.choice(LIGHT))
        for y, row in enumerate(rows, 2):
            piece.write(3, y, row)
        low = piece.box()[3]
        piece.rows(
            inner // 2 - 1,
            low + 1,
            chance.choice((["|____|", "_/______\\_"[1:-1]], ["/____\\"], ["_||_||"[:6], "[______]"[:8]])),
        )
    else:
        edge = chance.choice(("*", "~", "=", "-", "+-", "#", "o ", "<>", ".:", "=-", "/\\", "{}", "%", "@", "x ", "^v"))
        wide = inner + 2 + 2 * len(edge)
        piece.write(0, 0, (edge * wide)[:wide])
        for y, row in enumerate(rows, 1):
            piece.write(0, y, edge + " " + row + " " + edge)
        piece.write(0, len(rows) + 1, (edge * wide)[:wide])
    return piece


def _bars(chance: Chance) -> Canvas:
    piece = Canvas()
    count, tall = chance.between(4, 9), chance.between(6, 12)
    bar = chance.choice(("##", "[]", "::", "||", "%%", "**", "==", "@@", "XX", "$$", "HH", "/\\"))
    gap = chance.between(1, 3)
    for x in range(count):
        high = chance.between(1, tall)
        for y in range(high):
            piece.write(3 + x * (2 + gap), -y, bar)
        if chance.odds(60):
            piece.write(3 + x * (2 + gap), -high, chance.choice(("__", "--", str(high).rjust(2, "0"), "..")))
        piece.write(3 + x * (2 + gap), 2, "ABCDEFGHI"[x])
    for y in range(tall + 1):
        piece.write(0, -y, chance.choice("|+") if y % 3 == 0 else "|")
    piece.write(0, 1, "+" + "-" * (count * (2 + gap) + 2) + chance.choice(">+-"))
    piece.put(0, -tall - 1, chance.choice("^|+"))
    return piece


def _rows_chart(chance: Chance) -> Canvas:
    piece = Canvas()
    bar = chance.choice("#=*-@>%+o:~")
    names = chance.some(
        ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "red", "blue", "ants", "bees", "cats", "dogs", "owls"),
        chance.between(3, 7),
    )
    for y, name in enumerate(names):
        value = chance.between(1, 24)
        piece.write(
            0, 2 * y if chance.odds(0) else y, f"{name:>5} |{bar * value} {value if chance.odds(70) else ''}".rstrip()
        )
    piece.write(6, len(names), "+" + "----+" * 5)
    piece.write(6, len(names) + 1, "0    5    10   15   20   25")
    return piece


def _curve(chance: Chance) -> Canvas:
    piece = Canvas()
    wide, tall = chance.between(24, 46), chance.between(7, 13)
    kind = chance.below(3)
    middle = -(tall * FINE) // 2
    swing = tall * FINE // 2 - 10
    if kind == 0:
        pitch, phase = chance.between(5, 16), chance.below(360)
        path = [(x * 4, middle + swing * sine(x * pitch // 4 + phase) // 1000) for x in range(8, wide * 4)]
    elif kind == 1:
        path = [(x * 4, -8 - (tall - 1) * FINE * x * x // (wide * wide * 16)) for x in range(8, wide * 4)]
        if chance.odds(50):
            path = [(wide * FINE - x, y) for x, y in reversed(path)]
    else:
        knots = [(2 + x, -chance.between(1, tall - 1)) for x in range(0, wide - 2, chance.between(3, 6))]
        path = cells(knots)
    for y in range(tall):
        piece.put(0, -y, "|" if y % 2 or chance.odds(50) else "+")
    piece.put(0, -tall, "^")
    piece.write(0, 0, "+" + "-" * (wide + 1) + ">")
    stroke(piece, path, chance.choice(LIGHT))
    if kind == 2:
        for x, y in knots:
            piece.put(x, y, chance.choice("*o") if kind == 2 else "+")
    piece.write(wide + 1, 1, chance.choice("xtn"))
    piece.write(2, -tall, chance.choice(("y", "f(x)", "m/s", "kg", "$", "dB", "%")))
    return piece


def _table(chance: Chance) -> Canvas:
    piece = Canvas()
    columns, rows = chance.between(2, 4), chance.between(3, 6)
    heads = chance.some(
        ("item", "qty", "price", "day", "time", "id", "name", "x", "y", "mean", "max", "code", "km", "row"), columns
    )
    body = [
        [
            chance.choice(
                (
                    str(chance.below(100)),
                    str(chance.below(1000)),
                    f"{chance.below(10)}.{chance.below(100):02d}",
                    chance.choice(WORDS)[:7].strip(),
                )
            )
            for _ in heads
        ]
        for _ in range(rows)
    ]
    widths = [max(len(head), *(len(row[at]) for row in body)) for at, head in enumerate(heads)]
    cross, rule, bar = chance.choice(
        (
            ("+", "-", "|"),
            ("+", "=", "|"),
            ("o", "-", "|"),
            ("|", "-", "|"),
            ("*", "*", "*"),
            (":", ".", ":"),
            ("#", "=", "#"),
        )
    )
    rule_row = cross + cross.join(rule * (w + 2) for w in widths) + cross
    lines = [rule_row, bar + bar.join(f" {h:^{w}} " for h, w in zip(heads, widths, strict=True)) + bar, rule_row]
    for row in body:
        lines.append(bar + bar.join(f" {v:>{w}} " for v, w in zip(row, widths, strict=True)) + bar)
        if chance.odds(15):
            lines.append(rule_row)
    if lines[-1] != rule_row:
        lines.append(rule_row)
    piece.rows(0, 0, lines)
    return piece


def _flow(chance: Chance) -> Canvas:
    """Return boxes joined by arrows, downwards or sideways."""
    piece = Canvas()
    style = chance.choice((CLEAN, CLEAN, *LIGHT))
    steps = chance.some(
        (
            "start",
            "read",
            "sort",
            "wait",
            "send",
            "ok?",
            "loop",
            "save",
            "stop",
            "mix",
            "bake",
            "cool",
            "eat",
            "plan",
            "test",
            "fix",
        ),
        chance.between(3, 4),
    )
    down = chance.odds(50)
    x = y = 0
    for place, step in enumerate(steps):
        wide = len(step) + 4
        if down:
            box(piece, -(wide // 2), y, wide, 3, style)
            piece.write(-(wide // 2) + 2, y + 1, step)
            y += 3
            if place < len(steps) - 1:
                piece.put(0, y, "|")
                piece.put(0, y + 1, "v" if chance.odds(60) else "V")
                y += 2
        else:
            box(piece, x, 0, wide, 3, style)
            piece.write(x + 2, 1, step)
            x += wide
            if place < len(steps) - 1:
                piece.write(x, 1, "-->")
                x += 3
    if down and chance.odds(60):
        side = 8
        for row in range(1, y - 1):
            piece.put(side, row, "|")
        reach = piece.box()[2]
        for row in (1, y - 2):
            edge = max(column for (column, line) in piece.cells if line == row and column < side)
            piece.write(edge + 1, row, ("<" if row == 1 else "-") + "-" * (side - edge - 2) + "+")
        piece.write(reach + 2, y // 2, chance.choice(("no", "yes", "again", "x2")))
    return piece


def _tree(chance: Chance) -> Canvas:
    """Return a tree of names, as a listing of folders shows it."""
    piece = Canvas()
    names = chance.shuffled(
        (
            "src",
            "docs",
            "lib",
            "img",
            "old",
            "new",
            "tmp",
            "bin",
            "etc",
            "a.txt",
            "b.c",
            "map.h",
            "log",
            "todo",
            "art",
            "x.py",
        )
    )
    tee, corner = chance.choice(
        (("|-- ", "`-- "), ("+-- ", "\\-- "), ("+---", "+---"), ("|__ ", "|__ "), ("o-- ", "o-- "))
    )
    rows: list[str] = [names.pop() + chance.choice(("/", "", ":"))]

    def grow(lead: str, depth: int) -> None:
        count = chance.between(2, 3)
        for at in range(count):
            if len(names) == 0 or len(rows) > 14:
                return
            last = at == count - 1
            rows.append(lead + (corner if last else tee) + names.pop())
            if depth < 2 and chance.odds(50):
                grow(lead + ("    " if last else "|   "), depth + 1)

    grow("", 0)
    piece.rows(0, 0, rows)
    return piece


def _grid_plot(chance: Chance) -> Canvas:
    """Return a scatter plot or a heat map."""
    piece = Canvas()
    wide, tall = chance.between(20, 36), chance.between(8, 13)
    ramp = chance.choice((" .:-=+*#%@", " .oO@", " `-=+#", "  .,:;!|", " 123456789"))
    ax, ay, bx, by = chance.below(wide), chance.below(tall), chance.below(wide), chance.below(tall)
    for y in range(tall):
        for x in range(wide):
            near = min((x - ax) ** 2 + 4 * (y - ay) ** 2, (x - bx) ** 2 + 4 * (y - by) ** 2)
            step = max(0, len(ramp) - 1 - near * len(ramp) // (wide * 5))
            piece.put(x, y, ramp[step])
    framed = Canvas()
    box(framed, -1, -1, wide + 2, tall + 2, chance.choice(LIGHT))
    framed.paste(piece)
    return framed


def charts(chance: Chance) -> Canvas:
    """Return a chart, a table, a flow of boxes or a tree of names."""
    return chance.choice((_bars, _bars, _rows_chart, _curve, _curve, _table, _table, _flow, _tree, _grid_plot))(chance)
