"""Drawings as PNG files, pixel by pixel."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from asciivae.errors import AsciivaeError
from asciivae.report.png import GAP, PER_ROW, in_rows, save_drawings
from asciivae.text.art import from_lines

GLYPHS = torch.linspace(0, 1, 95 * 6).view(95, 3, 2).flip(0)  # every pixel of every glyph is another grey


def test_every_glyph_is_where_its_character_stands(tmp_path: Path) -> None:
    rows = [(from_lines(["ab", "c"]), from_lines(["d"])), (from_lines(["xyz"]),)]
    save_drawings(tmp_path / "a.png", rows, GLYPHS)

    page = ["", "", "  ab   d", "  c", "", "", "  xyz", "", ""]
    width = GAP + 3 + GAP + 1 + GAP  # a column is as wide as its widest piece
    expected = np.full((len(page) * 3, width * 2), 0, np.uint8)
    for y, line in enumerate(page):
        for x, character in enumerate(line.ljust(width)):
            glyph = (GLYPHS[ord(character) - 32] * 255).round().numpy().astype(np.uint8)
            expected[y * 3 : y * 3 + 3, x * 2 : x * 2 + 2] = glyph
    image = Image.open(tmp_path / "a.png")
    assert (image.format, image.mode) == ("PNG", "L")
    assert np.array_equal(np.asarray(image), expected)


def test_many_drawings_go_into_rows_in_their_order() -> None:
    drawings = [from_lines([character]) for character in "abcdefghi"]
    rows = in_rows(drawings)

    assert [len(row) for row in rows] == [PER_ROW, PER_ROW, 1]
    assert [drawing for row in rows for drawing in row] == drawings
    assert in_rows([]) == []


def test_a_picture_that_is_too_large_is_an_error_before_it_is_made(tmp_path: Path) -> None:
    rows = [(np.ones((4000, 5000), np.uint8),)]
    with pytest.raises(AsciivaeError) as caught:
        save_drawings(tmp_path / "a.png", rows, GLYPHS)
    assert str(caught.value) == (
        f"{tmp_path / 'a.png'}: 1 drawings make a picture of more than 100 million pixels\n\nhint: draw fewer at a time"
    )
    assert not (tmp_path / "a.png").exists()


def test_a_picture_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere" / "a.png"):
        with pytest.raises(AsciivaeError, match="cannot be written: ") as caught:
            save_drawings(place, [(from_lines(["x"]),)], GLYPHS)
        assert (caught.value.place, caught.value.hint) == (str(place), "name another --png file")


def test_titles_stand_above_the_drawings_and_rules_divide_the_rows(tmp_path: Path) -> None:
    rows = [(from_lines(["ab", "cd"]), from_lines(["x"])), (from_lines(["e"]),)]
    save_drawings(tmp_path / "a.png", rows, GLYPHS, [("a/long", "é!"), ("z",)])

    page = [
        *("", "", "", "  ong ?!", "", "  ab  x", "  cd", "", "  -----"),
        *("", "  z", "", "  e", "", ""),
    ]
    width = GAP + 2 + GAP + 1 + GAP
    image = np.asarray(Image.open(tmp_path / "a.png"))
    assert image.shape == (len(page) * 3, width * 2)
    for y, line in enumerate(page):
        for x, character in enumerate(line.ljust(width)[:width]):
            glyph = (GLYPHS[ord(character) - 32] * 255).round().numpy().astype(np.uint8)
            assert np.array_equal(image[y * 3 : y * 3 + 3, x * 2 : x * 2 + 2], glyph), (y, x)
