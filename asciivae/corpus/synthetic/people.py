"""Faces, people and robots."""

from __future__ import annotations

from .canvas import Canvas, beside, sprite
from .chance import Chance
from .creatures import EYES
from .strokes import FINE, bend, blob, stroke
from .styles import LIGHT


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
        one = face(chance)
        return beside(one, face(chance), gap=3) if chance.odds(12) else one
    if kind == 3:
        return beside(*(emoticon(chance) for _ in range(chance.between(2, 5))), gap=chance.between(1, 3))
    group = beside(*(person(chance) for _ in range(chance.between(2, 7))), gap=chance.between(1, 4))
    left, _, right, bottom = group.box()
    if chance.odds(60):
        group.write(left - 2, bottom + 1, chance.choice(("_", "=", "~", "-", "^", ".")) * (right - left + 5))
    if chance.odds(30):
        top = group.box()[1]
        group.write(
            left,
            top - 2,
            chance.choice(
                ("hip hip hurrah", "who is there?", "hello hello", "one, two, three", "where to?", "la la la")
            ),
        )
    return group


def robot(chance: Chance) -> Canvas:
    """Return a robot from the front."""
    bot = Canvas()
    half = chance.between(4, 6)
    edge = chance.choice(
        (("+", "-", "|"), (".", "-", "|"), ("#", "=", "H"), ("[", "=", "["), ("o", "-", "|"), (" ", "_", "|"))
    )
    antenna = chance.choice(
        (["|"], ["o", "|"], ["\\ /"], ["*", "I"], ["(o)", " |"], ["_|_"], ["~", "Y"], ["o   o", " \\ /"])
    )

    def plate(y: int, reach: int, rows: list[str]) -> int:
        inner = 2 * reach - 1
        close = "]" if edge[0] == "[" else edge[0]
        bot.write(-reach, y, edge[0] + edge[1] * inner + close)
        for row in rows:
            y += 1
            side = "]" if edge[2] == "[" else edge[2]
            bot.write(-reach, y, edge[2] + row.center(inner)[:inner] + side)
        bot.write(-reach, y + 1, edge[0] + edge[1] * inner + close)
        return y + 1

    eye = chance.choice(EYES)
    rim = chance.choice(("[]", "()", "<>", "{}", "  ", "||"))
    eyes = rim[0] + eye[0] + rim[1] + " " * (half - 3) + rim[0] + eye[1] + rim[1]
    mouth = chance.choice(
        ("===", "---", "|||", "vvv", "\\_/", "[#]", "~~~", "...", "<=>", "oOo", "_____", "HHH", "'-'")
    )
    y = plate(0, half, [eyes, mouth] if chance.odds(70) else [eyes, "", mouth])
    bot.rows(-(max(map(len, antenna)) // 2), -len(antenna), antenna)
    if chance.odds(60):
        ear = chance.choice((("[", "]"), ("d", "b"), ("<", ">"), ("{", "}"), ("=", "="), ("(", ")")))
        bot.put(-half - 1, 1, ear[0])
        bot.put(half + 1, 1, ear[1])
    if chance.odds(60):
        y += 1
        bot.write(-1, y, chance.choice(("| |", "|||", "[=]", "###", ")=(", "HHH")))
    body = half + chance.between(0, 2)
    dials = (
        "o o o",
        "[::]",
        "(@)",
        "=====",
        "/\\/\\",
        "|##|",
        "0101",
        "* * *",
        "<->",
        "[OK]",
        "ON",
        "R2",
        "{+}",
        "1 2 3",
        ":::::",
        "%%%",
        "[__]",
        "(-)",
        "'.'.'",
        "K-9",
    )
    rows = [chance.choice(dials) for _ in range(chance.between(2, 4))]
    start = y + 1
    y = plate(start, body, rows)
    hand = chance.choice((("(", ")"), ("{", "}"), ("[", "]"), ("C", "D"), ("<", ">"), ("U", "U"), ("E", "3")))
    arm = chance.between(1, 3)
    lifted = chance.odds(35)
    for side in (-1, 1):
        x = side * (body + 1)
        for step in range(arm):
            bot.put(x + side * step, start + 1, chance.choice("=-~"))
        x += side * arm
        reach = chance.between(1, 3)
        up = lifted and side > 0
        for step in range(reach):
            bot.put(x, start + 1 + (-step if up else step), "|")
        bot.put(x, start + 1 + (-reach if up else reach), hand[side > 0])
    kind = chance.below(4)
    if kind == 0:
        for step in range(chance.between(1, 3)):
            bot.write(-2, y + 1 + step, "| |" if half < 4 else "|   |")
        low = bot.box()[3]
        bot.write(-4, low + 1, chance.choice(("[__] [__]", "/__| |__\\", "(__) (__)", "<==> <==>", "_/_| |_\\_")))
    elif kind == 1:
        tread = chance.choice(("o", "O", "@", "()", "*"))
        bot.write(-body, y + 1, "/" + "_" * (2 * body - 1) + "\\")
        bot.write(-body - 1, y + 2, "(" + (tread + " " * (2 - len(tread))) * body + tread[0] + ")")
        bot.write(-body, y + 3, "`" + "-" * (2 * body - 1) + "'")
    elif kind == 2:
        bot.write(-2, y + 1, "\\   /")
        bot.write(-1, y + 2, "(" + chance.choice("o@*+") + ")")
    else:
        foot = chance.choice(("/_\\", "[_]", "(_)", "^^^"))
        for x in (-body + 1, body - 3):
            bot.rows(x, y + 1, ["|=|", "|=|", foot])
    return bot


def robots(chance: Chance) -> Canvas:
    """Return one robot or two."""
    one = robot(chance)
    if chance.odds(25):
        return beside(one, robot(chance), gap=chance.between(2, 5))
    return one
