"""The lines of a picture, at 12 × 6 pixels a cell: of a photo its edges, of a line drawing its strokes, or as given.

Pixels of the page are square, since a cell is twice as high as wide: a page of W columns is the picture, 6·W wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from asciivae.drawing.edges import picture_edges
from asciivae.drawing.picture import Picture
from asciivae.drawing.raster import Field, Mask, components, extreme, smoothed, stretched, thinned, within
from asciivae.errors import ArtError

Kind = Literal["auto", "edges", "strokes", "given"]
Found = Literal["edges", "strokes", "given"]

CELL = (12, 6)
"""(h, w), pixels per character."""

MOST_COLUMNS, MOST_ROWS = 512, 512

DARK = 0.5
"""With `given`: what is darker is a line."""

COVERED = 0.3
"""Where a mask shrinks by a factor: the fraction of this over the factor makes a pixel; a thin line has 0.5 to 1."""

INK_CONTRAST = 0.3
"""Ink of a line drawing is darker than the paper around by this fraction of the paper's tone."""

SPECK = 6.0
"""Specks of ink below this area, in pixels of the page, are left out at detail 0; half of it at 0.5."""

PAPER_SHARE, MOST_MIDTONES = 0.6, 0.12
"""A line drawing has at least so much paper of one tone, and at most so much that is neither paper nor ink."""


@dataclass(frozen=True)
class Lines:
    """Lines of a page of H × W cells.

    Attributes:
        strength: (12·H, 6·W) float32 in [0, 1], 0 where there is no line.
        clean: they are exactly as they were given, cell for cell.
        kind: how they were found.
        reason: why so, for a person.
    """

    strength: Field
    clean: bool
    kind: Found
    reason: str

    @property
    def cells(self) -> tuple[int, int]:
        """(H, W)."""
        return self.strength.shape[0] // CELL[0], self.strength.shape[1] // CELL[1]


class Verdict(NamedTuple):
    """What a picture is taken for."""

    kind: Found
    reason: str


def page_cells(size: tuple[int, int], width: int | None = None, height: int | None = None) -> tuple[int, int]:
    """The rows and columns of a page for a picture of (h, w) pixels: cells are twice as high as wide.

    Args:
        size: (h, w) of the picture.
        width: columns; with `height` the most that there may be.
        height: rows, likewise.

    Raises:
        ArtError: the page would have more than 512 rows or columns.
    """
    ratio = size[0] / size[1] / 2.0
    if width is None and height is None:
        raise ValueError("width or height must be given")
    if width is None or (height is not None and _at_least_1(width * ratio) > height):
        assert height is not None
        rows, columns = height, _at_least_1(height / ratio)
        columns = columns if width is None else min(columns, width)
    else:
        rows, columns = _at_least_1(width * ratio), width
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise ArtError(
            f"the page would have {rows} rows of {columns} columns, more than {MOST_ROWS} × {MOST_COLUMNS}",
            hint="give a smaller --width, or --height, or crop the picture",
        )
    return rows, columns


def _at_least_1(value: float) -> int:
    return max(1, round(value))


def find_lines(picture: Picture, cells: tuple[int, int], *, kind: Kind = "auto", detail: float = 0.5) -> Lines:
    """Find the lines of a picture.

    Args:
        picture: what was read.
        cells: (H, W) of the page.
        kind: `edges` of a photo, `strokes` of a line drawing, the dark pixels as `given`, or `auto`.
        detail: from 0, the main lines only, to 1, nearly all.
    """
    verdict = judge(picture) if kind == "auto" else Verdict(kind, "as asked")
    if verdict.kind == "given":
        mask, clean = _given(picture, cells)
        return Lines(mask.astype(np.float32), clean, *verdict)
    if verdict.kind == "strokes":
        return Lines(_strokes(picture, cells, detail), False, *verdict)
    return Lines(picture_edges(resized(picture.rgb, cells), CELL, detail), False, *verdict)


def judge(picture: Picture) -> Verdict:
    """Decide whether a picture is a line drawing or a photo, by its tones."""
    rgb = picture.rgb
    step = max(1, int(max(rgb.shape[:2]) / 600))
    sample = rgb[::step, ::step].astype(np.float32) / 255.0
    grey = sample @ np.array([0.299, 0.587, 0.114], np.float32)
    counts, edges = np.histogram(grey, bins=32, range=(0.0, 1.0))
    mode = int(counts.argmax())
    paper = float(edges[mode : mode + 2].mean())
    on_paper = np.abs(grey - paper) < 0.08
    ink = np.abs(grey - paper) > 0.35
    share, midtones = float(on_paper.mean()), float((~on_paper & ~ink).mean())
    red, green, blue = np.moveaxis(sample, -1, 0)
    most, least = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    colour = float((most - least > 0.25).mean())
    extreme = paper > 0.75 or paper < 0.25
    if share >= PAPER_SHARE and midtones <= MOST_MIDTONES and colour <= 0.1 and extreme and ink.any():
        return Verdict("strokes", f"{share:.0%} of it is paper of one tone, {midtones:.0%} neither paper nor ink")
    drawn = _on_uneven_paper(grey) if colour <= 0.1 else None
    if drawn is not None:
        return Verdict("strokes", f"{drawn:.0%} of it is strokes on paper in uneven light")
    return Verdict("edges", f"{share:.0%} of it is of one tone, {midtones:.0%} in between, {colour:.0%} coloured")


def _on_uneven_paper(grey: Field) -> float | None:
    """The fraction of ink of a sketch that was photographed: few strokes, darker than the paper around; else None."""
    if np.median(grey) < 0.35 or min(grey.shape) < 32:
        return None
    contrast, paper = _contrast(grey, max(grey.shape) / 14.0, closed=True)
    ink, midtones = float((contrast > 0.4).mean()), float(((contrast >= 0.2) & (contrast <= 0.4)).mean())
    sketched = 0.05 <= ink <= 0.2 and midtones <= 0.15 and float(paper.min()) >= 0.3
    return ink if sketched else None


