"""Pieces on pages, and their reconstructions, on arrays: what runs the network does not matter here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from asciivae.metrics.characters import CharacterCounts, count
from asciivae.rng import numpy_stream
from asciivae.text.art import Grid, crop, trim
from asciivae.text.charset import SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.text.canvas import Canvas

CELLS_AT_ONCE = 32 * 64 * 64


class Coder(Protocol):
    """An autoencoder of pages, whatever runs its networks."""

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        """The page for a piece of this size; a `ModelError` if it is too large."""

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        """The shape of z of one page of this size."""

    def encode(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The mean and the logvar of q(z|x) of pages (B, H, W), in the shape of z."""

    def decode(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """The logits (B, 95, H, W) of z."""


@dataclass(frozen=True)
class Reconstruction:
    """The reconstruction of one piece.

    Attributes:
        original: (h, w), the piece.
        grid: (h, w), the reconstruction of the same cells.
        ink_outside: number of inked cells that the model drew outside of the piece, on the rest of its page.
        confidence: (h, w) float32 in [0, 1], the model's probability of each cell's character; 1 on blank margins that
            are trimmed before encoding.
    """

    original: Grid
    grid: Grid
    ink_outside: int
    confidence: NDArray[np.float32]

    @cached_property
    def counts(self) -> CharacterCounts:
        """The comparison, cell by cell."""
        return count(self.original, self.grid)

    @cached_property
    def ink_confidence(self) -> float:
        """The mean confidence over the inked cells of the reconstruction, the model's estimate of its precision.

        1 for a blank reconstruction, as is its precision.
        """
        inked = self.confidence[self.grid != SPACE]
        return float(inked.mean()) if inked.size else 1.0


def rebuilt(coder: Coder, grids: Sequence[Grid], canvas: Canvas, noise: int | None = None) -> list[Reconstruction]:
    """Encode and decode pieces, and take each cell's most probable character.

    Args:
        coder: the model.
        grids: the pieces, (h, w) uint8 each.
        canvas: places pieces on pages for the model.
        noise: a seed, to draw z from the posterior; None takes its mean.

    Returns:
        One reconstruction per piece, in the order given.

    Raises:
        ModelError: a piece is too large for the model.
    """
    done: dict[int, Reconstruction] = {}
    sizes = [canvas.size(grid) for grid in grids]
    for chunk in of_one_size(sizes):
        placed = [canvas.place(grids[i], sizes[i]) for i in chunk]
        z, logvar = coder.encode(np.stack([page for page, _ in placed]).astype(np.int64))
        if noise is not None:
            z = z + np.exp(0.5 * logvar) * latent_noise(z.shape[1:], [grids[i] for i in chunk], noise)
        logits = coder.decode(z)
        best = logits.argmax(1)
        logits = logits - logits.max(1, keepdims=True)
        confidence = 1.0 / np.exp(logits, out=logits).sum(1)  # of the best one, whose exponential is 1
        for k, (i, (_, where)) in enumerate(zip(chunk, placed, strict=True)):
            done[i] = cut_out(grids[i], best[k].astype(np.uint8), confidence[k], where, canvas)
    return [done[i] for i in range(len(grids))]


def latent_noise(shape: tuple[int, ...], pieces: Sequence[Grid], seed: int) -> NDArray[np.float32]:
    """Standard normal noise (B, *shape) for the z of pieces: each one's depends on the seed and its cells alone."""
    streams = (numpy_stream(seed, "reconstruct", _digest(piece)) for piece in pieces)
    return np.stack([stream.standard_normal(shape, np.float32) for stream in streams])


def _digest(grid: Grid) -> int:
    hashed = hashlib.blake2b(f"{grid.shape}".encode() + grid.tobytes(), digest_size=8)
    return int.from_bytes(hashed.digest())


def pages_at_once(height: int, width: int) -> int:
    """Batch size for pages of this size in cells."""
    return max(1, CELLS_AT_ONCE // (height * width))


def of_one_size(sizes: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Batches of the indices of pieces whose pages have one size."""
    by_size: dict[tuple[int, int], list[int]] = {}
    for i, size in enumerate(sizes):
        by_size.setdefault(size, []).append(i)
    for (height, width), members in by_size.items():
        at_once = pages_at_once(height, width)
        for start in range(0, len(members), at_once):
            yield members[start : start + at_once]


def cut_out(
    grid: Grid, page: Grid, confidence: NDArray[np.float32], where: tuple[int, int], canvas: Canvas
) -> Reconstruction:
    """The part of a decoded page (H, W) that a piece was placed on, at `where`, with the confidence (H, W) there."""
    height, width = canvas.content(grid).shape
    window = crop(page, where, height, width)
    row, column = trim(grid)[1] if canvas.trimmed else (0, 0)
    cells = slice(row, row + height), slice(column, column + width)
    result, sure = np.full_like(grid, SPACE), np.ones(grid.shape, np.float32)
    result[cells] = window
    top, left = where
    sure[cells] = confidence[top : top + height, left : left + width]
    outside = int((page != SPACE).sum() - (window != SPACE).sum())
    return Reconstruction(grid, result, outside, sure)
