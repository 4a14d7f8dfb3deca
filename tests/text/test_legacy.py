"""Drawings in twelve encodings, from DOS to ANSI, are the drawing that their author saw, or are refused."""

from pathlib import Path

import pytest

from asciivae.errors import ArtError
from asciivae.text.art import parse, read, to_text
from asciivae.text.legacy import without_sauce

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
BOX = "┌─┐\n│█│\n└─┘\n"
SAUCE = b"SAUCE00" + b"a cat".ljust(35) + b"\0" * 62 + bytes([0]) + b"\0" * 23
COMMENTED = b"SAUCE00" + b"a cat".ljust(35) + b"\0" * 62 + bytes([2]) + b"\0" * 23


def text_of(data: bytes | str, **options: bool) -> str:
    return to_text(parse(data, **options))


@pytest.mark.parametrize(
    "data",
    [
        CAT.encode(),
        CAT.encode("utf-8-sig"),
        CAT.encode("utf-16"),
        b"\xfe\xff" + CAT.encode("utf-16-be"),
        CAT.encode("utf-32"),
        CAT.replace("\n", "\r\n").encode(),
        CAT.replace("\n", "\r").encode(),
        CAT.encode() + b"\x1a",
        CAT.encode() + b"\x1a" + b"rubbish \xff\0",
        CAT.encode() + b"\x1a" + SAUCE,
        CAT.encode() + SAUCE,
        CAT.encode() + b"\x1aCOMNT" + b"x" * 128 + COMMENTED,
        CAT.encode() + b"COMNT" + b"x" * 128 + COMMENTED,
        b"\x1b[31m" + CAT.encode().replace(b"o.o", b"\x1b[1;38;5;9mo\x1b[m.\x1b[0mo") + b"\x1b(B\x1b[m",
        b"\x1b[?7h" + CAT.encode(),
    ],
)
def test_what_surrounds_a_drawing_is_not_read(data: bytes) -> None:
    assert len(SAUCE) == len(COMMENTED) == 128
    assert text_of(data) == CAT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp437"])
def test_line_drawing_can_be_transliterated(encoding: str) -> None:
    assert text_of(BOX.encode(encoding), transliterate=True) == "+-+\n|#|\n+-+\n"
    with pytest.raises(ArtError, match="--transliterate"):
        parse(BOX.encode(encoding))
    assert text_of("caf\u00e9 \u201cx\u201d".encode("cp1252"), transliterate=True) == 'cafe "x"\n'
    with pytest.raises(ArtError, match=r"U\+4E2D"):
        parse("\u4e2d", transliterate=True)


@pytest.mark.parametrize(
    ("sequence", "shown"),
    [("\x1b[2J", "ESC[2J"), ("\x1b[10;5H", "ESC[10;5H"), ("\x1b[3C", "ESC[3C"), ("\x1bM", "ESCM"), ("\x1b", "ESC")],
)
def test_movements_of_the_cursor_are_refused_with_their_place(sequence: str, shown: str) -> None:
    with pytest.raises(ArtError) as caught:
        parse(f"\x1b[31mab\nc{sequence}", name="a.ans")
    assert str(caught.value.place) == "a.ans:2:2"
    assert caught.value.message.startswith(f"the escape sequence {shown} is more than a colour")


@pytest.mark.parametrize("data", [b"\xff\xfea", b"\xff\xfe\x00\xd8", b"\xff\xfe\0\0a"])
def test_damaged_wide_text_is_refused(data: bytes) -> None:
    with pytest.raises(ArtError, match="marked as UTF-16 or UTF-32, but damaged"):
        parse(data)


def test_colours_that_are_dropped_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a").write_text("\x1b[31mx\x1b[m")
    assert to_text(read(tmp_path / "a")) == "x\n"
    assert f"{tmp_path}/a: ANSI colours are dropped" in caplog.text


def test_a_text_that_mentions_sauce_is_whole() -> None:
    assert without_sauce(b"SAUCE00") == b"SAUCE00"
    assert without_sauce(b"tomato SAUCE" + b"x" * 200) == b"tomato SAUCE" + b"x" * 200
