"""Faces and people."""

from __future__ import annotations

from .canvas import MIRROR, Canvas
from .chance import Chance
from .compose import floor, parade
from .strokes import FINE, blob
from .styles import EYES, LIGHT

NOSES = (
    ("|", "^"),
    ("/_\\",),
    ("( )",),
    ("L",),
    ("(_)",),
    ("o",),
    (" |", " )", "--"),
    ("/\\",),
    ("7",),
    ("v",),
    ("d b",),
    (",,",),
)


MOUTHS = [
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
]


HATS = (("_/\\_", "/    \\"), ("\\|/|\\|/",), ("@@@", "@@@@@"), (".^^^.", "(_____)"))


def _look(chance: Chance, head: Canvas, gap: int) -> None:
    """Draw eyes `gap` columns beside the nose: with glasses, with lids, or with brows."""
    pair = chance.choice(EYES)
    kind = chance.below(4)
    rim = chance.choice(("()", "[]", "{}", "<>", "||")) if kind == 0 else "()" if kind == 1 else "  "
    for x, eye in ((-gap, pair[0]), (gap, pair[1])):
        head.write(x - 1, -1, rim[0] + eye + rim[1])
    if kind == 0:
        head.write(-gap + 2, -1, chance.choice("-=~^") * (2 * gap - 3))
    else:
        lid = chance.choice(
            (".-.", "___", "---", "^^^", "~~~", "===") if kind == 1 else ("__ ", "-- ", "\\/ ", "'' ", "   ")
        )
        head.write(-gap - 1, -2, lid)
        head.write(gap - 1, -2, lid[::-1].translate(MIRROR))


def _crown(chance: Chance, head: Canvas, wide: int, high: int) -> None:
    """Draw what is on the head: hair, a brimmed hat, something smaller, or nothing."""
    kind = chance.below(8)
    if kind < 5:
        hair, limit = chance.choice('/\\|(~^M%@#&*"Ss;'), wide * wide * high * high
        for y in range(-high - (kind == 1), -high + chance.between(1, 2) + 1):
            for x in range(-wide, wide + 1):
                near = x * x * high * high + y * y * wide * wide
                if limit * 6 // 10 < near < limit * 15 // 10 and (kind != 3 or abs(x) > wide // 2):
                    head.put(x, y, hair if chance.odds(90) else chance.choice("/\\|"))
    elif kind == 5:
        brim, tall = wide + 3, chance.between(1, 3)
        head.write(-brim, -high + 1, chance.choice("_=-#") * (2 * brim + 1))
        for y in range(tall):
            head.write(-wide + 2, -high - y, "|" + chance.choice(" #=:") * (2 * wide - 5) + "|")
        head.write(-wide + 3, -high - tall, "_" * (2 * wide - 5))
    elif kind == 6:
        for y, row in enumerate(chance.choice(HATS), -high - 2):
            head.write(-(len(row) // 2), y, row)


def face(chance: Chance) -> Canvas:
    """Return a large face from the front."""
    head = Canvas()
    wide, high = chance.between(6, 11), chance.between(4, 7)
    blob(head, 8, 0, wide * FINE, high * FINE, chance.choice(LIGHT))
    if chance.odds(60):
        ear = chance.choice("({@C<d[")
        head.put(-wide - 1, 0, ear)
        head.put(wide + 1, 0, "D" if ear == "C" else ear.translate(MIRROR))
    _look(chance, head, wide // 2)
    nose = chance.choice(NOSES)
    head.rows(-(len(nose[0]) // 2), 0, nose)
    mouth, lip = chance.choice(MOUTHS), min(high - 2, 2 + (len(nose) > 1))
    if chance.odds(25):
        moustache = chance.choice(('.-"-.', "~~~~", "%%%%", "mmmm", "/\\/\\", "===="))
        head.write(-(len(moustache) // 2), lip - 1, moustache)
    head.write(-(len(mouth) // 2), lip, mouth)
    _crown(chance, head, wide, high)
    if chance.odds(25):
        beard = chance.choice('|;/%w"v:')
        for y in range(lip + 1, high + 2):
            reach = max(1, wide - 3 - (y - lip))
            head.write(-reach, y, beard * (2 * reach + 1))
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
