"""Sheets of glyphs, and the atlases that are cut from them, as arrays; see `glyphs` for what they are."""

from __future__ import annotations

import functools
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from asciivae.errors import AsciivaeError
from asciivae.render.rasterise import SIDE, rasterise
from asciivae.text.charset import SIZE

if TYPE_CHECKING:
    from numpy.typing import NDArray

Cell = Literal["tight", "logged"]
Resampling = Literal["area", "plain", "antialias"]
BUNDLED = ("dejavu-sans-mono",)
COLUMNS = 19
SPLIT = 8
SPECK = 0.15


def atlas_array(font: str = BUNDLED[0], *, res: tuple[int, int] = (18, 9)) -> NDArray[np.float32]:
    """The atlas of whole terminal cells, (95, h, w) in [0, 1], paper = 1; see `glyphs.atlas`.

    Args:
        font: a bundled name, or the path of a .ttf or .otf file.
        res: (h, w), pixels per character.
    """
    return cut_array(load_sheet(font, "tight"), cell="tight", res=res)


def drawn(grid: NDArray[np.uint8], glyphs: NDArray[Any]) -> NDArray[Any]:
    """Draw a page (H, W) of characters with glyphs (95, h, w): (H·h, W·w)."""
    rows, columns = grid.shape
    return glyphs[grid].swapaxes(1, 2).reshape(rows * glyphs.shape[1], columns * glyphs.shape[2])


def cut_array(
    sheet: NDArray[np.uint8], *, cell: Cell, res: tuple[int, int], zoom: int = 0, antialias: bool = True
) -> NDArray[np.float32]:
    """Cut an atlas (95, h, w) from a sheet (95, 64, 64) uint8; the arguments are those of `glyphs.atlas`."""
    if cell == "tight":
        grey = _resize(sheet.astype(np.float64), res, "area")
    else:
        kept = sheet[:, zoom:, zoom:].astype(np.float64)
        grey = np.rint(_resize(kept, res, "antialias" if antialias else "plain"))
    return np.asarray((grey / 255.0).clip(0.0, 1.0).astype(np.float32))


def stroke_array(font: str = BUNDLED[0], *, res: tuple[int, int] = (14, 7)) -> NDArray[np.float32]:
    """The stroke atlas, (95, h, w) in [0, 1], ink = 1; see `strokes`.

    Args:
        font: a bundled name, or the path of a .ttf or .otf file.
        res: (h, w), pixels per character.
    """
    height, width = res
    ink = 1.0 - load_sheet(font, "tight").astype(np.float64) / 255.0
    rows = resampling_matrix(ink.shape[1], height * SPLIT, "area")
    columns = resampling_matrix(ink.shape[2], width * SPLIT, "area")
    fine = (rows @ ink @ columns.T).reshape(-1, height, SPLIT, width, SPLIT)
    inked = fine > 0.5
    crossed = np.maximum(inked.any(axis=2).mean(axis=3), inked.any(axis=4).mean(axis=2))
    coverage = fine.mean(axis=(2, 4))
    return np.asarray((crossed * np.minimum(coverage / SPECK, 1.0)).astype(np.float32))


def load_sheet(font: str, cell: Cell) -> NDArray[np.uint8]:
    """Read a bundled sheet, or draw one from a font file: (95, 64, 64) uint8.

    Raises:
        AsciivaeError: no such bundled font, and no such file.
    """
    if font in BUNDLED:
        return _bundled_sheet(font, cell)
    path = Path(font)
    if not path.is_file():
        raise AsciivaeError(
            "is neither a bundled font nor a file",
            place=f"font {font!r}",
            hint=f"use one of: {', '.join(BUNDLED)}, or give the path of a .ttf file",
        )
    return rasterise(path)[cell]


@functools.cache
def _bundled_sheet(font: str, cell: Cell) -> NDArray[np.uint8]:
    from PIL.PngImagePlugin import PngImageFile  # Image.open imports the plugins of other formats too

    with resources.files("asciivae").joinpath("assets", f"{font}.{cell}.png").open("rb") as file:
        sheet = _from_contact_sheet(np.asarray(PngImageFile(file)))
    sheet.flags.writeable = False
    return sheet


def save_sheet(sheet: NDArray[np.uint8], path: Path) -> None:
    """Write a sheet (95, 64, 64) as one PNG of 19 columns and 5 rows."""
    from PIL import Image

    rows = sheet.reshape(-1, COLUMNS, SIDE, SIDE)
    Image.fromarray(rows.swapaxes(1, 2).reshape(-1, COLUMNS * SIDE)).save(path, optimize=True)


def _from_contact_sheet(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows = picture.reshape(-1, SIDE, COLUMNS, SIDE)
    return rows.swapaxes(1, 2).reshape(SIZE, SIDE, SIDE)


def _resize(glyphs: NDArray[np.float64], res: tuple[int, int], how: Resampling) -> NDArray[np.float64]:
    vertical = resampling_matrix(glyphs.shape[1], res[0], how)
    horizontal = resampling_matrix(glyphs.shape[2], res[1], how)
    return np.asarray(vertical @ glyphs @ horizontal.T)


def resampling_matrix(source: int, target: int, how: Resampling) -> NDArray[np.float64]:
    """The weights (target, source) of resampling along one axis; every row sums to 1.

    `area` averages the source over each target pixel. `plain` interpolates between two source pixels at
    max((d + ½)·source/target - ½, 0), as PyTorch does without antialiasing; `antialias` uses a triangle filter with
    the scale as half-width, as PyTorch and Pillow do.
    """
    scale = source / target
    centres = (np.arange(target)[:, None] + 0.5) * scale
    pixels = np.arange(source)[None, :]
    if how == "area":
        start, end = centres - scale / 2, centres + scale / 2
        weights = np.clip(np.minimum(end, pixels + 1) - np.maximum(start, pixels), 0.0, None)
    elif how == "plain":
        weights = np.clip(1.0 - np.abs(np.clip(centres - 0.5, 0.0, source - 1) - pixels), 0.0, None)
    else:
        reach = max(scale, 1.0)
        weights = np.clip(1.0 - np.abs(pixels + 0.5 - centres) / reach, 0.0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
