"""Boards, cards, dice and video games."""

from __future__ import annotations

from .canvas import Canvas, beside
from .chance import Chance
from .compose import framed
from .strokes import box
from .styles import LIGHT


def _board(chance: Chance) -> Canvas:
    """Return a board with a grid or with dark and light squares, and men on it."""
    piece = Canvas()
    size = chance.choice((4, 5, 6, 8))
    men = chance.choice(("KQRBNP", "kqrbnp", "ox", "OX", "o@", "*+", "#."))
    if chance.odds(50):
        rule = chance.choice(("+---", "+===", "o---", "+ - "))
        for y in range(size):
            piece.write(0, 2 * y, rule * size + rule[0])
            squares = (f"| {chance.choice(men) if chance.odds(30) else ' '} " for _ in range(size))
            piece.write(0, 2 * y + 1, "".join(squares) + "|")
        piece.write(0, 2 * size, rule * size + rule[0])
        return piece
    dark = chance.choice("#:/%.")
    wide = chance.choice((2, 4))
    for y in range(size):
        for x in range(size):
            top = y * (wide // 2)
            piece.fill(x * wide, top, x * wide + wide - 1, top + wide // 2 - 1, dark if (x + y) % 2 else " ")
            if chance.odds(25):
                piece.put(x * wide + wide // 2 - 1, top, chance.choice(men))
    return framed(piece, chance.choice(LIGHT), 0)


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
    """Return dominoes, end to end or upright side by side."""
    piece = Canvas()
    pip = chance.choice("o*@.O#")
    faces = [face.replace("o", pip) for face in ("     ", "  o  ", "o   o", "o o o", "oo oo", "ooooo", "oo oo")]
    edge, bar, corner = chance.choice((("-", "|", ".`"), ("=", "H", "##"), ("_", "|", " |"), ("-", ":", "++")))
    upright = chance.odds(50)
    for at in range(chance.between(2, 6)):
        first, second = chance.choice(faces), chance.choice(faces)
        rule = corner[0] + edge * 5 + corner[0]
        foot = corner[1] + edge * 5 + corner[1].replace("`", "'")
        if upright:
            rows = [rule, bar + first + bar, bar + edge * 5 + bar, bar + second + bar, foot]
            piece.rows(at * 8, chance.below(2), rows)
        else:
            rows = [rule + rule[1:], bar + first + bar + second + bar, foot + foot[1:]]
            piece.rows(at % 3 * 14 + chance.below(2), at // 3 * 4, rows)
    return piece


def _arcade(chance: Chance) -> Canvas:
    """Return the screen of an old video game."""
    piece = Canvas()
    wide, high = chance.between(20, 36), chance.between(8, 13)
    piece.fill(0, 0, wide - 1, high - 1)
    foe = chance.choice(("/o\\", "<@>", "}i{", "(M)", "[x]", "\\W/", "{8}", "-V-", "dOb"))
    for row in range(chance.between(2, 4)):
        for x in range(2, wide - 3, 5):
            if chance.odds(80):
                piece.write(x, 1 + 2 * row, foe)
    for _ in range(chance.between(1, 4)):
        piece.put(chance.below(wide), chance.between(6, high - 2), chance.choice("!|:*'"))
    piece.write(chance.below(wide - 4), high - 1, chance.choice(("_/^\\_", "<=A=>", "/-I-\\", "[_|_]", "=====")))
    screen = framed(piece, chance.choice(LIGHT), 0)
    screen.write(1, -1, f" {chance.below(90000):05d} ")
    if chance.odds(50):
        keys = chance.choice(("o o", "(A)(B)", "[] []", "INSERT COIN", "READY P1", "x y"))
        screen.write(1, high + 1, "(+)   " + keys)
    return screen


def games(chance: Chance) -> Canvas:
    """Return boards, cards, dice, dominoes, or a video game."""
    kind = chance.below(7)
    if kind == 0:
        return beside(*(_card(chance) for _ in range(chance.between(2, 5))), gap=chance.between(0, 2))
    if kind == 1:
        return beside(*(_die(chance) for _ in range(chance.between(1, 4))), gap=chance.between(1, 3))
    return (_domino, _arcade, _arcade, _board, _board)[kind - 2](chance)
