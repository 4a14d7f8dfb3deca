"""A tracer in ONNX Runtime: what `draw` draws with, without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asciivae.drawing.decode import LineReader
from asciivae.engine.onnx import DAMAGED, OnnxNetwork
from asciivae.errors import ModelError
from asciivae.files.weights import TRACER_FORMAT, stated_name, stated_step

FARTHEST = 4096


class OnnxTracer:
    """A tracer's network.

    Args:
        network: with the inputs `lines`, `known` and `clean`, and the output `logits`; see `models.tracer`.
        place: what to call it in errors.

    Raises:
        ModelError: it is not that of a tracer.
    """

    def __init__(self, network: OnnxNetwork, place: str) -> None:
        self._network, self._place = network, place
        (reach,) = network.sizes(("reach",), TRACER_FORMAT, "a tracer", place)
        self.reach = min(reach, FARTHEST)

    def read(self, lines: NDArray[np.float32], known: NDArray[np.int64], clean: float) -> NDArray[np.float32]:
        """Predict the characters of one page; see `LineReader`."""
        logits = self._network(
            "logits", lines=lines[None, None], known=known[None], clean=np.array([clean], np.float32)
        )[0]
        if logits.shape != (1, 95, *known.shape) or logits.dtype != np.float32:
            raise ModelError("does not predict characters", place=self._place, hint=DAMAGED)
        return np.asarray(logits[0])


@dataclass(frozen=True)
class Drawer:
    """A tracer that draws, whatever runs its network.

    Attributes:
        model: its network.
        name: of the recipe.
        step: when it was saved.
        path: where it was read from.
    """

    model: LineReader
    name: str
    step: int
    path: Path


def drawer_of(network: OnnxNetwork, path: Path) -> Drawer:
    """The tracer of a graph.

    Raises:
        ModelError: it is not that of a tracer.
    """
    tracer = OnnxTracer(network, str(path))
    return Drawer(tracer, stated_name(network.metadata), stated_step(network.metadata), path)
