"""Words on boards, scrolls, ribbons and in bubbles."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .strokes import box
from .styles import HANDS, LIGHT

WORDS = (
    "hello", "open", "closed", "tea", "bread", "garden", "exit", "north", "quiet", "welcome", "jazz", "library", "museum", "harbour",
    "station", "private", "danger", "picnic", "zoo", "market", "school", "wet paint", "no entry", "beware", "sale", "lost cat",
    "keep left", "way out", "good luck", "thank you", "home", "spring", "summer", "autumn", "winter", "moon", "river", "forest",
    "quartz", "violet", "yellow", "onyx", "fjord", "kayak", "puzzle", "wizard", "cheese", "orbit", "vortex", "mix & match",
    "1st prize", "50% off", "room 237", "gate 9", "3 + 4 = 7", "e = mc^2", "free soup", "stop!", "why not?", "ring twice", "push", "pull",
)  # fmt: skip


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
