"""Opens tracers, in the engine that `engines` chooses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asciivae.experiment.engines import open_in_onnx
from asciivae.tracer.onnx import Drawer, drawer_of

if TYPE_CHECKING:
    from asciivae.tracer.trained import TrainedTracer


def open_drawer(path: Path, device: str = "cpu") -> Drawer | TrainedTracer:
    """Open a tracer to draw with, in ONNX Runtime where that serves.

    Args:
        path: a run, a weights file, an .onnx file of `asciivae export`, or `BUNDLED_TRACER`.
        device: auto, cpu, cuda, cuda:N or mps.

    Raises:
        ModelError: the file is missing or not a tracer's.
        UsageError: the device cannot be used.
    """
    found = open_in_onnx(path, "tracer", device)
    if found is not None:
        return drawer_of(*found)
    from asciivae.experiment.load import choose_device, load_tracer

    return load_tracer(path, choose_device(device))
