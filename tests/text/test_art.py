import io
import os
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asciivae.errors import ArtError, AsciivaeError, Place, UsageError
from asciivae.text.art import (
    MAX_BYTES,
    MAX_SIDE,
    centre,
    crop,
    from_lines,
    parse,
    read,
    side_by_side,
    to_text,
    trim,
)
from asciivae.text.charset import CHARSET, SPACE

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"

lines = st.text(st.sampled_from(CHARSET), max_size=12)
drawings = st.lists(lines, min_size=1, max_size=8).filter(lambda ls: any(line.strip() for line in ls)).map("\n".join)


def refused(data: bytes | str, **options: str) -> ArtError:
    with pytest.raises(ArtError) as caught:
        parse(data, name="cat.txt", **options)
    assert caught.value.hint
    return caught.value


# --- parse: what is accepted


def test_parse_gives_ids_padded_on_the_right() -> None:
    grid = parse(CAT)
    assert grid.dtype == np.uint8
    assert grid.shape == (3, 7)
    assert grid[0].tolist() == [ord(c) - 32 for c in " /\\_/\\ "]
    assert to_text(grid) == CAT


DRESSES: dict[str, bytes | str] = {
    "str": CAT,
    "bytes": CAT.encode(),
    "no final newline": CAT.rstrip("\n"),
    "mark": b"\xef\xbb\xbf" + CAT.encode(),
    "mark in str": "\ufeff" + CAT,
    "CR LF": CAT.replace("\n", "\r\n"),
    "CR": CAT.replace("\n", "\r"),
    "trailing blanks": CAT.replace("\n", "  \t\n"),
    "blank lines": CAT + "\n \n\t\n",
}


@pytest.mark.parametrize("data", DRESSES.values(), ids=DRESSES)
def test_parse_takes_the_same_drawing_in_any_dress(data: bytes | str) -> None:
    assert np.array_equal(parse(data), parse(CAT))


def test_parse_keeps_indentation_and_blank_lines_at_the_start() -> None:
    assert to_text(parse("\n\n  x\n")) == "\n\n  x\n"


def test_parse_expands_tabs_to_columns_of_eight() -> None:
    assert to_text(parse("a\tb\n1234567\tb\n12345678\tb\n")) == "a       b\n1234567 b\n12345678        b\n"


@pytest.mark.parametrize("by", ["?", " ", "\\", "#"])
def test_replace_maps_every_stranger_one_for_one(by: str) -> None:
    assert to_text(parse("a█é\x07b\n", replace=by)) == f"a{by * 3}b\n"
    assert to_text(parse(b"a\xe9\xe8b\xc3\xa9c", replace=by)) == f"a{by * 2}b{by}c\n"


# --- parse: what is refused


def test_a_stranger_is_named_with_its_place_and_the_count_of_others() -> None:
    error = refused("ok\nab█c\n░\t▒\n")
    assert error.place == Place("cat.txt", 2, 3)
    assert error.message == "U+2588 '█' is not one of the 95 printable ASCII characters (2 more in the text)"
    assert "--replace '?'" in str(error.hint)


def test_a_control_character_is_named_but_not_shown() -> None:
    error = refused("x\r\ny\x07")
    assert error.headline == "cat.txt:2:2: U+0007 is not one of the 95 printable ASCII characters"
    assert refused("a\fb").headline.startswith("cat.txt:1:2: U+000C is not")
    assert refused("\x7f").headline.startswith("cat.txt:1:1: U+007F is not")


def test_bytes_that_are_not_utf8_are_placed() -> None:
    error = refused("ab\ncafé".encode("latin-1"))
    assert error.headline == "cat.txt:2:4: byte 0xE9 is not UTF-8 text"
    assert "--replace" in str(error.hint)


@pytest.mark.parametrize("replace", [None, "?"])
def test_a_nul_byte_means_binary_whatever_the_replacement(replace: str | None) -> None:
    with pytest.raises(ArtError) as caught:
        parse("ab\nc".encode("utf-16-le"), name="cat.txt", replace=replace)
    assert caught.value.headline == "cat.txt:1:2: this is not a text file: it contains a NUL byte"
    assert "iconv -f UTF-16" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "it is empty"), ("\ufeff", "it is empty"), (" \n\t\r\n", "it contains only blanks")],
)
def test_blank_texts(data: bytes | str, message: str) -> None:
    error = refused(data)
    assert error.headline == f"cat.txt: {message}"
    assert error.hint == "give a text with at least one visible character"