def _contrast(grey: Field, reach: float, *, closed: bool = False) -> tuple[Field, Field]:
    """How much darker than the paper around each pixel is, relative to it, and the paper: the local upper tone.

    Args:
        grey: (h, w) in [0, 1].
        reach: how far around, in pixels.
        closed: a dark area that is wider than the reach is paper, too: strokes alone are ink.
    """
    step = max(1, int(reach / 8.0))
    size = max(3, round(reach / step)) | 1
    paper = extreme(smoothed(grey, 0.7, truncate=4.0)[::step, ::step], size, most=True)
    paper = extreme(paper, size, most=False) if closed else smoothed(paper, size / 2.0, truncate=4.0)
    paper = stretched(paper, (grey.shape[0], grey.shape[1]))
    return np.asarray((paper - grey) / np.maximum(paper, 0.2), np.float32), paper


def resized(rgb: NDArray[np.uint8], cells: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture (h, w, 3) at the resolution of a page: (12·H, 6·W, 3), areas averaged, or interpolated if smaller."""
    from PIL import Image

    height, width = cells[0] * CELL[0], cells[1] * CELL[1]
    shrinks = rgb.shape[0] >= height and rgb.shape[1] >= width
    how = Image.Resampling.BOX if shrinks else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(rgb).resize((width, height), how))


def _given(picture: Picture, cells: tuple[int, int]) -> tuple[Mask, bool]:
    """The dark pixels at the resolution of the page, and whether they were so already."""
    dark = picture.grey < DARK
    size = (cells[0] * CELL[0], cells[1] * CELL[1])
    if dark.shape == size:
        return dark, True
    return _pooled(dark, size), False


def _pooled(mask: Mask, size: tuple[int, int]) -> Mask:
    """A mask at another size: where it shrinks, a line of one pixel still counts; where it grows, nearest pixels."""
    from PIL import Image

    height, width = size
    factor = max(mask.shape[0] / height, mask.shape[1] / width)
    if factor <= 1.0:
        rows = np.minimum(((np.arange(height) + 0.5) * mask.shape[0] / height).astype(int), mask.shape[0] - 1)
        columns = np.minimum(((np.arange(width) + 0.5) * mask.shape[1] / width).astype(int), mask.shape[1] - 1)
        return np.asarray(mask[rows][:, columns])
    share = Image.fromarray(mask.astype(np.uint8) * np.uint8(255)).resize((width, height), Image.Resampling.BOX)
    return np.asarray(np.asarray(share) > 255.0 * COVERED / factor)


def _strokes(picture: Picture, cells: tuple[int, int], detail: float) -> Field:
    """The middle of a drawing's strokes and the outlines of its solid areas, one pixel wide."""
    size = (cells[0] * CELL[0], cells[1] * CELL[1])
    ink = _ink(picture.grey, size)
    # Where the drawing is much larger than the page, it is thinned at twice the page's resolution.
    factor = min(max(ink.shape[0] / size[0], 1.0), 2.0)
    work = (round(size[0] * factor), round(size[1] * factor))
    ink = _without_specks(_pooled(ink, work), SPECK * (1.0 - detail) * factor**2)
    solid, lines = _solid(ink, 0.75 * factor * CELL[1])
    thin = thinned(lines)
    border = solid & ~_shrunk(solid)
    # Each pixel of a line has its place on the page, so that no line breaks where it becomes smaller.
    drawn = np.zeros(size, np.bool_)
    y, x = np.nonzero(thin | border)
    drawn[(2 * y + 1) * size[0] // (2 * work[0]), (2 * x + 1) * size[1] // (2 * work[1])] = True
    return thinned(drawn).astype(np.float32)


def _without_specks(ink: Mask, least: float) -> Mask:
    """Ink without connected parts of less than `least` pixels."""
    labels = components(ink).labels
    keep = np.bincount(labels.ravel()) >= least
    keep[0] = False
    return np.asarray(keep[labels])


def _ink(grey: Field, size: tuple[int, int]) -> Mask:
    """Where a drawing has ink: darker (or, on dark paper, lighter) than the paper around it."""
    if np.median(grey) < 0.4:
        grey = 1.0 - grey
    contrast, _ = _contrast(grey, 4.0 * CELL[0] * grey.shape[0] / size[0])
    return contrast > INK_CONTRAST


def _solid(ink: Mask, radius: float) -> tuple[Mask, Mask]:
    """Split ink into areas in which a disc of `radius` pixels fits, and lines."""
    core = ink & ~within(~np.pad(ink, 1), radius)[1:-1, 1:-1]
    if not core.any():
        return core, ink
    # Grown back by the disc: an opening.
    solid = ink & within(core, radius)
    near = within(solid, 1.5)
    rest = ink & ~solid
    # Slivers that the disc leaves along an area's border are not lines.
    labels, count = components(rest)
    touches, reaches = (np.zeros(count + 1, np.bool_) for _ in range(2))
    touches[labels[rest & near]] = True
    reaches[labels[rest & ~within(solid, 2.0 * radius)]] = True
    keep = ~touches | reaches
    keep[0] = False
    return solid, keep[labels]


def _shrunk(mask: Mask) -> Mask:
    """A mask without its pixels that touch paper or the edge of the picture's ink on four sides."""
    padded = np.pad(mask, 1, mode="edge")
    return np.asarray(mask & padded[2:, 1:-1] & padded[:-2, 1:-1] & padded[1:-1, 2:] & padded[1:-1, :-2])
