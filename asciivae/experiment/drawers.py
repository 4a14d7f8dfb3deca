"""Opens tracers to draw with: in ONNX Runtime where that serves, which takes a tenth of the time to start PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asciivae.engine.onnx import open_beside, open_graph
from asciivae.experiment.bundled import bundled_file, is_bundled
from asciivae.tracer.onnx import Drawer, drawer_of

if TYPE_CHECKING:
    from asciivae.tracer.trained import TrainedTracer


def open_drawer(path: Path, device: str = "cpu") -> Drawer | TrainedTracer:
    """Open a tracer to draw with.

    The bundled one and .onnx files run in ONNX Runtime on the CPU; runs, weights files and other devices need PyTorch.

    Args:
        path: a run, a weights file, an .onnx file of `asciivae export`, or `BUNDLED_TRACER`.
        device: auto, cpu, cuda, cuda:N or mps.

    Raises:
        ModelError: the file is missing or not a tracer's.
        UsageError: the device cannot be used.
    """
    if device == "cpu" and is_bundled(path, "tracer"):
        weights = bundled_file("tracer")
        network = open_beside(weights.with_suffix(".onnx"), weights)
        if network is not None:
            return drawer_of(network, weights)
    if path.suffix == ".onnx" and path.is_file():
        return drawer_of(open_graph(path), path)
    from asciivae.experiment.load import choose_device, load_tracer

    return load_tracer(path, choose_device(device))
