"""Reconstruction: a drawing through the model and back, cell for cell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from asciivae.evaluate.characters import CharacterCounts, count
from asciivae.models.autoencoder import Noise, run
from asciivae.models.relax import Relaxation
from asciivae.text.art import crop, trim
from asciivae.text.charset import SPACE
from asciivae.train.batches import Canvas
from asciivae.train.streams import torch_stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.models import Model

    Grid = NDArray[np.uint8]

CELLS_AT_ONCE = 32 * 64 * 64


@dataclass(frozen=True)
class Reconstruction:
    """What became of one piece.

    Attributes:
        original: (h, w), the piece.
        grid: (h, w), the reconstruction of the same cells.
        ink_outside: inked cells that the model drew beyond the piece's own cells, on the rest of its page.
    """

    original: Grid
    grid: Grid
    ink_outside: int

    @property
    def counts(self) -> CharacterCounts:
        """The comparison, cell by cell."""
        return count(self.original, self.grid)


@torch.no_grad()
def reconstruct(
    model: Model, grids: Sequence[Grid], canvas: Canvas, *, sample: bool = False, seed: int = 0
) -> list[Reconstruction]:
    """Encode and decode pieces, and take each cell's most probable character.

    Args:
        model: any model, in evaluation mode.
        grids: the pieces, (h, w) uint8 each.
        canvas: how the model wants them laid.
        sample: draw z from the posterior instead of taking its mean.
        seed: of that draw; the noise of a piece depends on this and on its cells, whatever its place and neighbours.

    Returns:
        One reconstruction per piece, in the order given.

    Raises:
        ModelError: a piece is larger than the model can take.
    """
    sizes = [canvas.size(grid) for grid in grids]
    done: dict[int, Reconstruction] = {}
    for chunk in _of_one_size(sizes):
        laid = [canvas.lay(grids[i], sizes[i]) for i in chunk]
        pages = np.stack([page for page, _ in laid])
        ids = torch.from_numpy(pages.astype(np.int64)).to(_device(model))
        noise = (
            Noise(_latent_noise(model, sizes[chunk[0]], [grids[i] for i in chunk], seed).to(ids.device))
            if sample
            else Noise()
        )
        decoded = run(model, Relaxation(), ids, noise).logits.argmax(1).to("cpu", torch.uint8).numpy()
        for i, page, (_, where) in zip(chunk, decoded, laid, strict=True):
            done[i] = _cut_out(grids[i], page, where, canvas)
    return [done[i] for i in range(len(grids))]


def _of_one_size(sizes: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    by_size: dict[tuple[int, int], list[int]] = {}
    for i, size in enumerate(sizes):
        by_size.setdefault(size, []).append(i)
    for (height, width), members in by_size.items():
        at_once = max(1, CELLS_AT_ONCE // (height * width))
        for start in range(0, len(members), at_once):
            yield members[start : start + at_once]


def _latent_noise(model: Model, size: tuple[int, int], pieces: Sequence[Grid], seed: int) -> torch.Tensor:
    shape = model.latent_shape(*size)
    streams = (torch_stream(seed, "reconstruct", _digest(piece)) for piece in pieces)
    return torch.stack([torch.randn(shape, generator=stream) for stream in streams])


def _digest(grid: Grid) -> int:
    hashed = hashlib.blake2b(f"{grid.shape}".encode() + grid.tobytes(), digest_size=8)
    return int.from_bytes(hashed.digest())


def _cut_out(grid: Grid, page: Grid, where: tuple[int, int], canvas: Canvas) -> Reconstruction:
    height, width = canvas.content(grid).shape
    window = crop(page, where, height, width)
    result = np.full_like(grid, SPACE)
    row, column = trim(grid)[1] if canvas.trimmed else (0, 0)
    result[row : row + height, column : column + width] = window
    outside = int((page != SPACE).sum() - (window != SPACE).sum())
    return Reconstruction(grid, result, outside)


def _device(model: Model) -> torch.device:
    assert isinstance(model, torch.nn.Module)
    return next(model.parameters()).device
