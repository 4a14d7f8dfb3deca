"""Words in large letters."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import framed, strip
from .styles import HANDS

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

NAMES = [
    "SUN",
    "MOON",
    "CAT",
    "YES",
    "NO",
    "HELLO",
    "WOW",
    "TEA",
    "ZEN",
    "JAZZ",
    "FISH",
    "KIWI",
    "OXEN",
    "PIXEL",
    "QUIZ",
    "BRAVO",
    "GIFT",
    "DRUM",
    "LAMP",
    "VIBE",
    "WAX",
    "HI!",
    "OK",
    "WHY?",
    "2026",
    "1984",
    "64K",
    "RUN",
    "ABC",
    "XYZ",
    "MAZE",
    "NORD",
    "FJORD",
    "LUCK",
    "GO!",
    "ECHO",
    "ARCH",
    "UP",
    "DUNE",
    "PLUM",
    "HUSH",
    "BYTE",
    "3PM",
    "7",
    "42",
    "LOVE",
    "QED",
    "TOAST",
    "MILK",
    "ZIP",
]


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


def _outline(_: Chance, word: str) -> Canvas:
    """Return large letters with an outline: each dot is three columns and one row, and its edges are drawn."""
    piece = Canvas()
    for place, letter in enumerate(word):
        for y in range(6):
            for x in range(4):
                here, above = dots(letter, x, y), dots(letter, x, y - 1)
                left, corner = dots(letter, x - 1, y), dots(letter, x - 1, y - 1)
                column = 11 * place + 3 * x
                if above != corner:
                    piece.put(column, y, "|")
                elif here != above and left != corner:
                    piece.put(column, y, "_")
                if here != above:
                    piece.write(column + 1, y, "__")
    return piece


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
    piece = chance.choice((_solid, _outline, _shadow) if len(word) < 6 else (_solid,))(chance, word)
    if chance.odds(30):
        upright, piece = piece, Canvas()
        for (x, y), char in upright.cells.items():
            piece.put(x - y, y, "/" if char == "|" else char)
    kind = chance.below(5)
    if kind == 0:
        return framed(piece, chance.choice(HANDS), 2, 1)
    left, top, right, bottom = piece.box()
    if kind == 1:
        line = chance.choice(("~", "=", "-=", "_", "*", ".-'-", "<>", "^"))
        piece.write(left, bottom + 2, strip(line, right - left + 1))
    elif kind == 2:
        line = strip(chance.choice("/\\.:*-~"), right - left + 5)
        piece.write(left - 2, top - 2, line)
        piece.write(left - 2, bottom + 2, line)
    return piece
