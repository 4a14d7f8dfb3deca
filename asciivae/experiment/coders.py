"""Opens models to reconstruct with: in ONNX Runtime where that serves; see `drawers`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asciivae.engine.onnx import OnnxNetwork, open_beside, open_graph
from asciivae.experiment.bundled import BUNDLED, bundled_file, is_bundled
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
        model: its network.
        canvas: how pieces are placed for it.
        glyphs: (95, h, w) in [0, 1], paper = 1.
        name: name of the recipe.
        step: training step of the weights.
        path: the file that it was loaded from.
    """

    model: OnnxSpatial
    canvas: Canvas
    glyphs: NDArray[np.float32] = field(repr=False)
    name: str
    step: int
    path: Path


def open_model(
    path: Path = BUNDLED, device: str = "cpu", numbers: int | None = None, *, cells: int = LITTLE
) -> OnnxModel | TrainedModel:
    """Open a model to reconstruct with.

    The bundled one and .onnx files run in ONNX Runtime on the CPU; runs, weights files, other devices and other numbers
    of latent numbers need PyTorch.

    Args:
        path: a run, a weights file, an .onnx file of `asciivae export`, or `BUNDLED`.
        device: auto, cpu, cuda, cuda:N or mps.
        numbers: of a page of 64 × 64 cells, see `TrainedModel.at`.
        cells: how many will be reconstructed, about: for few, starting counts more than speed.

    Raises:
        ModelError: the file is missing or not a model's, or it does not support these numbers.
        UsageError: the device cannot be used.
    """
    light = cells < LITTLE
    if numbers is None and device == "cpu" and is_bundled(path, "model"):
        weights = bundled_file("model")
        network = open_beside(weights.with_suffix(".onnx"), weights, light=light)
        if network is not None:
            return _model(network, weights)
    if numbers is None and path.suffix == ".onnx" and path.is_file():
        return _model(open_graph(path, light=light), path)
    from asciivae.experiment.load import choose_device, load_model

    trained = load_model(path, choose_device(device))
    return trained if numbers is None else trained.at(numbers)


def _model(network: OnnxNetwork, path: Path) -> OnnxModel:
    coder = OnnxSpatial(network, str(path))
    glyphs = atlas_array() if network.glyphs is None else network.glyphs
    facts = network.metadata
    return OnnxModel(coder, Canvas(coder.canvas, trimmed=True), glyphs, stated_name(facts), stated_step(facts), path)
