"""Views of edges: as pictures, and as characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asciivae.edges.pipeline import MARGIN, Edges
from asciivae.filters.windows import convolved, gaussian_window
from asciivae.render.sheets import BUNDLED, atlas_array, drawn
from asciivae.text.art import Grid
from asciivae.text.charset import SPACE, encode, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

PENS = {
    "-": (0.0, 0.5, 1.0, 0.5),
    "_": (0.0, 0.95, 1.0, 0.95),
    "|": (0.5, 0.0, 0.5, 1.0),
    "/": (0.0, 1.0, 1.0, 0.0),
    "\\": (0.0, 0.0, 1.0, 1.0),
    ".": (0.2, 0.8, 0.8, 0.8),
    "'": (0.1, 0.2, 0.9, 0.2),
}
"""The characters that contours are drawn with, and their strokes: (x, y, x, y) as fractions of the cell."""

BLUR = 0.3
"""The blur of lines and strokes before they are compared, in cell widths: tolerates small offsets."""

LABEL = (14, 7)
"""The pixels of a character of a title."""

GAP = 8
"""White pixels around and between the panels of a figure."""


def contour_picture(edges: Edges) -> NDArray[np.float32]:
    """The lines in black over the detector's response in light grey: (H·h, W·w) in [0, 1], paper = 1."""
    return np.asarray(np.minimum(1.0 - 0.25 * _page(edges, edges.strength), 1.0 - _drawn(edges)), np.float32)


def strength_picture(edges: Edges) -> NDArray[np.float32]:
    """The detector's response: (H·h, W·w) in [0, 1], strong edges dark."""
    return np.asarray(1.0 - _page(edges, edges.strength), np.float32)


def page_picture(grid: Grid, res: tuple[int, int] = (14, 7), font: str = BUNDLED[0]) -> NDArray[np.float32]:
    """A page as a terminal shows it: (H·h, W·w) in [0, 1], paper = 1."""
    return drawn(grid, atlas_array(font, res=res))


def contour_text(edges: Edges) -> Grid:
    """Draw the contour as characters: (h, w) ids, in each cell the character closest to the lines in it."""
    height, width = edges.settings.res
    scale = np.array([width, height, width, height], float)
    window = gaussian_window(BLUR, BLUR, 0.0, edges.settings.unit)[None]
    pens = [_lines_in((height, width), [(np.array(pen) * scale).reshape(2, 2)]) for pen in PENS.values()]
    glyphs = np.stack([convolved(pen, window)[0].ravel() for pen in pens])
    lines = _drawn(edges)
    cells = _cells(convolved(lines, window)[0], edges)
    distance = ((cells[:, :, None] - glyphs) ** 2).sum(3)
    # Skip cells in which a line only clips a corner: the neighbours show it.
    inked = _cells(lines, edges).mean(2) * height > 0.3
    return np.where(inked, encode("".join(PENS))[distance.argmin(2)], SPACE).astype(np.uint8)


def _cells(picture: NDArray[np.floating], edges: Edges) -> NDArray[np.floating]:
    """Cut a picture (H·h, W·w) into cells (H, W, h·w)."""
    (rows, columns), (height, width) = edges.size, edges.settings.res
    return picture.reshape(rows, height, columns, width).swapaxes(1, 2).reshape(rows, columns, height * width)


def figure(
    panels: Sequence[Sequence[NDArray[np.float32]]], scale: int = 1, titles: Sequence[Sequence[str]] = ()
) -> Image:
    """Arrange pictures in [0, 1] in rows of panels, as a greyscale image.

    Args:
        panels: the pictures.
        scale: enlarges everything.
        titles: the names of the panels, which are written above them; a line then divides the rows.
    """
    from PIL import Image

    rows = []
    for number, row in enumerate(panels):
        if titles:
            row = [_titled(panel, title, bool(number)) for panel, title in zip(row, titles[number], strict=True)]
        tallest = max(panel.shape[0] for panel in row)
        padded = [
            np.pad(p, ((0, tallest - p.shape[0]), (0, 0 if last else GAP)), constant_values=1.0)
            for p, last in zip(row, [False] * (len(row) - 1) + [True], strict=True)
        ]
        rows.append(np.concatenate(padded, axis=1))
    widest = max(row.shape[1] for row in rows)
    whole = np.concatenate(
        [np.pad(row, ((GAP, 0), (GAP, GAP + widest - row.shape[1])), constant_values=1.0) for row in rows]
    )
    whole = np.pad(whole, ((0, GAP), (0, 0)), constant_values=1.0)
    grey = (whole.clip(0.0, 1.0) * 255).round().astype(np.uint8)
    return Image.fromarray(np.kron(grey, np.ones((scale, scale), np.uint8)))


def _titled(panel: NDArray[np.float32], title: str, ruled: bool) -> NDArray[np.float32]:
    """A panel below its name, with a line on top."""
    glyphs = atlas_array(res=LABEL)
    name = encode(label(title, panel.shape[1] // LABEL[1]))
    whole = np.ones((panel.shape[0] + LABEL[0] + 4, panel.shape[1]), np.float32)
    if name.size:
        whole[2 : 2 + LABEL[0], : name.size * LABEL[1]] = np.concatenate(list(glyphs[name]), axis=1)
    whole[LABEL[0] + 4 :, : panel.shape[1]] = panel
    if ruled:
        whole[0] = 0.0
    return whole


def _page(edges: Edges, picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Crop the margin around the page."""
    top, left = MARGIN * edges.settings.res[0], MARGIN * edges.settings.res[1]
    return picture[top : picture.shape[0] - top, left : picture.shape[1] - left]


def _drawn(edges: Edges) -> NDArray[np.float32]:
    """The lines, one pixel wide: (H·h, W·w), 1 on a line."""
    height, width = edges.settings.res
    lines = [np.vstack([line.points, line.points[:1]]) if line.closed else line.points for line in edges.lines]
    shape = (edges.size[0] * height, edges.size[1] * width)
    return _lines_in(shape, [line * (width, height / 2) for line in lines])


def _lines_in(shape: tuple[int, int], lines: Sequence[NDArray[np.float64]]) -> NDArray[np.float32]:
    """Draw lines through points (n, 2) of (x, y) in pixels."""
    from PIL import Image, ImageDraw

    image = Image.new("F", (shape[1], shape[0]))
    pen = ImageDraw.Draw(image)
    for line in lines:
        # Pillow's coordinates refer to pixel centres.
        pixels = [(float(x), float(y)) for x, y in (line - 0.5).clip(0.0, (shape[1] - 1.0, shape[0] - 1.0))]
        if len(pixels) == 1:
            pen.point(pixels, fill=1.0)
        else:
            pen.line(pixels, fill=1.0)
    return np.array(image, dtype=np.float32)
