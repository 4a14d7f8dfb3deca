"""Opens models of drawings, in the engine that `engines` chooses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asciivae.engine.onnx import OnnxNetwork
from asciivae.errors import ModelError
from asciivae.experiment.bundled import BUNDLED
from asciivae.experiment.engines import open_in_onnx
from asciivae.files.weights import stated_name, stated_step
from asciivae.latent.onnx import OnnxSpatial
from asciivae.render.sheets import atlas_array
from asciivae.text.canvas import Canvas

if TYPE_CHECKING:
    from asciivae.experiment.trained import TrainedModel


LITTLE = 16_000
"""Cells, below which the faster layout of the weights does not pay."""


@dataclass(frozen=True)
class OnnxModel:
    """A model of drawings in ONNX Runtime.

    Attributes:
        coder: its network.
        canvas: how pieces are placed for it.
        glyphs: (95, h, w) in [0, 1], paper = 1.
        name: name of the recipe.
        step: training step of the weights.
        path: the file that it was loaded from.
    """

    coder: OnnxSpatial
    canvas: Canvas
    glyphs: NDArray[np.float32] = field(repr=False)
    name: str
    step: int
    path: Path

    def at(self, numbers: int) -> OnnxModel:
        """The same model with another size of the latent; see `TrainedModel.at`."""
        try:
            return replace(self, coder=self.coder.at(numbers))
        except ModelError as error:
            raise ModelError(error.message, place=str(self.path), hint=error.hint) from error


def open_model(
    path: Path = BUNDLED, device: str = "cpu", numbers: int | None = None, *, cells: int = LITTLE
) -> OnnxModel | TrainedModel:
    """Open a model of drawings, in ONNX Runtime where that serves.

    Args:
        path: a run, a weights file, an .onnx file of `asciivae export`, or `BUNDLED`.
        device: auto, cpu, cuda, cuda:N or mps.
        numbers: of a page of 64 × 64 cells, see `TrainedModel.at`.
        cells: how many will be coded, about: for few, starting counts more than speed.

    Raises:
        ModelError: the file is missing or not a model's, or it does not support these numbers.
        UsageError: the device cannot be used.
    """
    found = open_in_onnx(path, "model", device, light=cells < LITTLE)
    opened = _in_torch(path, device) if found is None else _model(*found)
    return opened if numbers is None else opened.at(numbers)


def _in_torch(path: Path, device: str) -> TrainedModel:
    from asciivae.experiment.load import choose_device, load_model

    return load_model(path, choose_device(device))


def _model(network: OnnxNetwork, path: Path) -> OnnxModel:
    coder = OnnxSpatial(network, str(path))
    glyphs = atlas_array() if network.glyphs is None else network.glyphs
    facts = network.metadata
    return OnnxModel(coder, Canvas(coder.canvas, trimmed=True), glyphs, stated_name(facts), stated_step(facts), path)
