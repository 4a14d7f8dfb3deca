"""Reconstruction of drawings: encode, decode, and compare cell by cell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from asciivae.latent.pieces import Reconstruction, cut_out, of_one_size
from asciivae.models.base import VAEOutput
from asciivae.rng import torch_stream
from asciivae.text.art import Grid
from asciivae.text.canvas import Canvas

if TYPE_CHECKING:
    from asciivae.models.base import VAE


@dataclass(frozen=True)
class Pass:
    """A batch of pieces on pages of one size, and the model's output.

    Attributes:
        pieces: their indices in the input.
        ids: (B, H, W) int64, their pages.
        output: output of the model.
        made: one reconstruction per piece.
    """

    pieces: list[int]
    ids: torch.Tensor
    output: VAEOutput
    made: list[Reconstruction]


def reconstruct(
    model: VAE, grids: Sequence[Grid], canvas: Canvas, *, sample: bool = False, seed: int = 0
) -> list[Reconstruction]:
    """Encode and decode pieces, and take each cell's most probable character.

    Args:
        model: any model, in evaluation mode.
        grids: the pieces, (h, w) uint8 each.
        canvas: places pieces on pages for the model.
        sample: draw z from the posterior instead of taking its mean.
        seed: seed of the noise; the noise of a piece depends only on this and on its cells, not on its batch.

    Returns:
        One reconstruction per piece, in the order given.

    Raises:
        ModelError: a piece is too large for the model.
    """
    done: dict[int, Reconstruction] = {}
    for batch in passes(model, grids, canvas, sample=sample, seed=seed):
        done.update(zip(batch.pieces, batch.made, strict=True))
    return [done[i] for i in range(len(grids))]


@torch.no_grad()
def passes(model: VAE, grids: Sequence[Grid], canvas: Canvas, *, sample: bool = False, seed: int = 0) -> Iterator[Pass]:
    """Yield the batches of `reconstruct` with the model's outputs, grouped by page size."""
    sizes = [canvas.size(grid) for grid in grids]
    for chunk in of_one_size(sizes):
        placed = [canvas.place(grids[i], sizes[i]) for i in chunk]
        pages = np.stack([page for page, _ in placed])
        ids = torch.from_numpy(pages.astype(np.int64)).to(model.device)
        output = model(ids, latent_noise(model, [grids[i] for i in chunk], ids, seed) if sample else None)
        best = output.logits.argmax(1, keepdim=True)
        decoded = best[:, 0].to("cpu", torch.uint8).numpy()
        confidence = output.logits.softmax(1).gather(1, best)[:, 0].to("cpu", torch.float32).numpy()
        made = [
            cut_out(grids[i], decoded[k], confidence[k], where, canvas)
            for k, (i, (_, where)) in enumerate(zip(chunk, placed, strict=True))
        ]
        yield Pass(chunk, ids, output, made)


def latent_noise(model: VAE, pieces: Sequence[Grid], ids: torch.Tensor, seed: int) -> torch.Tensor:
    """Standard normal noise in the shape of z for pages (B, H, W); each piece's depends on the seed and its cells."""
    shape = model.latent_shape(*ids.shape[1:])
    streams = (torch_stream(seed, "reconstruct", _digest(piece)) for piece in pieces)
    return torch.stack([torch.randn(shape, generator=stream) for stream in streams]).to(ids.device)


def _digest(grid: Grid) -> int:
    hashed = hashlib.blake2b(f"{grid.shape}".encode() + grid.tobytes(), digest_size=8)
    return int.from_bytes(hashed.digest())
