"""Boats, fish and what lives under water."""

from __future__ import annotations

from .canvas import Canvas, sprite
from .chance import Chance
from .nature import cloud, sun
from .strokes import FINE, bend, blob, stroke
from .styles import LIGHT

FISH = (
    r"""
><(((e>
""",
    r"""
><ff)e>
""",
    r"""
  _,
><_e\
  ''
""",
    r"""
     ,
|\ .-'`-.
| X  ff e\
|/ `-..-'
""",
    r"""
    __
\  /ff\_
 >( f(  e>
/  \____/
""",
    r"""
   ,/|
\\/`  `-.
 }  ) ff e)
//\..__.-'
""",
    r"""
    /\
 __/ff\__
<  fff(  e>
 \__  __/
    \/
""",
    r"""
       __
  .--''  ``-.   |\
 /  e )fffff `-'  |
 >     )fffff .-. |
  `-..___.--'   |/
""",
    r'''
 .-"""-.
/ff ff e\
|ffff   <
\ff ff  /
 `-...-`
''',
    r"""
  |\
 /ff\   /|
<e   `-' |
 \ff/`-. |
  |/    \|
""",
)


def fish(chance: Chance) -> Canvas:
    """Return one fish, drawn from a pattern or with strokes, looking either way."""
    eye, scale = chance.choice("oO0@*.'9"), chance.choice(" ()')}#~:-=")
    if chance.odds(60):
        one = sprite(chance.choice(FISH), {"e": eye, "f": scale})
    else:
        one = Canvas()
        long, high = chance.between(5, 11) * 8, chance.between(14, 40)
        style = chance.choice(LIGHT)
        tail = chance.choice(((">", ">", "<"), ("\\", ">", "/"), ("|\\", "| >", "|/"), ("\\\\", " ))", "//")))
        left = -long // FINE
        for y, row in zip((-1, 0, 1), tail, strict=True):
            one.write(left - len(tail[1]) + (1 if y == 0 else 0), y, row)
        blob(one, 8, 8, long, high, style, chance.choice((" ", scale, scale + " ", " " + scale + scale)))
        right = long // FINE
        one.write(right - 2, 0, eye + chance.choice((" ", ")", "(")))
        if chance.odds(50):
            one.write(-1, -high // FINE - 1, chance.choice(("/\\_", "_/|", "/|/", "|\\\\")))
        if chance.odds(40):
            one.write(right - 3, 1, "_")
    return one if chance.odds(50) else one.mirrored()


def weed(chance: Chance) -> Canvas:
    """Return a water plant."""
    plant = Canvas()
    kind = chance.choice(("()", ")(", "\\/", "}{", "~~", "YY", "||"))
    for y in range(chance.between(2, 7)):
        plant.put(-(y % 2) if chance.odds(50) else 0, -y, kind[y % 2])
    return plant


def jellyfish(chance: Chance) -> Canvas:
    """Return a jellyfish."""
    one = Canvas()
    wide = chance.between(2, 5)
    mark = chance.choice((" ", ".", "o", "'", "*"))
    one.write(-wide + 1, 0, "." + "-" * (2 * wide - 3) + ".")
    one.write(-wide, 1, "/" + (mark + " " + mark + "  ")[: 2 * wide - 1].ljust(2 * wide - 1) + "\\")
    one.write(-wide, 2, "`" + ("vV~^wW"[chance.below(6)] * 20)[: 2 * wide - 1] + "'")
    for x in range(-wide + 1, wide, 2):
        for y in range(chance.between(2, 5)):
            one.put(x + (y % 2 if chance.odds(50) else 0), 3 + y, chance.choice("()|;~"))
    return one


def crab(chance: Chance) -> Canvas:
    """Return a crab."""
    one = Canvas()
    wide = chance.between(3, 6)
    claw = chance.choice((("\\/", "\\/"), ("(\\", "/)"), ("V", "V"), ("{", "}"), ("(<", ">)")))
    eye = chance.choice("oO@*'8")
    one.write(-wide - 1, 0, claw[0])
    one.write(wide + 1, 0, claw[1])
    one.write(-1, 0, eye + " " + eye)
    one.write(-wide, 1, "\\" + "_" * (wide - 2) + chance.choice(("|_|", "|-|", "(_)", "_I_")) + "_" * (wide - 2) + "/")
    one.write(-wide + 1, 2, "(" + chance.choice((".", " ", "~", ":")) * (2 * wide - 3) + ")")
    one.write(
        -wide,
        3,
        chance.choice(("/" * (wide - 1), "/" + "<" * (wide - 2))).ljust(wide) + "^" + ("\\" * (wide - 1)).rjust(wide),
    )
    return one


def octopus(chance: Chance) -> Canvas:
    """Return an octopus."""
    one = Canvas()
    wide = chance.between(3, 5)
    eye = chance.choice("oO0@*-")
    blob(one, 8, 0, wide * FINE, chance.between(24, 40), chance.choice(LIGHT), " ")
    one.write(-1, 0, eye + " " + eye)
    one.put(0, 1, chance.choice("-_~w^o."))
    low = one.box()[3]
    curl = chance.choice((("(", ")"), ("/", "\\"), ("S", "Z"), ("{", "}"), ("J", "L")))
    for x in range(-wide, wide + 1, 2):
        side = 0 if x < 0 else 1
        for y in range(chance.between(2, 4)):
            one.put(
                x + (-y if side == 0 else y) * (abs(x) > 1), low + 1 + y, curl[side] if y % 2 == 0 else curl[1 - side]
            )
    return one


def surface(chance: Chance, width: int, rows: int) -> Canvas:
    """Return `rows` of waves."""
    water = Canvas()
    crest = chance.choice(("~", "~", "~^", "-._.", "~~-", "^~", "`-.__.-'", "_.-'`-._", ")`.", "-^"))
    for y in range(rows):
        if y == 0:
            row = (crest * width)[:width]
        else:
            row = "".join(chance.choice("~~~~-  ") for _ in range(width))
        water.write(0, y, row)
    return water


def sailing_boat(chance: Chance) -> Canvas:
    """Return a boat with one to three sails."""
    boat = Canvas()
    tall = chance.between(4, 9)
    hull = tall * 2 + chance.between(2, 6)
    mast = hull // 2
    left, right = chance.odds(65), True
    mark = chance.choice((" ", " ", " ", ".", ":", "'", "=", "-"))
    for y in range(tall):
        boat.put(mast, -tall + y - 1, "|")
        if right and y:
            boat.write(mast + 1, -tall + y - 1, mark * (y - 1) + "\\")
        if left and y > 1:
            boat.write(mast - y + 1, -tall + y - 1, "/" + mark * (y - 2))
    boat.write(mast + 1, -1, "_" * (tall - 1) + "\\")
    if left:
        boat.write(mast - tall + 1, -1, "/" + "_" * (tall - 2))
    if chance.odds(50):
        boat.write(mast, -tall - 1, chance.choice(("|>", "|~", "|\\", "!")))
    deck = chance.choice(("_", "=", "-"))
    deep = chance.between(1, 2)
    plank = chance.choice((" ", " ", "o ", "=", "-", "_", ". "))
    boat.write(mast, 0, "|")
    for x in range(hull):
        boat.cells.setdefault((x, 0), deck)
    for y in range(1, deep + 1):
        body = (plank * hull)[: hull - 2 * y]
        boat.write(y - 1, y, "\\" + (body if y < deep else "_" * len(body)) + "/")
    return boat


def steamer(chance: Chance) -> Canvas:
    """Return a ship with a cabin and funnels."""
    ship = Canvas()
    hull = chance.between(18, 34)
    cabin = chance.between(8, hull - 8)
    left = chance.between(3, hull - cabin - 3)
    hole = chance.choice(("o ", "[]", "o  ", "# ", ". ", "O  ", "|_"))
    decks = chance.between(1, 3)
    for deck in range(decks):
        inset = deck * 2
        inner = cabin - 2 * inset - 2
        if inner < 4:
            break
        ship.write(left + inset, -1 - 2 * deck, "|" + (" " + hole * inner)[:inner] + "|")
        ship.write(left + inset, -2 - 2 * deck, "." + "_-="[chance.below(3)] * inner + ".")
    top = ship.box()[1]
    for x in range(chance.between(1, 3)):
        column = left + 4 + x * 4
        if column < left + cabin - 4:
            ship.rows(column, top - 1, chance.choice(([".-.", "|=|"], ["__", "||"], ["[]", "||"], ["_", "I"])))
    if chance.odds(70):
        for step in range(chance.between(2, 4)):
            ship.write(left + 4 - 3 * step, top - 2 - step // 2, chance.choice(("~~", "( )", "oo", "@", "()")))
    ship.write(0, 0, "_" * hull)
    ship.write(-1, 1, "\\" + ("  " + hole * hull)[:hull] + "/")
    ship.write(0, 2, "\\" + chance.choice(("_", " ", "=")) * (hull - 2) + "/")
    if chance.odds(30):
        ship.write(2, 1, chance.choice(("LUNA", "VEGA", "NEMI", "TERN", "ODA", "KORA", "No 7", "M-12")))
    return ship


def rowing_boat(chance: Chance) -> Canvas:
    """Return a small boat, perhaps with somebody in it."""
    boat = Canvas()
    hull = chance.between(9, 16)
    boat.write(0, 0, "\\" + chance.choice("_-=") * (hull - 2) + "/")
    boat.write(1, 1, "\\" + "_" * (hull - 4) + "/")
    if chance.odds(70):
        boat.rows(hull // 2 - 2, -2, [" " + chance.choice("oO@Q"), chance.choice(("/|\\", "/|--", "<|>", "\\|/"))])
        boat.write(hull // 2 + 2, 0, "\\")
        boat.write(hull // 2 + 3, 1, "\\")
    return boat


def boats(chance: Chance) -> Canvas:
    """Return boats on the water, perhaps with a sky above and fish below."""
    scene = Canvas()
    width = chance.between(26, 58)
    x = chance.between(1, 5)
    fleet = Canvas()
    while True:
        boat = chance.choice((sailing_boat, sailing_boat, steamer, rowing_boat))(chance)
        if x + boat.width > width - 1:
            break
        fleet.place(boat if chance.odds(60) else boat.mirrored(), x, 0)
        x += boat.width + chance.between(3, 12)
        if chance.odds(50):
            break
    if chance.odds(40):
        scene.place(chance.choice((sun, cloud))(chance), chance.between(0, width - 14), -chance.between(8, 12))
    if chance.odds(30):
        for _ in range(chance.between(1, 4)):
            scene.write(chance.below(width - 3), -chance.between(8, 13), chance.choice(("v", "~v~", "\\/", "^v^")))
    scene.paste(fleet)
    deep = chance.choice((1, 1, 2, 3))
    scene.paste(surface(chance, width, deep), 0, 1)
    if chance.odds(20):
        for _ in range(chance.between(1, 3)):
            scene.place(fish(chance), chance.between(1, width - 16), chance.between(deep + 4, deep + 7))
    return scene


def fishes(chance: Chance) -> Canvas:
    """Return a single fish with bubbles, a shoal, or a tank."""
    scene = Canvas()
    kind = chance.below(3)
    if kind == 0:
        scene.paste(fish(chance))
        left, top, right, _ = scene.box()
        for _ in range(chance.below(5)):
            scene.put(chance.between(left, right + 4), top - chance.between(1, 3), chance.choice("o.O"))
        if chance.odds(50):
            scene.place(fish(chance), right + 4, chance.between(0, 6))
        return scene
    width, high = chance.between(24, 54), chance.between(8, 17)
    for _ in range(chance.between(1, 5)):
        scene.place(weed(chance), chance.between(2, width - 3), high - 1)
    for _ in range(chance.between(2, 5)):
        one = chance.choice((fish, fish, fish, fish, jellyfish, octopus))(chance)
        if one.width < width - 4 and one.height < high - 1:
            scene.place(one, chance.between(2, width - 2 - one.width), chance.between(one.height, high - 1))
    if chance.odds(40):
        one = crab(chance)
        scene.place(one, chance.between(3, width - 18), high - 1)
    for _ in range(chance.between(2, 9)):
        scene.cells.setdefault((chance.between(2, width - 2), chance.between(1, high - 2)), chance.choice("oo."))
    scene.write(0, high, chance.choice(("_", ".", "^", ".:", "_.", ":.")) * (width // 2))
    if kind == 1:
        side = chance.choice("|#H!")
        for y in range(0, high + 1):
            scene.put(-1, y, side)
            scene.put(width, y, side)
        scene.fill(0, 0, width - 1, 0, chance.choice(("~", "~", "~-", "^")))
        scene.fill(0, high, width - 1, high, chance.choice((".", "o.", "_", ".:.")))
        scene.fill(-1, high + 1, width, high + 1, chance.choice("=-#"))
    else:
        scene.cells = {k: v for k, v in scene.cells.items() if -1 <= k[0] < 62}
    return scene


def sea_creatures(chance: Chance) -> Canvas:
    """Return one large animal of the sea: whale, turtle, octopus, crab, jellyfish, snail or sea horse."""
    scene = Canvas()
    kind = chance.below(6)
    if kind == 0:
        long, high = chance.between(9, 17) * 8, chance.between(22, 44)
        style = chance.choice(LIGHT)
        right = long // FINE
        fluke = chance.choice((("\\/", "||"), ("\\_  _/", "  \\\\/ "), ("_  _", "\\\\//"), ("\\\\ //", " \\_/ ")))
        stroke(scene, bend((long // 2, 16), (long + 30, 20), (long + 44, -16)), style)
        stroke(scene, bend((long // 2, 34), (long + 52, 40), (long + 62, -16)), style)
        scene.rows(right + 2, -3, fluke)
        blob(scene, 8, 8, long, high, style, chance.choice((" ", " ", "  '", ". ")))
        scene.put(-right + 2, 0, chance.choice("oO@*.^"))
        scene.write(-right + 1, 1, chance.choice(("--.", "__/", "==", "~~")))
        if high > 26:
            scene.write(-right // 2, high // FINE, chance.choice(("\\_\\", "\\\\", "(_(", "\\/")))
        if chance.odds(70):
            top = -high // FINE
            scene.rows(
                -right // 2 - 2,
                top - 3,
                chance.choice((("' . '", " \\|/", "  |"), (".--.--.", "'  |  '", "   |"), (" : : ", " .:. ", "  :"))),
            )
        return scene if chance.odds(50) else scene.mirrored()
    if kind == 1:
        wide, high = chance.between(4, 8) * FINE, chance.between(26, 44)
        shell = chance.choice(("# ", "/\\", "()", "<>", "o ", "X ", "\\_/ "))
        for x in (-wide * 2 // 3, wide * 2 // 3):
            scene.rows(x // FINE, 1, chance.choice((["| |", "|_|"], ["\\ \\", " \\_)"], ["(_)"], ["/ /", "(_/"])))
        blob(scene, wide + 24, 4, 30, 18, chance.choice(LIGHT))
        scene.put((wide + 36) // FINE, 0, chance.choice("oO'.*@-"))
        scene.write(-wide // FINE - 2, 1, chance.choice(("<_", "~.", "-=")))
        blob(scene, 8, 0, wide, high, chance.choice(LIGHT), shell)
        for x, y in list(scene.cells):
            if y == 1 and abs(x * FINE) < wide - 8 and abs(y * FINE) < high:
                scene.put(x, y, "_")
        scene.cells = {(x, y): c for (x, y), c in scene.cells.items() if y < 3 or abs(x) * FINE < wide}
        return scene if chance.odds(50) else scene.mirrored()
    if kind == 2:
        turns = chance.between(2, 3)
        wide = chance.between(4, 6)
        for ring in range(turns):
            reach = (wide - ring * 2) * FINE
            if reach < 12:
                break
            blob(scene, 8 - ring * 8, -ring * 3, reach, reach * 9 // 20, chance.choice(LIGHT))
        low = scene.box()[3]
        scene.write(-wide - 2, low, "_" * (wide * 2 + 8))
        scene.write(wide + 6, low - 1, "/")
        scene.rows(wide + 5, low - 4, chance.choice((["o   o", " \\ /", "  )("], ["@ @", "|/"], ["\\ |", " \\|"])))
        scene.put(wide + 7, low - 1, chance.choice(("'", "-", "~")))
        scene.write(wide + 6, low, "/")
        return scene if chance.odds(50) else scene.mirrored()
    width = chance.between(20, 34)
    maker = (jellyfish, octopus, crab)[kind - 3]
    x = 0
    for _ in range(chance.between(1, 3)):
        one = maker(chance)
        scene.place(one, x, chance.between(-2, 2) if maker is not crab else 0)
        x += one.width + chance.between(2, 5)
    left, top, right, bottom = scene.box()
    for _ in range(chance.between(0, 6)):
        scene.cells.setdefault((chance.between(left, right), chance.between(top - 2, bottom)), chance.choice("o.O"))
    if chance.odds(50):
        scene.write(left - 2, bottom + 1, (chance.choice((".", "_", "._", ".:", "~")) * width * 2)[: right - left + 5])
        for _ in range(chance.below(4)):
            scene.place(weed(chance), chance.between(left - 2, right + 2), bottom + 1)
    return scene
