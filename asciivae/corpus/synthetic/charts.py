"""Charts, tables, flows and trees of names."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .signs import WORDS
from .strokes import FINE, box, cells, sine, stroke
from .styles import CLEAN, LIGHT


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
