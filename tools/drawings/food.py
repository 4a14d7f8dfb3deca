"""Food and drink."""

from __future__ import annotations

from .canvas import Canvas, sprite, stacked
from .chance import Chance
from .compose import floor, parade, strip
from .strokes import FINE, blob
from .styles import LIGHT


def steam(chance: Chance) -> Canvas:
    """Return steam above something hot."""
    return sprite(
        chance.choice(
            ("( (\n ) )", "~ ~\n ~ ~", ") ) )\n( ( (", "S S", " (\n  )\n (", "~\n ~\n~", " '\n' .", "} {\n{ }")
        )
    )


def cup(chance: Chance) -> Canvas:
    """Return a cup, a mug or a bowl."""
    vessel = Canvas()
    wide, tall = chance.between(5, 11), chance.between(2, 4)
    fill = chance.choice((" ", " ", " ", "~", ".", ":", "*", "-", "o ", "="))
    lean = chance.choice((0, 0, 1))
    vessel.write(
        0,
        0,
        chance.choice((".", "[", "|", "(", " "))
        + chance.choice("_-~=") * wide
        + chance.choice((".", "]", "|", ")", " ")),
    )
    for y in range(1, tall + 1):
        shift = lean * (y - 1)
        if wide - 2 * shift < 2:
            break
        vessel.write(shift, y, ("\\" if lean else "|") + strip(fill, wide - 2 * shift) + ("/" if lean else "|"))
        if y == 1 and not lean:
            handle = chance.choice((["__", "  \\", "__/"], ["-.", " |", "-'"], [")"], ["]"], ["_", " )", "'"]))
            vessel.rows(wide + 2, 1, handle)
    last = vessel.box()[3] + 1
    shift = lean * (last - 1)
    inner = max(1, wide - 2 * shift)
    vessel.write(
        shift, last, chance.choice(("`", "\\", "(")) + chance.choice("_-=") * inner + chance.choice(("'", "/", ")"))
    )
    if chance.odds(30) and not lean:
        word = chance.choice(("TEA", "JAVA", "SUN", "MUM", "<3", "o_o", "HOT", "BOSS", "JOY", "1L"))
        if len(word) <= wide:
            vessel.write(1 + (wide - len(word)) // 2, 1 + tall // 2, word)
    if chance.odds(50):
        return stacked(steam(chance), vessel)
    return vessel


def bottle(chance: Chance) -> Canvas:
    """Return a bottle, a jar or a glass."""
    glass = Canvas()
    half, neck, tall = chance.between(2, 4), chance.between(1, 3), chance.between(3, 7)
    y = 0
    glass.write(-1, y, chance.choice(("___", "[_]", ".-.", "(=)", "nnn")))
    for _ in range(neck):
        y += 1
        glass.write(-1, y, "| |")
    for step in range(1, half):
        y += 1
        glass.write(-1 - step, y, "/" + " " * (2 * step + 1) + "\\")
    level = chance.between(0, tall)
    liquid = chance.choice("~:.o'%=-")
    for step in range(tall):
        y += 1
        inner = 2 * half - 1
        body = " " * inner if step < level else liquid * inner
        glass.write(-half, y, "|" + body + "|")
    label = chance.choice(
        ("XXX", "OIL", "RUM", "ALE", "H2O", "INK", "==", "<>", "SODA", "GIN", "MILK", "BEE", "JAM", "No5")
    )
    if len(label) < 2 * half - 1 and chance.odds(60):
        glass.write(-(len(label) // 2), y - tall // 2, label)
    glass.write(-half, y + 1, "`" + chance.choice("-_=") * (2 * half - 1) + "'")
    return glass


def cake(chance: Chance) -> Canvas:
    """Return a cake with layers and candles."""
    sweet = Canvas()
    wide = chance.between(4, 9) * 2
    layers = chance.between(1, 3)
    y = 0
    for layer in range(layers):
        wide_now = wide - 4 * layer
        if wide_now < 4:
            break
        cream = chance.choice(("~", "^", "v", "o", "*", "@", ".", "w", "u", "8"))
        x = 2 * layer
        sweet.write(x, y, "|" + chance.choice("_=-") * wide_now + "|")
        for _ in range(chance.between(1, 2)):
            y -= 1
            sweet.write(x, y, "|" + (chance.choice((" ", " ", ".", "o ", ": ", "* ", "~")) * wide_now)[:wide_now] + "|")
        y -= 1
        sweet.write(x, y, "(" + cream * wide_now + ")")
        top = wide_now
    flame = chance.choice("*'i,o^@")
    left = 2 * (sweet.width - top) // 4
    for x in range(left + 1, left + top, chance.between(2, 4)):
        sweet.put(x, y - 1, "|")
        sweet.put(x, y - 2, flame)
    sweet.write(
        -2, 1, chance.choice(("`", "\\", "(")) + chance.choice("-_=") * (wide + 4) + chance.choice(("'", "/", ")"))
    )
    return sweet


def fruit(chance: Chance) -> Canvas:
    """Return a fruit, or a bowl of fruit."""
    one = Canvas()
    wide, high = chance.between(3, 6) * FINE, chance.between(22, 44)
    skin = chance.choice((" ", " ", " ", ".", "o ", "x", "' ", "# ", ": ", "\\/"))
    blob(one, 8, 0, wide, high, chance.choice(LIGHT), skin)
    top = one.box()[1]
    one.rows(
        -2,
        top - 2,
        chance.choice(
            (
                ["  /", " (_"],
                [" _(\\", "  |"],
                [r"\|/|/", r" \|/"],
                ["  __", " /_/"],
                ["", "  ,"],
                ["_\\|/_"],
                ["   ,-.", "  /-'"],
            )
        ),
    )
    if chance.odds(30):
        one.write(-wide // FINE + 2, 0, chance.choice(("(", "'", "/", ".")))
    return one


def scoop(chance: Chance) -> Canvas:
    """Return an ice cream."""
    ice = Canvas()
    count, half = chance.between(1, 3), chance.between(3, 5)
    for at in range(count):
        blob(
            ice,
            8,
            -2 * FINE * (count - 1 - at) - 8,
            half * FINE,
            24,
            chance.choice(LIGHT),
            chance.choice((" ", ".", "o  ", "' ", "* ", "~")),
        )
    y = 1
    waffle = chance.choice(("X", "#", "/", "x ", "\\", "+", "<>"))
    for step in range(half):
        reach = half - step
        ice.write(-reach + 1, y, "\\" + strip(waffle, 2 * reach - 3) + "/" if reach > 1 else "V")
        y += 1
    if chance.odds(50):
        ice.rows(-1, ice.box()[1] - 2, chance.choice((["  /", " o"], [" ,", "(@)"], ["\\|", " Y"], [" *"])))
    return ice


def sandwich(chance: Chance) -> Canvas:
    """Return a burger, a sandwich or a slice of something."""
    snack = Canvas()
    wide = chance.between(8, 16)
    snack.write(2, 0, "_" * (wide - 2))
    snack.write(1, 1, "/" + "".join(chance.choice("  '.,") for _ in range(wide - 2)) + "\\")
    snack.write(0, 2, "(" + "_" * wide + ")")
    for _ in range(chance.between(2, 5)):
        layer = chance.choice(("~", "@", "#", "=", "w", "o", "%", "^v", "-", "S", "m", "8", "*."))
        snack.write(0, snack.box()[3] + 1, strip(layer, wide + 2))
    low = snack.box()[3]
    snack.write(0, low + 1, "(" + "_" * wide + ")")
    if chance.odds(40):
        snack.write(wide // 2, -1, chance.choice("o|@*"))
    return snack


def food(chance: Chance) -> Canvas:
    """Return something to eat or drink, or a table laid with it."""

    def any_course(chance: Chance) -> Canvas:
        return chance.choice((cup, cup, bottle, cake, fruit, scoop, sandwich))(chance)

    scene = parade(chance, any_course, chance.choice((1, 1, 2, 2, 3)), (1, 3))
    if chance.odds(45):
        floor(scene, chance.choice("=_-#~"), 3)
        left, _, right, top = scene.box()
        leg, tall = chance.choice(("||", "[]", "/\\", "|", "()")), chance.choice((0, 2, 3))
        for x in (left + 2, right - 1 - len(leg)):
            scene.rows(x, top + 1, [leg] * tall)
    return scene
