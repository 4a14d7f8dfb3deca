"""Robots."""

from __future__ import annotations

from .canvas import MIRROR, Canvas
from .chance import Chance
from .compose import parade, strip
from .styles import EYES

DIALS = [
    "(o)_(o)",
    "[::]",
    "(@)",
    "=====",
    "/\\/\\",
    "|##|",
    "0101",
    "*_*_*",
    "<->",
    "[OK]",
    "ON",
    "R2",
    "{+}",
    "1_2_3",
    ":::::",
    "%%%",
    "[__]",
    "(-)",
    "'.'.'",
    "K-9",
    "[*][*]",
]


JAWS = ["===", "---", "|||", "vvv", "\\_/", "[#]", "~~~", "...", "<=>", "oOo", "_____", "HHH", "'-'"]


ANTENNAS = (("|",), ("o", "|"), ("\\ /",), ("*", "I"), ("(o)", " |"), ("_|_",), ("~", "Y"), ("o   o", " \\ /"))


PLATES = ("+-|+|", ".-|.|", "#=H#H", "[=[]]", "o-|o|", " _| |")


def _plate(bot: Canvas, edge: str, top: int, reach: int, rows: list[str]) -> int:
    """Draw a plate with `rows` on it, and return the row of its lower edge."""
    inner = 2 * reach - 1
    rule = edge[0] + edge[1] * inner + edge[3]
    bot.write(-reach, top, rule)
    for y, row in enumerate(rows, top + 1):
        bot.write(-reach, y, edge[2] + row.center(inner) + edge[4])
    bot.write(-reach, top + len(rows) + 1, rule)
    return top + len(rows) + 1


def _arms(chance: Chance, bot: Canvas, shoulder: int, y: int) -> None:
    """Draw two arms that hang, or of which one is lifted."""
    long, bone, hand = (
        chance.between(1, 3),
        chance.choice("=-~"),
        chance.choice(("()", "{}", "[]", "CD", "<>", "UU", "E3")),
    )
    for side, lift in ((-1, 1), (1, -1 if chance.odds(35) else 1)):
        x = side * (shoulder + long)
        for step in range(long):
            bot.put(side * (shoulder + step), y, bone)
        reach = chance.between(1, 3)
        for step in range(reach):
            bot.put(x, y + lift * step, "|")
        bot.put(x, y + lift * reach, hand[side > 0])


def _legs(chance: Chance, bot: Canvas, body: int, y: int) -> None:
    """Draw legs, a chain, a wheel or two pillars from row `y` down."""
    kind = chance.below(4)
    if kind == 0:
        knees = chance.between(1, 3)
        bot.rows(-2, y, ["|   |"] * knees)
        bot.write(-4, y + knees, chance.choice(("[__] [__]", "/__| |__\\", "(__) (__)", "<==> <==>", "_/_| |_\\_")))
    elif kind == 1:
        bot.write(-body, y, "/" + "_" * (2 * body - 1) + "\\")
        bot.write(-body - 1, y + 1, "(" + strip(chance.choice(("o ", "O ", "@ ", "()", "* ")), 2 * body + 1) + ")")
        bot.write(-body, y + 2, "`" + "-" * (2 * body - 1) + "'")
    elif kind == 2:
        bot.write(-2, y, "\\   /")
        bot.write(-1, y + 1, "(" + chance.choice("o@*+") + ")")
    else:
        foot = chance.choice(("/_\\", "[_]", "(_)", "^^^"))
        for x in (-body + 1, body - 3):
            bot.rows(x, y, ["|=|", "|=|", foot])


def robot(chance: Chance) -> Canvas:
    """Return a robot from the front."""
    bot = Canvas()
    half = chance.between(4, 6)
    body = half + chance.between(0, 2)
    edge, antenna = chance.choice(PLATES), chance.choice(ANTENNAS)
    eye, rim = chance.choice(EYES), chance.choice(("[]", "()", "<>", "{}", "  ", "||"))
    look = rim[0] + eye[0] + rim[1] + " " * (half - 3) + rim[0] + eye[1] + rim[1]
    mouth = chance.choice(JAWS)
    y = _plate(bot, edge, 0, half, [look, mouth] if chance.odds(70) else [look, "", mouth])
    bot.rows(-(max(map(len, antenna)) // 2), -len(antenna), antenna)
    if chance.odds(60):
        ear = chance.choice("[d<{=(")
        bot.put(-half - 1, 1, ear)
        bot.put(half + 1, 1, ear.translate(MIRROR))
    if chance.odds(60):
        y += 1
        bot.write(-1, y, chance.choice(("| |", "|||", "[=]", "###", ")=(", "HHH")))
    rows = [dial.replace("_", " ") for dial in chance.some(DIALS, chance.between(2, 4))]
    low = _plate(bot, edge, y + 1, body, rows)
    _arms(chance, bot, body + 1, y + 2)
    _legs(chance, bot, body, low + 1)
    return bot


def robots(chance: Chance) -> Canvas:
    """Return one robot or two."""
    return parade(chance, robot, 2 if chance.odds(25) else 1, (2, 5))
