"""Legibility of a glyph atlas: how well its characters can be told apart, to choose `glyphs.res`.

With g_i the ink of character i, in [0, 1] per pixel, and b_i the same after a slight blur:

    n(i, j) = ‖g_i - g_j‖² / (‖g_i‖² + ‖g_j‖²)                        in [0, 1]; 0 if they look the same
    L       = 1 - mean_i min(1, Σ_{j≠i} Q(‖b_i - b_j‖ / 2σ))           Q: the tail of the normal distribution

L is one minus an upper bound on the error rate of a reader who sees blurred pixels with noise of standard deviation σ.
The smallest distance of a pair is not a useful score, because O and Q are close at every size.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from asciivae.filters.kernels import convolve, gaussian_kernel
from asciivae.render.glyphs import atlas
from asciivae.text.charset import CHARSET

COLLAPSED = 0.05
"""Below this n, two characters look the same."""

RISKY = 0.10
"""Below this n, they are easily confused."""

READABLE = 0.95
"""The least L of a readable atlas, in which no two drawing characters may collapse."""

DRAWING = "_-|/\\()[]<>.,'`"
"""The characters that most ASCII art is drawn with."""

LOGGED_ZOOM = 21
"""The zoom of the log's glyphs at its most frequent sizes: rows and columns cut off."""

BLUR = 0.5
NOISE = 0.25


@dataclass(frozen=True)
class Pair:
    """Two characters, their visual distance n in [0, 1], and the probability in [0, ½] that noise confuses them."""

    first: str
    second: str
    distance: float
    confusion: float


@dataclass(frozen=True)
class Legibility:
    """The legibility of an atlas.

    Attributes:
        score: L in [0, 1].
        collapsed: the pairs that look the same, closest first.
        risky: the pairs that are easily confused, including the collapsed ones, closest first.
        nearest: the closest pair.
        ink: the mean ink of all characters except the space, in [0, 1].
    """

    score: float
    collapsed: tuple[Pair, ...]
    risky: tuple[Pair, ...]
    nearest: Pair
    ink: float

    @property
    def readable(self) -> bool:
        """Whether the score is high enough and no two drawing characters collapse."""
        return self.score >= READABLE and not any(
            {pair.first, pair.second} <= {*DRAWING, " "} for pair in self.collapsed
        )


def legibility(glyphs: Tensor) -> Legibility:
    """Measure an atlas (95, h, w) in [0, 1], paper = 1."""
    ink = 1.0 - glyphs.float()
    confusion = confusions(ink)
    score = 1.0 - float((confusion.sum(1) - confusion.diagonal()).clamp(max=1.0).mean())
    distance = visual_distance(ink)
    first, second = torch.triu_indices(len(ink), len(ink), offset=1)
    order = distance[first, second].argsort(stable=True)

    def pair(number: Tensor) -> Pair:
        i, j = int(first[number]), int(second[number])
        return Pair(CHARSET[i], CHARSET[j], float(distance[i, j]), float(confusion[i, j]))

    pairs = [pair(number) for number in order[distance[first, second][order] < RISKY]]
    return Legibility(
        score=score,
        collapsed=tuple(pair for pair in pairs if pair.distance < COLLAPSED),
        risky=tuple(pairs),
        nearest=pair(order[0]),
        ink=float(ink[1:].mean()),
    )


Cell = Literal["square", "tall", "logged"]


@dataclass(frozen=True)
class FontSize:
    """The legibility of a font at one size.

    Attributes:
        cell: `square`, the whole terminal cell in N × N pixels; `tall`, in 2N × N; `logged`, the research log's crop of
            the top left, without antialiasing, in N × N.
        res: (h, w), pixels per character.
        legibility: the measurement.
    """

    cell: Cell
    res: tuple[int, int]
    legibility: Legibility


def survey(font: str, sizes: Iterable[int]) -> list[FontSize]:
    """Measure a font (a bundled name or a file) at several sizes N, in every kind of cell."""
    found = []
    for size in sizes:
        found += [
            FontSize("square", (size, size), legibility(atlas(font, res=(size, size)))),
            FontSize("tall", (2 * size, size), legibility(atlas(font, res=(2 * size, size)))),
            FontSize("logged", (size, size), legibility(logged_atlas(font, size))),
        ]
    return found


def logged_atlas(font: str, size: int) -> Tensor:
    """The atlas (95, N, N) that the research log rendered with."""
    return atlas(font, cell="logged", res=(size, size), zoom=LOGGED_ZOOM, antialias=False)


def smallest_readable(rows: Iterable[FontSize]) -> dict[Cell, int | None]:
    """The smallest readable size N of each kind of cell; None if there is none."""
    readable: dict[Cell, int | None] = {}
    for row in rows:
        best = readable.setdefault(row.cell, None)
        if row.legibility.readable and (best is None or row.res[1] < best):
            readable[row.cell] = row.res[1]
    return readable


def visual_distance(ink: Tensor) -> Tensor:
    """n(i, j) of glyphs (95, h, w) with ink = 1: (95, 95) in [0, 1], symmetric, 0 between characters without ink."""
    flat = ink.flatten(1)
    energy = flat.square().sum(1)
    both = energy[:, None] + energy
    squared = (both - 2.0 * flat @ flat.T).clamp(min=0.0)
    distance = torch.where(both > 0, squared / both.clamp(min=1e-12), 0.0)
    return distance.fill_diagonal_(0.0)


def confusions(ink: Tensor) -> Tensor:
    """The probability that noise makes i look like j: (95, 95) in [0, ½], from glyphs (95, h, w) with ink = 1."""
    kernel = gaussian_kernel(BLUR, BLUR, 0.0, (1.0, 1.0)).to(ink)
    # The blur of half a pixel reaches two pixels; neighbouring cells count as blank.
    blurred = convolve(ink.unsqueeze(1), kernel[None], padding=(kernel.shape[0] // 2, kernel.shape[1] // 2))
    # Explicit differences, because the Gram form cancels for similar glyphs.
    flat = blurred.flatten(1)
    distance = (flat[:, None] - flat).square().sum(2).sqrt()
    return 0.5 * torch.erfc(distance / (2.0 * NOISE) / math.sqrt(2.0))
