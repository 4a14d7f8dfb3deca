"""Words on boards, scrolls, ribbons and in bubbles."""

from __future__ import annotations

from .canvas import MIRROR, Canvas
from .chance import Chance
from .compose import framed, strip
from .strokes import box
from .styles import HANDS, LIGHT

WORDS = [
    "hello",
    "open",
    "closed",
    "tea",
    "bread",
    "garden",
    "exit",
    "north",
    "quiet",
    "welcome",
    "jazz",
    "library",
    "museum",
    "harbour",
    "station",
    "private",
    "danger",
    "picnic",
    "zoo",
    "market",
    "school",
    "wet paint",
    "no entry",
    "beware",
    "sale",
    "lost cat",
    "keep left",
    "way out",
    "good luck",
    "thank you",
    "home",
    "spring",
    "summer",
    "autumn",
    "winter",
    "moon",
    "river",
    "forest",
    "quartz",
    "violet",
    "yellow",
    "onyx",
    "fjord",
    "kayak",
    "puzzle",
    "wizard",
    "cheese",
    "orbit",
    "vortex",
    "mix & match",
    "1st prize",
    "50% off",
    "room 237",
    "gate 9",
    "3 + 4 = 7",
    "e = mc^2",
    "free soup",
    "stop!",
    "why not?",
    "ring twice",
    "push",
    "pull",
]


def _words(chance: Chance, most: int) -> list[str]:
    """Return up to `most` lines, all in capitals, with capitals, or in small letters."""
    lines = chance.some(WORDS, chance.between(1, most))
    return [(line.upper(), line.title(), line)[how] for how in [chance.below(3)] for line in lines]


def _board(chance: Chance, rows: list[str]) -> Canvas:
    """Return a board on a post."""
    piece = Canvas()
    wide, high = len(rows[0]) + 2, len(rows) + 2
    box(piece, 0, 0, wide, high, chance.choice(HANDS))
    piece.rows(1, 1, rows)
    post = chance.choice(("||", "|", "H", "[]", "| |"))
    low = high + chance.between(2, 5)
    for y in range(high, low):
        piece.write((wide - len(post)) // 2, y, post)
    piece.write(wide // 2 - 4, low, chance.choice(("^^^^^^^^", "___/\\___", "~~~~~~~~", ".,,;:,,.")))
    return piece


def _scroll(_: Chance, rows: list[str]) -> Canvas:
    """Return a sheet whose ends roll up."""
    piece = Canvas()
    inner = len(rows[0])
    piece.write(2, 0, "_" * (inner + 2))
    piece.write(0, 1, "/ \\" + " " * inner + " \\")
    piece.write(0, 2, "\\_|" + rows[0] + " |")
    for y, row in enumerate([*rows[1:], " " * inner], 3):
        piece.write(2, y, "|" + row + " |")
    low = len(rows) + 3
    piece.write(2, low, "|  " + "_" * (inner - 2) + "|_")
    piece.write(2, low + 1, "\\_/" + "_" * (inner - 1) + "/")
    return piece


def _ribbon(chance: Chance, rows: list[str]) -> Canvas:
    """Return one line on a ribbon with folded ends."""
    piece = Canvas()
    wide = len(rows[0]) + 2
    end = chance.choice("\\>~)")
    shade = chance.choice(" -~._")
    piece.write(3, 0, "." + "-" * wide + ".")
    piece.write(0, 1, f"___| {rows[0]} |___")
    piece.write(0, 2, f"{end}  |{shade * wide}|  {end.translate(MIRROR)}")
    piece.write(0, 3, "/__/`" + "-" * (wide - 2) + "'\\__\\")
    return piece


def _bubble(chance: Chance, rows: list[str]) -> Canvas:
    """Return words in a bubble, and who says them."""
    piece = Canvas()
    inner, low = len(rows[0]), len(rows) + 1
    left, right = "()" if len(rows) == 1 else "||"
    piece.write(1, 0, "." + "-" * inner + ".")
    for y, row in enumerate(rows, 1):
        piece.write(0, y, f"{left} {row} {right}")
    piece.write(1, low, "'" + "-" * inner + "'")
    at, way = chance.between(3, inner - 2), chance.choice((-1, 0, 1))
    sign = ("|v:", "\\o.", "/o.")[way][chance.below(3)]
    length = chance.between(1, 2)
    for step in range(length):
        piece.put(at + way * step, low + 1 + step, sign)
    face = chance.choice(("(o_o)", "(^.^)", ":-)", "(-_-)", "[@_@]", "<o.o>", "{'v'}", "8-]", '("o")', ";-P"))
    piece.write(max(0, at + way * (length + 1) - len(face) // 2), low + 1 + length, face)
    return piece


def _stone(chance: Chance, rows: list[str]) -> Canvas:
    """Return words on a standing stone in the grass."""
    piece = Canvas()
    inner = len(rows[0])
    piece.write(2, 0, "_" * (inner - 2))
    piece.write(1, 1, "/" + " " * (inner - 2) + "\\")
    for y, row in enumerate([*rows, " " * inner], 2):
        piece.write(0, y, "|" + row + "|")
    if chance.odds(50):
        piece.write(inner // 2, 1, chance.choice("+*^"))
    piece.write(-3, len(rows) + 3, "".join(chance.choice("^,.\"'wv_") for _ in range(inner + 8)))
    return piece


def _screen(chance: Chance, rows: list[str]) -> Canvas:
    """Return words on a screen with a stand."""
    piece = Canvas()
    for y, row in enumerate(rows):
        piece.write(0, y, row)
    style = chance.choice(LIGHT)
    piece = framed(framed(piece, style, 0), style)
    stand = chance.choice((["|____|", "/______\\"], ["/____\\"], ["_||_||_", "[_______]"], ["||", "====="]))
    for y, row in enumerate(stand, piece.box()[3] + 1):
        piece.write((len(rows[0]) - len(row)) // 2, y, row)
    return piece


def _border(chance: Chance, rows: list[str]) -> Canvas:
    """Return words within a border of repeated signs."""
    piece = Canvas()
    edge = chance.choice(("*", "~", "=", "-", "+-", "#", "o ", "<>", ".:", "=-", "/\\", "{}", "%", "@", "x ", "^v"))
    wide = len(rows[0]) + 2 + 2 * len(edge)
    for y, row in enumerate(["", *rows, ""]):
        piece.write(0, y, f"{edge} {row} {edge}" if row else strip(edge, wide))
    return piece


def signs(chance: Chance) -> Canvas:
    """Return words on a board, a scroll, a ribbon, a stone or a screen, in a bubble or a border."""
    lines = _words(chance, 4)
    inner = max(map(len, lines)) + 2 * chance.between(1, 4)
    maker = chance.choice((_board, _scroll, _ribbon, _bubble, _stone, _screen, _border))
    return maker(chance, [line.center(inner) for line in lines])
