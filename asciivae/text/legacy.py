"""Bytes of old and foreign text files become text: DOS, UTF-16, ANSI colours.

DOS texts end at the first ^Z (0x1A); a SAUCE record (http://www.acid.org/info/sauce/sauce.htm) describes the file after
its text. ANSI sequences (ECMA-48) that set colours are dropped; those that move the cursor cannot be.
"""

from __future__ import annotations

import codecs
import re

END = "\x1a"
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAUCE, _COMMENTS = 128, 104  # the length of a record, and the position of its number of comment lines
# Colours and other attributes, the character set that `tput sgr0` selects, and modes that show nothing.
_COLOUR = re.compile("\x1b(?:\\[[0-9;:]*m|\\(B|\\[\\?(?:7|25|33)[hl])")
_SEQUENCE = re.compile("\x1b(?:\\[[0-9;:?]*[ -/]*[@-~]?|.?)", re.DOTALL)


def marked_encoding(data: bytes) -> str | None:
    """The encoding that a byte-order mark of UTF-16 or UTF-32 announces."""
    return next((encoding for mark, encoding in _BOMS if data.startswith(mark)), None)


def decoded(data: bytes, *, guess: bool = False) -> str:
    """Decode a drawing: UTF-16 and UTF-32 with a byte-order mark, else UTF-8. Its SAUCE record is left out.

    Args:
        data: the file.
        guess: decode what is not UTF-8 by `guessed`; else such bytes become surrogates (U+DC80 … U+DCFF).

    Raises:
        ValueError: it is marked as UTF-16 or UTF-32, and is not.
    """
    if encoding := marked_encoding(data):
        return data.decode(encoding)
    data = without_sauce(data)
    if guess:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return guessed(data.partition(END.encode())[0])
    return data.decode("utf-8-sig", "surrogateescape")


def guessed(data: bytes) -> str:
    """Decode bytes that are not UTF-8: as DOS text (code page 437) if most of those above 127 are line drawing there,
    else as Windows text (code page 1252).
    """
    high = [byte for byte in data if byte > 0x7F]
    drawn = sum(0xB0 <= byte <= 0xDF for byte in high)
    try:
        return data.decode("cp437" if 2 * drawn > len(high) else "cp1252")
    except UnicodeDecodeError:  # five bytes are undefined in code page 1252
        return data.decode("latin-1")


def without_sauce(data: bytes) -> bytes:
    """Cut off a SAUCE record and its comments."""
    if len(data) < _SAUCE or data[-_SAUCE:][:5] != b"SAUCE":
        return data
    comments = 5 + 64 * data[-_SAUCE:][_COMMENTS]
    data = data[:-_SAUCE]
    return data[:-comments] if data[-comments:][:5] == b"COMNT" else data


def until_end(text: str) -> str:
    """The text up to the first ^Z."""
    return text.partition(END)[0]


def without_colours(text: str) -> str:
    """Drop the ANSI sequences that only colour."""
    return _COLOUR.sub("", text) if "\x1b" in text else text


def first_colour(text: str) -> int | None:
    """Index of the first ANSI sequence that only colours, if there is one."""
    found = _COLOUR.search(text)
    return None if found is None else found.start()


def first_sequence(text: str) -> tuple[int, str] | None:
    """Index and notation (such as `ESC[2J`) of the first escape sequence, if there is one."""
    found = _SEQUENCE.search(text)
    return None if found is None else (found.start(), "ESC" + ascii(found[0][1:])[1:-1])


def plain(text: str) -> str:
    """The text up to the first ^Z, without colours if it holds no other escape sequence."""
    text = until_end(text)
    bare = without_colours(text)
    return text if "\x1b" in bare else bare
