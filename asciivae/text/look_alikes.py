"""Characters that look like printable ASCII, and what they look like: line drawing, quotes, accented letters."""

from __future__ import annotations

import unicodedata

LOOK_ALIKES = {
    letter: plain
    for plain, letters in {
        " ": "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2591",
        "-": "‐‑‒–—―−─━┄┅┈┉╌╍╴╶╸╺",
        "=": "═",
        "|": "│┃┆┇┊┋║¦╎╏╵╷╹╻",
        "+": "┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼╋╔╗╚╝╠╣╦╩╬",
        "/": "╱⁄∕",
        "\\": "╲∖",
        "X": "╳",
        "x": "×✕",
        "'": "‘’‚′´ʼ",
        '"': "“”„″«»",
        "`": "‵ˋ",
        "#": "█▓■▉▊",
        "%": "▒",
        "_": "▁▂‗",
        "o": "○◦•●°º",
        ".": "·∙⋅․",
        "*": "∗★☆",
        "~": "∼˜",
        "^": "ˆ",
        "<": "‹",
        ">": "›",
    }.items()
    for letter in letters
}
"""From a character to the printable ASCII character that it looks like."""


def transliterated(text: str) -> str:
    """Replace look-alikes of printable ASCII, one character by one; the others stay."""
    return text if text.isascii() else "".join(map(_look_alike, text))


def _look_alike(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in LOOK_ALIKES:
        return LOOK_ALIKES[letter]
    bare = unicodedata.normalize("NFKD", letter)[:1]  # one cell stays one cell
    return bare if "!" <= bare <= "~" else letter
