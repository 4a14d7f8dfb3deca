"""Charts, tables, flows and trees of names."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import framed
from .signs import WORDS
from .strokes import FINE, box, cells, sine, stroke
from .styles import CLEAN, LIGHT


def _bars(chance: Chance) -> Canvas:
    """Return upright bars between two axes."""
    piece = Canvas()
    count, tall, gap = chance.between(4, 9), chance.between(6, 12), chance.between(1, 3)
    bar = chance.choice(("##", "[]", "::", "||", "%%", "**", "==", "@@", "XX", "$$", "HH", "/\\"))
    for at in range(count):
        x, high = 3 + at * (2 + gap), chance.between(1, tall)
        for y in range(high):
            piece.write(x, -y, bar)
        if chance.odds(60):
            piece.write(x, -high, chance.choice(("__", "--", f"{high:02d}", "..")))
        piece.write(x, 2, "ABCDEFGHI"[at])
    for y in range(tall + 1):
        piece.put(0, -y, chance.choice("|+") if y % 3 == 0 else "|")
    piece.write(0, 1, "+" + "-" * (count * (2 + gap) + 2) + chance.choice(">+-"))
    piece.put(0, -tall - 1, chance.choice("^|+"))
    return piece


DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "red", "blue", "ants", "bees", "cats", "dogs", "owls"]


def _rows_chart(chance: Chance) -> Canvas:
    """Return bars that lie, with a name and perhaps a number each."""
    piece = Canvas()
    bar = chance.choice("#=*-@>%+o:~")
    names = chance.some(DAYS, chance.between(3, 7))
    for y, name in enumerate(names):
        value = chance.between(1, 24)
        piece.write(0, y, f"{name:>5} |{bar * value}" + (f" {value}" if chance.odds(70) else ""))
    piece.write(6, len(names), "+" + "----+" * 5)
    piece.write(6, len(names) + 1, "0    5    10   15   20   25")
    return piece


def _curve(chance: Chance) -> Canvas:
    """Return a wave, a parabola or a line through points, with its axes."""
    piece = Canvas()
    wide, tall = chance.between(24, 46), chance.between(7, 13)
    kind = chance.below(3)
    knots: list[tuple[int, int]] = []
    if kind == 0:
        pitch, phase = chance.between(5, 16), chance.below(360)
        middle, swing = -tall * FINE // 2, tall * FINE // 2 - 10
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
    for x, y in knots:
        piece.put(x, y, chance.choice("*o"))
    piece.write(wide + 1, 1, chance.choice("xtn"))
    piece.write(2, -tall, chance.choice(("y", "f(x)", "m/s", "kg", "$", "dB", "%")))
    return piece


HEADS = ["item", "qty", "price", "day", "time", "id", "name", "x", "y", "mean", "max", "code", "km", "row"]


RULES = ("+-|", "+=|", "o-|", "|-|", "***", ":.:", "#=#")


def _table(chance: Chance) -> Canvas:
    """Return a table with numbers and a few words."""
    heads = chance.some(HEADS, chance.between(2, 4))

    def value() -> str:
        number = chance.below(1000)
        return (str(number // 10), str(number), f"{number / 100:.2f}", chance.choice(WORDS)[:7].strip())[
            chance.below(4)
        ]

    body = [[value() for _ in heads] for _ in range(chance.between(3, 6))]
    widths = [max(map(len, column)) for column in zip(heads, *body, strict=True)]
    cross, level, bar = tuple(chance.choice(RULES))
    rule = cross + cross.join(level * (width + 2) for width in widths) + cross

    def line(row: list[str], align: str) -> str:
        return bar + bar.join(f" {cell:{align}{width}} " for cell, width in zip(row, widths, strict=True)) + bar

    lines = [rule, line(heads, "^"), rule]
    for row in body[:-1]:
        lines += [line(row, ">")] + [rule] * chance.odds(15)
    piece = Canvas()
    piece.rows(0, 0, [*lines, line(body[-1], ">"), rule])
    return piece


STEPS = [
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
]


def _flow_across(chance: Chance) -> Canvas:
    """Return boxes from left to right, joined by arrows."""
    piece = Canvas()
    style, arrow = chance.choice((CLEAN, CLEAN, *LIGHT)), chance.choice(("-->", "==>", "->", "~~>"))
    x = 0
    for place, step in enumerate(chance.some(STEPS, chance.between(3, 4))):
        if place:
            piece.write(x, 1, arrow)
            x += len(arrow)
        box(piece, x, 0, len(step) + 4, 3, style)
        piece.write(x + 2, 1, step)
        x += len(step) + 4
    return piece


def _flow_down(chance: Chance) -> Canvas:
    """Return boxes from top to bottom, joined by arrows, perhaps with a way back."""
    piece = Canvas()
    style, head = chance.choice((CLEAN, CLEAN, *LIGHT)), chance.choice("vvV")
    steps = chance.some(STEPS, chance.between(3, 4))
    for place, step in enumerate(steps):
        left = -(len(step) + 4) // 2
        box(piece, left, 5 * place, len(step) + 4, 3, style)
        piece.write(left + 2, 5 * place + 1, step)
        if place:
            piece.put(0, 5 * place - 2, "|")
            piece.put(0, 5 * place - 1, head)
    if chance.odds(60):
        low = 5 * len(steps) - 4
        for row in range(1, low + 1):
            piece.put(8, row, "|")
        for row, tip, step in ((1, "<", steps[0]), (low, "-", steps[-1])):
            edge = (len(step) + 5) // 2
            piece.write(edge, row, tip + "-" * (7 - edge) + "+")
        piece.write(10, low // 2, chance.choice(("no", "yes", "again", "x2")))
    return piece


FILES = [
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
]


def _tree(chance: Chance) -> Canvas:
    """Return a tree of names, as a listing of folders shows it."""
    names = chance.shuffled(FILES)
    tee, corner = chance.choice(
        (("|-- ", "`-- "), ("+-- ", "\\-- "), ("+---", "+---"), ("|__ ", "|__ "), ("o-- ",) * 2)
    )
    rows = [names.pop() + chance.choice(("/", "", ":"))]

    def grow(lead: str, depth: int) -> None:
        count = chance.between(2, 3)
        for at in range(count):
            if len(rows) > 14:
                return
            last = at == count - 1
            rows.append(lead + (corner if last else tee) + names.pop())
            if depth < 2 and chance.odds(50):
                grow(lead + ("    " if last else "|   "), depth + 1)

    grow("", 0)
    piece = Canvas()
    piece.rows(0, 0, rows)
    return piece


def _heat_map(chance: Chance) -> Canvas:
    """Return two hot spots on a shaded field."""
    piece = Canvas()
    wide, tall = chance.between(20, 36), chance.between(8, 13)
    ramp = chance.choice((" .:-=+*#%@", " .oO@", " `-=+#", "  .,:;!|", " 123456789"))
    spots = [(chance.below(wide), chance.below(tall)) for _ in range(2)]
    for y in range(tall):
        for x in range(wide):
            near = min((x - a) * (x - a) + 4 * (y - b) * (y - b) for a, b in spots)
            piece.put(x, y, ramp[max(0, len(ramp) - 1 - near * len(ramp) // (wide * 5))])
    return framed(piece, chance.choice(LIGHT), 0)


def charts(chance: Chance) -> Canvas:
    """Return a chart, a table, a flow of boxes or a tree of names."""
    makers = (_bars, _bars, _rows_chart, _curve, _curve, _table, _table, _flow_across, _flow_down, _tree, _heat_map)
    return chance.choice(makers)(chance)
