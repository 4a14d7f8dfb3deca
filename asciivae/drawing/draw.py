"""From a picture to a page of characters: the whole way, in one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from asciivae.drawing.lines import Kind, Lines, find_lines, page_cells, resized
from asciivae.errors import ArtError, UsageError
from asciivae.text.art import Grid, to_text
from asciivae.text.charset import SPACE

if TYPE_CHECKING:
    from asciivae.drawing.decode import LineReader, Traced, TracedPage
    from asciivae.drawing.picture import Picture

Style = Literal["line", "shade"]

WIDTH = 64
"""Columns, if nobody says otherwise."""

CLEAN_WEIGHT, WEIGHT = 0.4, 0.08
"""What the tracer's -log p counts in the search: more where the lines are exactly those of characters."""

FITTINGS = 2
"""How often `fit` warps the lines and draws them again."""

NOISE = 0.7
"""How loud the noise of a seed is, in nats."""


@dataclass(frozen=True, kw_only=True)
class DrawConfig:
    """How a picture is drawn.

    Attributes:
        width: columns; with `height` the most that there may be. 64 if neither is given.
        height: rows, likewise.
        lines: `edges` of a photo, `strokes` of a line drawing, dark pixels as `given`, or `auto`.
        detail: from 0, the main lines only, to 1, nearly all.
        style: `line`, or `shade`: tones with lines on top.
        fit: move the picture under the grid, so that its lines fall into cells.
        search: improve the page by local search.
        seed: 0 takes the likeliest characters, any other number a variation of its own.
    """

    width: int | None = None
    height: int | None = None
    lines: Kind = "auto"
    detail: float = 0.5
    style: Style = "line"
    fit: bool = False
    search: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is outside of its range."""
        for name, value in (("width", self.width), ("height", self.height)):
            if value is not None and not 1 <= value <= 512:
                raise UsageError(f"{value} is not between 1 and 512", place=name, hint="for example 64")
        if not 0.0 <= self.detail <= 1.0:
            raise UsageError(f"{self.detail} is not between 0 and 1", place="detail", hint="for example 0.5")
        if self.lines not in ("auto", "edges", "strokes", "given"):
            raise UsageError(f"{self.lines!r} is not known", place="lines", hint="use auto, edges, strokes or given")
        if self.style not in ("line", "shade"):
            raise UsageError(f"{self.style!r} is not known", place="style", hint="use line or shade")
        if self.seed < 0:
            raise UsageError("must not be negative", place="seed", hint="for example 1")


class Drawn(NamedTuple):
    """A picture as characters.

    Attributes:
        grid: (H, W) uint8, the characters.
        lines: what was drawn.
        distance: the `shape` distance of the page to its lines, in [0, 1].
        logp: the mean log-probability of the page's ink under the tracer, in nats.
    """

    grid: Grid
    lines: Lines
    distance: float
    logp: float

    @property
    def text(self) -> str:
        """The page as text; see `asciivae.text.art.to_text`."""
        return to_text(self.grid)


def stages(config: DrawConfig) -> int:
    """How often `draw_picture` ticks at most."""
    from asciivae.drawing.decode import ROUNDS

    return 1 + (ROUNDS + 2 * config.search) * (1 + FITTINGS * config.fit) + config.fit


def draw_picture(
    tracer: LineReader,
    picture: Picture,
    config: DrawConfig = DrawConfig(),
    *,
    tick: Callable[[], object] = lambda: None,
) -> Drawn:
    """Draw a picture.

    Args:
        tracer: the network; one of PyTorch in evaluation mode.
        picture: what was read.
        config: how.
        tick: called now and then while it works, for a progress bar; see `stages`.

    Raises:
        ArtError: no line is found in the picture, or the page would be too large.
    """
    from asciivae.drawing.likeness import line_distance

    width = WIDTH if config.width is None and config.height is None else config.width
    cells = page_cells(picture.rgb.shape[:2], width, config.height)
    lines = find_lines(picture, cells, kind=config.lines, detail=config.detail)
    tick()
    found = bool((lines.strength > 0.0).any())
    if not found and config.style == "line":
        raise ArtError(
            f"no line was found in the picture ({lines.kind})",
            place=picture.name,
            hint="try --detail 1, another --lines, --invert, or --style shade",
        )
    grid, logp = np.full(cells, SPACE, np.uint8), 0.0
    if found:
        lines, grid, logp = _traced(tracer, lines, config, tick)
    distance = line_distance(grid, lines)
    if config.style == "shade":
        from asciivae.drawing.shade import shade, with_lines_on_top

        grey = resized(picture.rgb, cells).astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32) / 255.0
        grid = with_lines_on_top(shade(grey, cells), grid)
    if not (grid != SPACE).any():
        raise ArtError("the page is blank", place=picture.name, hint="try --detail 1, another --lines, or --invert")
    return Drawn(grid, lines, distance, logp)


def trace(
    page: TracedPage,
    lines: Lines,
    *,
    searched: bool = True,
    noise: NDArray[np.float32] | None = None,
    tick: Callable[[], object] = lambda: None,
) -> Traced:
    """Choose the characters of lines: decode them, and search; then ask the tracer again, and search again.

    The second time the tracer says of each cell what it should be beside the characters that the search left there.
    Lines that are exactly those of characters need no second time: the search changes little.

    Args:
        page: the lines as the tracer reads them.
        lines: the lines.
        searched: without, the page is what was decoded.
        noise: (H, W, 95), see `decode`.
        tick: called now and then.
    """
    from asciivae.drawing.decode import Traced, conditional, decode
    from asciivae.drawing.search import search

    traced = decode(page, noise=noise, tick=tick)
    if not searched:
        return traced
    tick()
    if lines.clean:
        return Traced(search(traced.grid, lines, traced.logp, weight=CLEAN_WEIGHT), traced.logp)
    grid = search(traced.grid, lines, traced.logp, weight=WEIGHT)
    tick()
    logp = conditional(page, grid)
    if noise is not None:
        logp += noise
    return Traced(search(grid, lines, logp, weight=WEIGHT), logp)


def _traced(
    tracer: LineReader, lines: Lines, config: DrawConfig, tick: Callable[[], object]
) -> tuple[Lines, Grid, float]:
    """The lines that were drawn (`fit` moves them), their characters, and the mean log-probability of their ink."""
    from asciivae.drawing.decode import TracedPage

    if config.fit:
        from asciivae.drawing.fit import warped, with_offset

        lines = with_offset(tracer, lines)
        tick()
    noise = _noise(lines.cells, config.seed)
    for fitting in range(FITTINGS + 1 if config.fit else 1):
        traced = trace(TracedPage(tracer, lines), lines, searched=config.search, noise=noise, tick=tick)
        if config.fit and fitting < FITTINGS:
            lines = warped(lines, traced.grid)
    grid = traced.grid
    chosen = np.take_along_axis(traced.logp, grid[..., None].astype(np.int64), axis=-1)[..., 0]
    ink = grid != SPACE
    return lines, grid, float(chosen[ink].clip(-30.0).mean()) if ink.any() else 0.0


def _noise(cells: tuple[int, int], seed: int) -> NDArray[np.float32] | None:
    """Gumbel noise (H, W, 95) for a variation, or None for the likeliest page."""
    if seed == 0:
        return None
    draw = np.random.Generator(np.random.PCG64(seed))
    return (NOISE * draw.gumbel(size=(*cells, 95))).astype(np.float32)