def test_too_large_texts() -> None:
    error = refused(b"x" * (MAX_BYTES + 1))
    assert error.headline == "cat.txt: the text is larger than 1 MiB, the limit for one piece"
    assert error.hint == "give one drawing per file"
    error = refused("x\n" * (MAX_SIDE + 1))
    assert error.headline == "cat.txt:4097: the text has 4097 lines, more than the limit of 4096 for one piece"
    error = refused("x\n" + "\t" * 512 + "x")
    assert error.headline == "cat.txt:2: the line has 4097 columns, more than the limit of 4096 for one piece"
    assert parse("x" * MAX_SIDE + "\n" * 9000).shape == (1, MAX_SIDE)


@pytest.mark.parametrize("by", ["", "??", "█", "\n", "\t"])
def test_the_replacement_must_itself_be_a_character_of_the_charset(by: str) -> None:
    with pytest.raises(UsageError, match="is not one printable ASCII character") as caught:
        parse(CAT, replace=by)
    assert caught.value.place == "--replace"
    assert caught.value.hint == "for example --replace '?'"


# --- parse: properties


@settings(deadline=None)
@given(drawings)
def test_to_text_then_parse_is_the_identity(text: str) -> None:
    grid = parse(text)
    assert np.array_equal(parse(to_text(grid)), grid)
    assert to_text(parse(to_text(grid).encode())) == to_text(grid)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100), st.none() | st.text(max_size=2))
def test_anything_parses_or_is_refused_in_our_own_words(data: bytes | str, replace: str | None) -> None:
    try:
        grid = parse(data, replace=replace)
    except (ArtError, UsageError) as error:
        said_all = bool(error.hint and error.place)
        assert said_all
    else:
        assert grid.ndim == 2
        assert grid.max() < 95
        assert (grid[-1] != SPACE).any()
        assert (grid[:, -1] != SPACE).any()


def test_two_thousand_random_texts_raise_only_our_own_errors() -> None:
    rng = random.Random(0)
    alphabet = [*"\n\r\t\f\0 ab~\x7f\ufeff█é\ud800\udce9\U0001f431"]
    parsed = 0
    for _ in range(2000):
        text = "".join(rng.choices(alphabet, k=rng.randrange(12)))
        data = text if rng.random() < 0.5 else text.encode("utf-8", "surrogatepass")
        try:
            parsed += parse(data, replace=rng.choice([None, "?"])).size > 0
        except AsciivaeError as error:
            str(error).encode()  # the message itself can be printed
    assert parsed > 200


# --- read


def test_read_takes_a_file_or_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cat.txt").write_text(CAT)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CAT.encode())))
    assert to_text(read(tmp_path / "cat.txt")) == to_text(read("-")) == CAT


def test_a_closed_standard_input_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(ArtError) as caught:
        read("-")
    assert str(caught.value) == (
        "<stdin>: standard input is closed\n\nhint: name a file, or pipe a drawing in: cat FILE | …"
    )


def test_read_names_the_file_in_errors_of_its_content(tmp_path: Path) -> None:
    path = tmp_path / "cat.txt"
    path.write_bytes(b"\xff")
    with pytest.raises(ArtError) as caught:
        read(path)
    assert caught.value.headline == f"{path}:1:1: byte 0xFF is not UTF-8 text"
    assert to_text(read(path, replace="#")) == "#\n"


def test_a_missing_file_is_met_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "kitten.txt").write_text(CAT)
    with pytest.raises(ArtError, match="there is no such file") as caught:
        read(tmp_path / "kiten.txt")
    assert caught.value.place == str(tmp_path / "kiten.txt")
    assert caught.value.hint == f"did you mean {tmp_path / 'kitten.txt'}?"
    with pytest.raises(ArtError) as caught:
        read(tmp_path / "zzz")
    assert caught.value.hint == f"list the folder: ls {tmp_path}"
    with pytest.raises(ArtError) as caught:
        read(tmp_path / "no" / "cat.txt")
    assert caught.value.hint == f"the folder {tmp_path / 'no'} does not exist either; check the working directory: pwd"


