"""Opens page models, in the engine that `engines` chooses."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asciivae.experiment.bundled import BUNDLED_PAGE
from asciivae.experiment.engines import open_in_onnx
from asciivae.experiment.page_model import PageModel
from asciivae.files.weights import stated_name, stated_step
from asciivae.pages.onnx import OnnxPages
from asciivae.pages.reader import PageReader
from asciivae.render.sheets import atlas_array

if TYPE_CHECKING:
    from asciivae.experiment.trained_page import TrainedPageModel


@dataclass(frozen=True)
class OnnxPageModel(PageModel):
    """A page model in ONNX Runtime.

    Attributes:
        pages: the network.
        glyphs: (95, h, w) in [0, 1], paper = 1.
        name: of the recipe.
        step: when it was saved.
        path: where it was read from.
    """

    pages: OnnxPages
    glyphs: NDArray[np.float32] = field(repr=False)
    name: str
    step: int
    path: Path

    @property
    def reader(self) -> PageReader:
        """The network on arrays."""
        return self.pages


def open_page_model(path: Path = BUNDLED_PAGE, device: str = "cpu") -> OnnxPageModel | TrainedPageModel:
    """Open a page model, in ONNX Runtime where that serves.

    Args:
        path: a run, a weights file, an .onnx file of `asciivae export`, or `BUNDLED_PAGE`.
        device: auto, cpu, cuda, cuda:N or mps.

    Raises:
        ModelError: the file is missing or not a page model's.
        UsageError: the device cannot be used.
    """
    found = open_in_onnx(path, "page", device)
    if found is not None:
        network, file = found
        glyphs = atlas_array() if network.glyphs is None else network.glyphs
        facts = network.metadata
        return OnnxPageModel(OnnxPages(network, str(file)), glyphs, stated_name(facts), stated_step(facts), file)
    from asciivae.experiment.load import choose_device, load_page_model

    return load_page_model(path, choose_device(device))
