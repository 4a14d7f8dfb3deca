"""A trained page model in PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from asciivae.corpus.settings import Data
from asciivae.experiment.export import Savable
from asciivae.experiment.page_model import PageModel
from asciivae.pages.network import PageNetwork
from asciivae.pages.reader import PageReader
from asciivae.pages.stepper import TorchPages


@dataclass(frozen=True)
class TrainedPageModel(PageModel, Savable):
    """A page model from a weights file or a run, in evaluation mode.

    Attributes:
        network: the network, on its device.
        glyphs: (95, h, w), the atlas of its recipe, for pictures.
        name: of the recipe.
        step: when it was saved.
        path: where it was read from.
        data: what it was trained on.
        text: the recipe that it was trained by, as YAML.
    """

    network: PageNetwork
    glyphs: Tensor
    name: str
    step: int
    path: Path
    data: Data
    text: str

    @property
    def reader(self) -> PageReader:
        """The network on arrays."""
        return TorchPages(self.network)

    @property
    def kind(self) -> str:
        """Of its recipe."""
        return "page"

    @property
    def module(self) -> nn.Module:
        """Its network."""
        return self.network