def test_a_folder_or_an_unreadable_file_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArtError, match="this is a folder, not a file") as caught:
        read(tmp_path)
    assert caught.value.hint == "name one of the files in it"

    with pytest.raises(ArtError, match="the file cannot be read: embedded null byte"):
        read("a\0b")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("asciivae.text.art.open_file", denied)
    with pytest.raises(ArtError, match="the file cannot be read: permission denied") as caught:
        read(tmp_path / "x")
    assert caught.value.hint == "check its permissions: ls -l FILE"


@pytest.mark.timeout(10)
def test_devices_and_fifos_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero", "/dev/null"):
        with pytest.raises(ArtError, match="it is not a regular file") as caught:
            read(path)
        assert caught.value.hint == "name a file, or pipe a drawing in: COMMAND | asciivae … -"


def test_pipes_that_a_shell_opened_are_read() -> None:
    reader, writer = os.pipe()
    os.write(writer, CAT.encode())
    os.close(writer)
    assert to_text(read(f"/dev/fd/{reader}")) == CAT
    os.close(reader)


def test_padding_counts_towards_the_limit_of_a_piece() -> None:
    with pytest.raises(ArtError, match="more than the limit of 4194304 cells"):
        parse("x" * 4096 + "\n.." * 2000)


# --- print, trim, centre, crop, side by side


def test_to_text_drops_trailing_blanks_and_ends_with_one_newline() -> None:
    assert to_text(from_lines(["a  ", "", " b", "   ", ""])) == "a\n\n b\n"
    assert to_text(from_lines(["  "])) == "\n"
    with pytest.raises(ValueError, match="class 99"):
        to_text(np.full((2, 2), 99, np.uint8))


def test_trim_crops_to_the_ink_and_says_where_it_was() -> None:
    box, offset = trim(from_lines(["", "  a ", "", " b", ""]))
    assert to_text(box) == " a\n\nb\n"
    assert box.shape == (3, 2)
    assert offset == (1, 1)
    empty, offset = trim(from_lines(["   "]))
    assert empty.shape == (0, 0)
    assert offset == (0, 0)


@pytest.mark.parametrize(
    ("side", "width", "symmetric", "logged"),
    [(8, 3, 2, 2), (8, 4, 2, 2), (7, 4, 1, 2), (7, 3, 2, 2), (7, 7, 0, 0)],
)
def test_the_two_rules_differ_only_for_an_odd_blank_on_an_odd_canvas(
    side: int, width: int, symmetric: int, logged: int
) -> None:
    piece = from_lines(["x" * width])
    for rule, left in (("symmetric", symmetric), ("logged", logged)):
        canvas, offset = centre(piece, 4, side, rule=rule)  # type: ignore[arg-type]
        assert canvas.shape == (4, side)
        assert offset == (1, left)
        assert np.flatnonzero(canvas[1]).tolist() == list(range(left, left + width))
        assert not canvas[[0, 2, 3]].any()


@settings(deadline=None)
@given(drawings, st.integers(0, 5), st.integers(0, 5), st.sampled_from(["symmetric", "logged"]))
def test_crop_takes_out_what_centre_put_in(text: str, more_rows: int, more_columns: int, rule: str) -> None:
    grid = parse(text)
    h, w = grid.shape
    canvas, offset = centre(grid, h + more_rows, w + more_columns, rule=rule)  # type: ignore[arg-type]
    assert np.array_equal(crop(canvas, offset, h, w), grid)
    assert (canvas != SPACE).sum() == (grid != SPACE).sum()


@pytest.mark.parametrize(("height", "width"), [(2, 7), (3, 6)])
def test_a_piece_larger_than_the_canvas_is_refused_with_both_sizes(height: int, width: int) -> None:
    with pytest.raises(ArtError) as caught:
        centre(parse(CAT), height, width)
    assert caught.value.message == f"the piece has 3 lines of 7 columns, the canvas {height} of {width}"
    assert caught.value.hint == "crop the piece, or use a model with a larger canvas"


def test_side_by_side_aligns_the_bar_and_fills_up_the_shorter_piece() -> None:
    assert side_by_side("ab\nc\n", "x\n") == "ab   |   x\nc    |\n"
    assert side_by_side("x", parse("ab\nc"), separator="|") == "x|ab\n |c\n"
    assert side_by_side(parse(CAT)) == CAT
