"""The `spatial` model in ONNX Runtime, without PyTorch."""

from __future__ import annotations

import copy
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from asciivae.engine.onnx import DAMAGED, OnnxNetwork
from asciivae.errors import ModelError
from asciivae.files.weights import MODEL_FORMAT
from asciivae.models.blocks import STRIDE, density_for, numbers_per_block, page_of_blocks
from asciivae.text.charset import SIZE

FACTS = ("latent", "budget", "channels", "least")
"""What the graph of such a model states of its options, in decimals; see `SpatialConfig` and `SpatialVAE.least`."""


class OnnxSpatial:
    """Encodes and decodes pages; see `latent.pieces.Coder`.

    Args:
        network: with the inputs and outputs of `models.spatial_graph`.
        place: what to call it in errors.

    Raises:
        ModelError: it is not such a network.
    """

    def __init__(self, network: OnnxNetwork, place: str) -> None:
        self._network, self._place = network, place
        self.latent, self.budget, self.channels, self.least = network.sizes(
            FACTS, MODEL_FORMAT, "a model of drawings", place
        )

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        """The page for a piece of this size; see `page_of_blocks`."""
        return page_of_blocks(height, width)

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        """The shape of z of one page of this size: (n, height / 8, width / 8)."""
        rows, columns = height // STRIDE, width // STRIDE
        numbers = numbers_per_block(rows, columns, latent=self.latent, budget=self.budget, channels=self.channels)
        return numbers, rows, columns

    def at(self, numbers: int) -> Self:
        """The same weights with another size of the latent; see `SpatialVAE.at`.

        Raises:
            ModelError: the model does not support this number.
        """
        other = copy.copy(self)
        other.latent, other.budget = density_for(numbers, least=self.least, channels=self.channels)
        return other

    def encode(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The mean and the logvar (B, n, H/8, W/8) of pages (B, H, W)."""
        numbers, rows, columns = self.latent_shape(*ids.shape[1:])
        mean, logvar = self._run(("mean", "logvar"), numbers, ids=ids)
        if mean.shape != (len(ids), self.channels, rows, columns) or logvar.shape != mean.shape:
            raise self._refusal()
        return mean[:, :numbers], logvar[:, :numbers]

    def decode(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """The logits (B, 95, H, W) of z (B, n, H/8, W/8)."""
        pieces, numbers, rows, columns = z.shape
        padded = np.zeros((pieces, self.channels, rows, columns), np.float32)
        padded[:, :numbers] = z
        (logits,) = self._run(("logits",), numbers, z=padded)
        if logits.shape != (pieces, SIZE, STRIDE * rows, STRIDE * columns) or logits.dtype != np.float32:
            raise self._refusal()
        return logits

    def _run(self, outputs: tuple[str, ...], numbers: int, **inputs: NDArray[Any]) -> list[NDArray[np.float32]]:
        unused: dict[str, NDArray[Any]] = {
            "ids": np.zeros((1, STRIDE, STRIDE), np.int64),
            "z": np.zeros((1, self.channels, 1, 1), np.float32),
        }
        return self._network(*outputs, **{**unused, **inputs}, numbers=np.array([numbers], np.float32))

    def _refusal(self) -> ModelError:
        return ModelError("does not reconstruct drawings", place=self._place, hint=DAMAGED)
