"""Spherical interpolation between two drawings in the latent space of a model.

Both drawings are placed on one page, centre on centre, and z moves along the arc

    z(t) = (sin((1-t)θ) z_a + sin(tθ) z_b) / sin θ,    θ the angle between z_a and z_b,    0 ≤ t ≤ 1

Unlike the straight line, it does not pass closer to zero, where less is drawn (Shoemake 1985; White 2016). With D(t)
the probabilities decoded from z(t), each cell of the page at t is the most probable character of

    D(t) + (1-t) (A - D(0)) + t (B - D(1))

where A and B are the probabilities of the drawings reconstructed on separate pages, blank beyond their cells. So the
ends are exactly these reconstructions, although a model may encode a drawing differently on a larger page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from asciivae.latent.pieces import pages_at_once, rebuilt
from asciivae.text.art import Grid, trim
from asciivae.text.canvas import Canvas
from asciivae.text.charset import SIZE, SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.latent.pieces import Coder

    Numbers = NDArray[np.float32]

Cell = tuple[int, int]
"""(row, column)."""


class Box(NamedTuple):
    """The position of a drawing in a window: its first cell, and its size."""

    row: int
    column: int
    height: int
    width: int

    @property
    def middle(self) -> tuple[float, float]:
        """The centre (row, column), in cells from the corner of the window."""
        return self.row + self.height / 2, self.column + self.width / 2


PARALLEL = 1e-3
"""If the sine of the angle between two latents is below this, the interpolation is linear."""


@dataclass(frozen=True)
class _End:
    """One end of an interpolation.

    Attributes:
        grid: (h, w), the reconstruction of the drawing.
        cell: the drawing's first cell on the common page, or outside of it if the drawing has blank margins.
        latent: z of the drawing on the common page.
        correction: (95, H, W), the probabilities of the reconstruction minus those decoded from `latent`.
    """

    grid: Grid
    cell: Cell
    latent: Numbers
    correction: Numbers


class Arc:
    """A spherical interpolation between two drawings; see the module.

    Args:
        coder: the model.
        canvas: places pieces on pages for the model.
        start: (h, w) uint8, the first drawing.
        end: the second one, of any size.

    Attributes:
        start, end: the position of each drawing in the window that the pages show, the smallest that holds both.

    Raises:
        ArtError, ModelError: a drawing, or the page for both, is too large for the model.
    """

    def __init__(self, coder: Coder, canvas: Canvas, start: Grid, end: Grid) -> None:
        self._coder, self._canvas = coder, canvas
        drawings = (start, end)
        heights, widths = zip(*(canvas.content(drawing).shape for drawing in drawings), strict=True)
        self._size = canvas.size_for(max(heights), max(widths))
        grids = [one.grid for one in rebuilt(coder, drawings, canvas)]
        self._ends = [self._end(drawing, grid) for drawing, grid in zip(drawings, grids, strict=True)]
        first = [end.cell for end in self._ends]
        beyond = [(end.cell[0] + end.grid.shape[0], end.cell[1] + end.grid.shape[1]) for end in self._ends]
        self._corner = (min(row for row, _ in first), min(column for _, column in first))
        self._shape = tuple(max(cell[axis] for cell in beyond) - self._corner[axis] for axis in (0, 1))
        self.start, self.end = (
            Box(end.cell[0] - self._corner[0], end.cell[1] - self._corner[1], *end.grid.shape) for end in self._ends
        )

    def pages(self, positions: Sequence[float], advanced: Callable[[int], object] | None = None) -> list[Grid]:
        """The page (h, w) at each position t in [0, 1].

        Args:
            positions: t of each page.
            advanced: called with the number of pages, after each batch of them.
        """
        at_once = pages_at_once(*self._size)
        pages: list[Grid] = []
        for first in range(0, len(positions), at_once):
            pages += self._decoded(positions[first : first + at_once])
            if advanced is not None:
                advanced(len(positions[first : first + at_once]))
        return pages

    def _decoded(self, positions: Sequence[float]) -> list[Grid]:
        start, end = self._ends
        probs = self._probabilities(np.stack([_between(start.latent, end.latent, t) for t in positions]))
        t = np.array(positions, np.float32)[:, None, None, None]
        probs += (1 - t) * start.correction + t * end.correction
        found = probs.argmax(1).astype(np.uint8)
        # The ends are exact by definition; the last digits of decoded values may depend on the batch size.
        exact = {0.0: start, 1.0: end}
        return [
            self._window(exact[t].grid, exact[t].cell) if t in exact else self._window(page, (0, 0))
            for t, page in zip(positions, found, strict=True)
        ]

    def _end(self, drawing: Grid, grid: Grid) -> _End:
        """Place a drawing on the common page.

        Its own page is shifted by multiples of the model's smallest page, which are multiples of its strides, so that
        its encoding is nearly the same as on its own page.
        """
        canvas = self._canvas
        content, own = canvas.content(drawing), canvas.size(drawing)
        alone, (row, column) = canvas.place(drawing, own)
        least = self._coder.canvas(1, 1)
        down, right = ((self._size[axis] - own[axis]) // 2 // least[axis] * least[axis] for axis in (0, 1))
        page = np.full(self._size, SPACE, np.uint8)
        cells = (
            slice(down + row, down + row + content.shape[0]),
            slice(right + column, right + column + content.shape[1]),
        )
        page[cells] = content
        latent = self._latent(page)
        probs = np.zeros((SIZE, *self._size), np.float32)
        probs[SPACE] = 1.0
        own_cells = slice(row, row + content.shape[0]), slice(column, column + content.shape[1])
        probs[:, *cells] = self._probabilities(self._latent(alone)[None])[0, :, *own_cells]
        margin = trim(drawing)[1] if canvas.trimmed else (0, 0)
        cell = (down + row - margin[0], right + column - margin[1])
        return _End(grid, cell, latent, probs - self._probabilities(latent[None])[0])

    def _latent(self, page: Grid) -> Numbers:
        return np.asarray(self._coder.encode(page[None].astype(np.int64))[0][0])

    def _probabilities(self, latents: Numbers) -> Numbers:
        logits = self._coder.decode(latents)
        likely = np.exp(logits - logits.max(1, keepdims=True))
        return np.asarray(likely / likely.sum(1, keepdims=True))

    def _window(self, grid: Grid, cell: Cell) -> Grid:
        """Crop or pad a grid that begins at a cell of the common page to the window."""
        shown = np.full(self._shape, SPACE, np.uint8)
        row, column = cell[0] - self._corner[0], cell[1] - self._corner[1]
        part = grid[max(-row, 0) :, max(-column, 0) :][
            : self._shape[0] - max(row, 0), : self._shape[1] - max(column, 0)
        ]
        shown[max(row, 0) :, max(column, 0) :][: part.shape[0], : part.shape[1]] = part
        return shown


def _between(start: Numbers, end: Numbers, t: float) -> Numbers:
    """z(t) of the module, for two latents of the same shape."""
    first, last = (latent.astype(np.float64) for latent in (start, end))
    lengths = math.sqrt((first**2).sum() * (last**2).sum())
    angle = math.acos(min(max((first * last).sum() / lengths, -1.0), 1.0)) if lengths > 0 else 0.0
    sine = math.sin(angle)
    if sine < PARALLEL:
        between = (1 - t) * first + t * last
    else:
        between = (math.sin((1 - t) * angle) * first + math.sin(t * angle) * last) / sine
    return np.asarray(between, np.float32)
