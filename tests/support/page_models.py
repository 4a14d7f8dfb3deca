"""Small page networks with random weights, and pages for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from asciivae.corpus.settings import Data
from asciivae.experiment.trained_page import TrainedPageModel
from asciivae.pages.network import PageNetwork
from asciivae.pages.settings import PageConfig
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import load_recipe
from asciivae.render.settings import Glyphs

TINY = PageConfig(
    width=24, layers=3, local=1, heads=2, head=8, inner=32, token=4, hint=4, distance=2, hashed=2, around=6, reach=4
)
TINY_SETS = [
    "network.width=24",
    "network.layers=3",
    "network.heads=2",
    "network.head=8",
    "network.inner=32",
    "network.token=4",
    "network.hint=4",
    "network.distance=2",
    "network.hashed=2",
    "network.around=6",
    "network.reach=4",
]


def network(seed: int = 0, blank: float = 4.0) -> PageNetwork:
    """A network whose every parameter matters, in evaluation mode; `blank` is added to the logit of the space."""
    torch.manual_seed(seed)
    made = PageNetwork(TINY)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.normal_(std=0.3)
        made.leave.bias[0] += blank
    return made.eval()


def model(seed: int = 0, blank: float = 4.0) -> TrainedPageModel:
    """The same as a library sees it."""
    loaded = load_recipe("page", TINY_SETS, ["expect"])
    text = dump_yaml(loaded.resolved())
    return TrainedPageModel(network(seed, blank), Glyphs().atlas(), "page", 7, Path("tiny"), Data(), text)


def pages(sizes: list[tuple[int, int]], seed: int = 0) -> list[NDArray[np.uint8]]:
    """Pages with ink from a few characters, so that neighbourhoods repeat."""
    rng = np.random.default_rng(seed)
    return [(rng.integers(12, 17, size) * (rng.random(size) < 0.45)).astype(np.uint8) for size in sizes]
