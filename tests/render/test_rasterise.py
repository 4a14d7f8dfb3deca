import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from asciivae.errors import AsciivaeError
from asciivae.render.rasterise import rasterise
from asciivae.render.sheets import BUNDLED, load_sheet
from asciivae.text.charset import CHARSET

Sheets = dict[str, NDArray[np.uint8]]


def rows_and_columns(inked: NDArray[np.bool_]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first and last row, and the first and last column, that hold ink."""
    rows, columns = np.nonzero(inked)
    return (int(rows.min()), int(rows.max())), (int(columns.min()), int(columns.max()))


def test_a_font_gives_two_sheets_of_64_by_64_glyphs(sheets: Sheets) -> None:
    assert sorted(sheets) == ["logged", "tight"]
    for sheet in sheets.values():
        assert sheet.shape == (95, 64, 64)
        assert sheet.dtype == np.uint8


@pytest.mark.parametrize("cell", ["tight", "logged"])
def test_the_space_is_paper_and_every_other_character_is_drawn_differently(sheets: Sheets, cell: str) -> None:
    sheet = sheets[cell]
    assert (sheet[0] == 255).all()
    assert len({glyph.tobytes() for glyph in sheet}) == 95
    assert (sheet[1:].min(axis=(1, 2)) < 128).all()


@pytest.mark.parametrize("own", [True, False], ids=["own font", "bundled font"])
def test_logged_ink_fills_rows_14_to_55_and_columns_19_to_43(sheets: Sheets, own: bool) -> None:
    sheet = sheets["logged"] if own else load_sheet(BUNDLED[0], "logged")
    rows, (first, last) = rows_and_columns(sheet.min(axis=0) < 255)
    assert rows == (14, 55)
    assert first >= 19
    assert last <= 43


def test_tight_glyphs_are_the_average_of_a_large_drawing_of_the_whole_cell(sheets: Sheets, font_file: Path) -> None:
    face = ImageFont.truetype(str(font_file), 1024)
    ascent, descent = face.getmetrics()
    width = round(max(face.getlength(c) for c in CHARSET))
    image = Image.new("L", (width, ascent + descent), 255)
    ImageDraw.Draw(image).text(((width - face.getlength("g")) / 2, 0), "g", fill=0, font=face)
    pixels = np.asarray(image, dtype=np.float64)
    glyph = sheets["tight"][CHARSET.index("g")]
    assert glyph.mean() == pytest.approx(pixels.mean(), abs=0.5)
    large = [part.mean() for band in np.array_split(pixels, 4) for part in np.array_split(band, 2, axis=1)]
    small = [part.mean() for band in np.split(glyph, 4) for part in np.split(band, 2, axis=1)]
    assert small == pytest.approx(large, abs=1.0)
    assert max(large) - min(large) > 50


def test_a_narrow_character_of_a_proportional_font_stands_in_the_middle(sheets: Sheets) -> None:
    columns = (255.0 - sheets["tight"][CHARSET.index("|")]).sum(axis=0)
    assert columns @ np.arange(64) / columns.sum() == pytest.approx(31.5, abs=1.0)


def test_in_the_bundled_tight_sheet_lines_reach_the_neighbouring_cells() -> None:
    sheet = load_sheet(BUNDLED[0], "tight")
    _, across = rows_and_columns(sheet[CHARSET.index("_")] < 128)
    (top, bottom), _ = rows_and_columns(sheet[CHARSET.index("|")] < 128)
    assert across == (0, 63)
    assert top < 10
    assert bottom == 63


def test_error_for_a_missing_font(tmp_path: Path) -> None:
    path = tmp_path / "none.ttf"
    with pytest.raises(AsciivaeError) as caught:
        rasterise(path)
    assert (
        str(caught.value)
        == f"{path}: cannot be read as a font (cannot open resource)\n\nhint: give a .ttf or .otf file"
    )


def test_error_for_a_file_that_is_no_font(tmp_path: Path) -> None:
    path = tmp_path / "notes.ttf"
    path.write_text("these are notes")
    with pytest.raises(AsciivaeError) as caught:
        rasterise(path)
    assert (
        str(caught.value) == f"{path}: cannot be read as a font (unknown file format)\n\nhint: give a .ttf or .otf file"
    )


def test_error_for_a_font_without_ink(tmp_path: Path, font_file: Path) -> None:
    data = bytearray(font_file.read_bytes())
    entry = data.index(b"loca")  # where every glyph's outline is: now all of them are empty
    start, length = struct.unpack_from(">II", data, entry + 8)
    data[start : start + length] = bytes(length)
    path = tmp_path / "empty.ttf"
    path.write_bytes(data)
    with pytest.raises(AsciivaeError) as caught:
        rasterise(path)
    assert str(caught.value) == (
        f"{path}: has no glyphs for printable ASCII characters\n\nhint: give a text font, not a symbol font"
    )


@pytest.mark.parametrize("units", [0, 1, 16, 200])
def test_a_wrong_number_of_units_per_em_takes_no_memory(tmp_path: Path, font_file: Path, units: int) -> None:
    data = bytearray(font_file.read_bytes())
    start, _ = struct.unpack_from(">II", data, data.index(b"head") + 8)
    struct.pack_into(">H", data, start + 18, units)
    path = tmp_path / "large.ttf"
    path.write_bytes(data)
    with pytest.raises(AsciivaeError, match=r"the limit is 4 em|cannot be read as a font") as caught:
        rasterise(path)
    assert caught.value.place == str(path)


@pytest.mark.parametrize("seed", range(3))
def test_damaged_fonts_are_drawn_or_refused(tmp_path: Path, font_file: Path, seed: int) -> None:
    """Bytes of the glyphs and of their metrics are replaced; `tests/campaigns` does more."""
    data = bytearray(font_file.read_bytes())
    draw = np.random.default_rng(seed)
    for table in (b"glyf", b"hmtx", b"hhea"):
        start, length = struct.unpack_from(">II", data, data.index(table) + 8)
        for _ in range(40):
            data[start + int(draw.integers(length))] = int(draw.integers(256))
    path = tmp_path / "damaged.ttf"
    path.write_bytes(data)
    with suppress(AsciivaeError):  # and nothing else
        assert rasterise(path)["tight"].shape == (95, 64, 64)
