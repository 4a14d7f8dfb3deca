"""Faces and people."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import floor, parade
from .strokes import FINE, blob
from .styles import EYES, LIGHT


def face(chance: Chance) -> Canvas:
    """Return a large face from the front: hair, ears, eyes, brows, nose, mouth, beard, glasses."""
    head = Canvas()
    style = chance.choice(LIGHT)
    wide, high = chance.between(6, 11), chance.between(4, 7)
    blob(head, 8, 0, wide * FINE, high * FINE, style, " ")
    if chance.odds(60):
        ear = chance.choice((("(", ")"), ("{", "}"), ("@", "@"), ("C", "D"), ("<", ">"), ("d", "b"), ("[", "]")))
        head.put(-wide - 1, 0, ear[0])
        head.put(wide + 1, 0, ear[1])
    gap = wide // 2
    left, right = -gap, gap
    eye = chance.choice(EYES)
    kind = chance.below(4)
    if kind == 0:
        rim = chance.choice(("()", "[]", "{}", "<>", "||"))
        for x, sign in ((left, eye[0]), (right, eye[1])):
            head.write(x - 1, -1, rim[0] + sign + rim[1])
        head.write(left + 2, -1, chance.choice("-=~^") * (right - left - 3))
    elif kind == 1:
        for x, sign in ((left, eye[0]), (right, eye[1])):
            head.write(x - 1, -2, chance.choice((".-.", "___", "---", "^^^", "~~~", "===")))
            head.write(x - 1, -1, "(" + sign + ")")
    else:
        brow = chance.choice(("__", "--", "~~", "\\/", "/\\", "==", "  ", "''"))
        head.write(left - 1, -2, brow)
        head.write(right, -2, brow[::-1])
        head.put(left, -1, eye[0])
        head.put(right, -1, eye[1])
    nose = chance.choice(
        (
            ["|", "^"],
            ["/_\\"],
            ["( )"],
            ["L"],
            ["(_)"],
            ["o"],
            [" |", " )", "--"],
            ["/\\"],
            ["7"],
            ["v"],
            ["d b"],
            [",,"],
        )
    )
    head.rows(-(len(nose[0]) // 2), 0, nose)
    mouth = chance.choice(
        (
            "\\____/",
            ".----.",
            "`-..-'",
            "(____)",
            "======",
            "vVvVvV",
            "------",
            "\\_\\/_/",
            "<====>",
            "~~~~~~",
            "[####]",
            ".__.",
            "O",
            "{==}",
            "'--'",
            "uuuu",
            "/----\\",
        )
    )
    row = min(high - 2, 2 + (len(nose) > 1))
    head.write(-(len(mouth) // 2), row, mouth)
    if chance.odds(25):
        head.write(
            -(len(mouth) // 2) + 1,
            row - 1,
            chance.choice(('.-"-.', "~~~~", "%%%%", "mmmm", "/\\/\\", "===="))[: max(3, len(mouth) - 2)],
        )
    hair = chance.below(8)
    sign = chance.choice('/\\|(~^M%@#&*"Ss;')
    if hair < 5:
        for y in range(-high - (hair == 1), -high + chance.between(1, 2) + 1):
            for x in range(-wide, wide + 1):
                inside = x * x * high * high + y * y * wide * wide
                limit = wide * wide * high * high
                if (limit * 6 // 10 < inside < limit * 15 // 10) and (hair != 3 or abs(x) > wide // 2):
                    head.put(x, y, sign if chance.odds(90) else chance.choice("/\\|"))
    elif hair == 5:
        brim = wide + 3
        head.write(-brim, -high + 1, chance.choice("_=-#") * (2 * brim + 1))
        for y in range(chance.between(1, 4)):
            head.write(-wide + 2, -high - y, "|" + chance.choice((" ", "#", "=", ":")) * (2 * wide - 5) + "|")
        head.write(-wide + 3, head.box()[1] - 1, "_" * (2 * wide - 5))
    elif hair == 6:
        head.rows(
            -3,
            -high - 2,
            chance.choice(([" _/\\_ ", "/    \\"], ["\\|/|\\|/"], ["  @@@  ", " @@@@@ "], [" .^^^. ", "(_____)"])),
        )
    if chance.odds(25):
        beard = chance.choice('|;/%w"v:')
        for y in range(row + 1, high + 2):
            reach = max(1, wide - 3 - (y - row))
            for x in range(-reach, reach + 1):
                head.put(x, y, beard)
    return head


def emoticon(chance: Chance) -> Canvas:
    """Return a small face in one to four rows."""
    eye = chance.choice(EYES)
    rim = chance.choice(("()", "[]", "{}", "<>", "||", "/\\"))
    mouth = chance.choice("_-.~o^vwuVO=3")
    side = chance.choice(
        (("", ""), ("\\", "/"), ("<", ">"), ("o", "o"), ("~", "~"), ("/", "\\"), ("d", "b"), ("c", ""))
    )
    one = Canvas()
    if chance.odds(50):
        one.write(0, 0, side[0] + rim[0] + eye[0] + mouth + eye[1] + rim[1] + side[1])
        return one
    wide = chance.between(5, 9)
    bar = chance.choice("_-=~^.")
    one.write(1, 0, bar * wide)
    one.write(0, 1, rim[0] + (eye[0] + " " * (wide - 4) + eye[1]).center(wide) + rim[1])
    one.write(0, 2, rim[0] + (mouth * max(1, wide - 4)).center(wide) + rim[1])
    one.write(1, 3, (bar if bar != "_" else "-") * wide)
    return one


def person(chance: Chance) -> Canvas:
    """Return a standing or moving person."""
    who = Canvas()
    head = chance.choice(
        (
            ["(o)"],
            [" O "],
            ["\\o/"],
            [".-.", "(e)"],
            [" _ ", '(")'],
            ["_n_", "(e)"],
            ["/^\\", "(-)"],
            ["===", "(')"],
            ["~~~", "{o}"],
            ["[#]", "(_)"],
            [" @ "],
        )
    )
    arms = chance.choice(
        (
            ["/|\\"],
            ["--|--"],
            ["\\ | /", " \\|/"],
            ["/|\\", "| |"],
            ["<|>"],
            ["_/|\\_"],
            ["/###\\"],
            ["/[ ]\\", " [ ]"],
            ["o-|-o"],
            ["/ : \\", "\\_:_/"],
            ["~|~"],
            ["-[#]-"],
            ["/|__", " |"],
        )
    )
    legs = chance.choice(
        (
            ["/ \\"],
            ["| |", "| |"],
            [" | ", "/ \\"],
            ["/_\\", "| |"],
            ["/   \\"],
            ["/ )", "\\ \\"],
            [" /\\", "/  \\"],
            ["/___\\", " | |"],
            ["/^^^\\", " L L"],
            ["||", "LL"],
            ["/ |", "\\ |"],
        )
    )
    y = 0
    for part in (head, arms, legs):
        wide = max(map(len, part))
        who.rows(-(wide // 2), y, part)
        y += len(part)
    if chance.odds(30):
        who.rows(
            3,
            chance.between(0, 2),
            chance.choice(
                (["|", "|", "|"], ["\\", " \\"], ["_", "_]"], ["(~)"], ["|>"], ["o~"], ["?"], ["!"], ["[=]"])
            ),
        )
    return who


def people(chance: Chance) -> Canvas:
    """Return a large face, a few small ones, or a group of people."""
    kind = chance.below(6)
    if kind < 3:
        return parade(chance, face, 2 if chance.odds(12) else 1, (3, 3))
    if kind == 3:
        return parade(chance, emoticon, chance.between(2, 5), (1, 3))
    group = parade(chance, person, chance.between(2, 7))
    if chance.odds(60):
        floor(group, chance.choice("_=~-^."))
    if chance.odds(30):
        calls = ("hip hip hurrah", "who is there?", "hello hello", "one, two, three", "where to?", "la la la")
        left, top, _, _ = group.box()
        group.write(left, top - 2, chance.choice(calls))
    return group
