"""Models in PyTorch: what `pieces` needs of them, and the batches by which they are measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from asciivae.latent.pieces import Reconstruction, cut_out, of_one_size, rebuilt
from asciivae.models.base import VAEOutput
from asciivae.text.art import Grid
from asciivae.text.canvas import Canvas

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from asciivae.models.base import VAE


class TorchCoder:
    """A model in PyTorch as a `pieces.Coder`: arrays in, arrays out.

    Args:
        model: any model, in evaluation mode, on any device.
    """

    def __init__(self, model: VAE) -> None:
        self._model = model

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        """See `VAE.canvas`."""
        return self._model.canvas(height, width)

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        """See `VAE.latent_shape`."""
        return self._model.latent_shape(height, width)

    @torch.no_grad()
    def encode(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The mean and the logvar of q(z|x) of pages (B, H, W), in the shape of z."""
        posterior = self._model.encode(torch.from_numpy(ids).to(self._model.device))
        return _array(posterior.mean), _array(posterior.logvar)

    @torch.no_grad()
    def decode(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """The logits (B, 95, H, W) of z."""
        parameter = next(self._model.parameters())
        return _array(self._model.decode(torch.from_numpy(z).to(parameter.device, parameter.dtype)))


def _array(values: torch.Tensor) -> NDArray[np.float32]:
    return np.asarray(values.to("cpu", torch.float32).numpy())


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


def reconstruct(model: VAE, grids: Sequence[Grid], canvas: Canvas, noise: int | None = None) -> list[Reconstruction]:
    """`pieces.rebuilt` by a model in PyTorch."""
    return rebuilt(TorchCoder(model), grids, canvas, noise)


@torch.no_grad()
def passes(model: VAE, grids: Sequence[Grid], canvas: Canvas) -> Iterator[Pass]:
    """Yield the batches of `reconstruct` with the model's outputs, grouped by page size."""
    sizes = [canvas.size(grid) for grid in grids]
    for chunk in of_one_size(sizes):
        placed = [canvas.place(grids[i], sizes[i]) for i in chunk]
        pages = np.stack([page for page, _ in placed])
        ids = torch.from_numpy(pages.astype(np.int64)).to(model.device)
        output = model(ids)
        best = output.logits.argmax(1, keepdim=True)
        decoded = best[:, 0].to("cpu", torch.uint8).numpy()
        confidence = output.logits.softmax(1).gather(1, best)[:, 0].to("cpu", torch.float32).numpy()
        made = [
            cut_out(grids[i], decoded[k], confidence[k], where, canvas)
            for k, (i, (_, where)) in enumerate(zip(chunk, placed, strict=True))
        ]
        yield Pass(chunk, ids, output, made)
