from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn import functional

from asciivae.errors import AsciivaeError
from asciivae.render.glyphs import atlas, cut, digest
from asciivae.render.sheets import BUNDLED, Cell, load_sheet, resampling_matrix, save_sheet
from asciivae.text.charset import CHARSET

RES = [(64, 64), (18, 9), (16, 16), (9, 9), (7, 5)]


@pytest.fixture
def sheet() -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (95, 64, 64), dtype=np.uint8)


@pytest.mark.parametrize("res", RES)
@pytest.mark.parametrize("cell", ["tight", "logged"])
def test_an_atlas_is_float32_in_the_unit_interval_and_its_space_is_paper(cell: Cell, res: tuple[int, int]) -> None:
    glyphs = atlas(cell=cell, res=res)
    assert glyphs.shape == (95, *res)
    assert glyphs.dtype == torch.float32
    assert 0.0 <= float(glyphs.min()) < 0.5
    assert float(glyphs.max()) == 1.0
    assert bool((glyphs[0] == 1.0).all())
    assert len({glyph.numpy().tobytes() for glyph in glyphs}) == 95 or min(res) < 9


def test_the_default_atlas_is_the_tight_cell_of_the_first_bundled_font() -> None:
    expected = cut(load_sheet(BUNDLED[0], "tight"), cell="tight", res=(18, 9))
    assert torch.equal(atlas(), expected)


def test_tight_glyphs_are_block_averages(sheet: NDArray[np.uint8]) -> None:
    expected = functional.avg_pool2d(torch.from_numpy(sheet.astype(np.float64)) / 255, (4, 8)).float()
    torch.testing.assert_close(cut(sheet, cell="tight", res=(16, 8)), expected, rtol=0, atol=1e-7)


def test_tight_glyphs_keep_the_mean_whatever_the_size(sheet: NDArray[np.uint8]) -> None:
    for res in RES:
        means = cut(sheet, cell="tight", res=res).double().mean(dim=(1, 2))
        np.testing.assert_allclose(means, sheet.mean(axis=(1, 2)) / 255, atol=1e-6)


@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("zoom", [0, 20, 22])
def test_logged_glyphs_are_cut_at_the_top_and_left_then_interpolated_and_rounded(
    sheet: NDArray[np.uint8], zoom: int, antialias: bool
) -> None:
    kept = torch.from_numpy(sheet.astype(np.float64))[None, :, zoom:, zoom:]
    grey = functional.interpolate(kept, (9, 7), mode="bilinear", align_corners=False, antialias=antialias)[0]
    levels = cut(sheet, cell="logged", res=(9, 7), zoom=zoom, antialias=antialias) * 255
    torch.testing.assert_close(levels, levels.round(), rtol=0, atol=1e-4)
    # Half a level is the rounding itself.
    torch.testing.assert_close(levels.double(), grey, rtol=0, atol=0.5001)


def test_each_character_stands_at_its_own_place_in_the_bundled_sheets() -> None:
    glyphs = 1.0 - atlas(res=(64, 64))
    rows, columns = torch.arange(64.0)[:, None], torch.arange(64.0)

    def height(character: str) -> float:
        ink = glyphs[CHARSET.index(character)]
        return float((ink * rows).sum() / ink.sum())

    def side(character: str) -> float:
        ink = glyphs[CHARSET.index(character)]
        return float((ink * columns).sum() / ink.sum())

    assert height("^") < height("-") < height("_")
    assert height("'") < height(":") < height(",")
    assert side("(") < side("|") < side(")")


def test_save_sheet_lays_glyphs_out_in_19_columns_and_5_rows(sheet: NDArray[np.uint8], tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    save_sheet(sheet, path)
    with Image.open(path) as image:
        picture = np.asarray(image)
    assert picture.shape == (5 * 64, 19 * 64)
    for number in (0, 18, 19, 50, 94):
        row, column = divmod(number, 19)
        assert (picture[64 * row : 64 * row + 64, 64 * column : 64 * column + 64] == sheet[number]).all()


def test_an_atlas_of_a_font_file_is_cut_from_its_own_sheet(
    font_file: Path, sheets: dict[str, NDArray[np.uint8]]
) -> None:
    assert torch.equal(atlas(str(font_file), res=(12, 6)), cut(sheets["tight"], cell="tight", res=(12, 6)))


def test_error_for_an_unknown_font() -> None:
    with pytest.raises(AsciivaeError) as caught:
        atlas("comic-sans")
    assert str(caught.value) == (
        "font 'comic-sans': is neither a bundled font nor a file\n\n"
        "hint: use one of: dejavu-sans-mono, or give the path of a .ttf file"
    )


def test_digest_names_size_and_pixels() -> None:
    glyphs = atlas(res=(8, 4))
    name = digest(glyphs)
    assert len(name) == 16
    assert int(name, 16) >= 0
    assert digest(glyphs.clone()) == digest(glyphs.double()) == name
    assert digest(glyphs.reshape(95, 4, 8)) != name
    other = glyphs.clone()
    other[40, 3, 2] = 1.0 - other[40, 3, 2]
    assert digest(other) != name


def test_digest_ignores_what_8_bits_do_not_show() -> None:
    glyphs = torch.full((95, 2, 2), 100 / 255)
    assert digest(glyphs + 0.2 / 255) == digest(glyphs) != digest(glyphs + 0.8 / 255)


@pytest.mark.parametrize("how", ["area", "plain", "antialias"])
@pytest.mark.parametrize(("source", "target"), [(64, 16), (64, 9), (43, 7), (5, 5), (4, 11)])
def test_every_row_of_a_resampling_matrix_is_an_average(
    how: Literal["area", "plain", "antialias"], source: int, target: int
) -> None:
    matrix = resampling_matrix(source, target, how)
    assert matrix.shape == (target, source)
    assert (matrix >= 0).all()
    np.testing.assert_allclose(matrix.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(matrix[::-1, ::-1], matrix, atol=1e-12)


@pytest.mark.parametrize("how", ["plain", "antialias"])
@pytest.mark.parametrize(("source", "target"), [(64, 16), (64, 9), (43, 7), (5, 5), (4, 11)])
def test_bilinear_resampling_is_pytorchs(how: Literal["plain", "antialias"], source: int, target: int) -> None:
    unit = torch.eye(source, dtype=torch.float64)[None, None]
    expected = functional.interpolate(
        unit, (target, source), mode="bilinear", align_corners=False, antialias=how == "antialias"
    )
    np.testing.assert_allclose(resampling_matrix(source, target, how), expected[0, 0], atol=1e-12)


def test_area_resampling_shares_pixels_out_by_overlap() -> None:
    np.testing.assert_allclose(resampling_matrix(3, 2, "area"), [[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]])
