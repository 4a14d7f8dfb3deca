"""Robots."""

from __future__ import annotations

from .canvas import Canvas
from .chance import Chance
from .compose import parade
from .styles import EYES


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
    return parade(chance, robot, 2 if chance.odds(25) else 1, (2, 5))
