"""Boards, cards, dice and video games."""

from __future__ import annotations

from .canvas import Canvas, beside
from .chance import Chance
from .strokes import box
from .styles import LIGHT


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
