"""Which engine runs a model: ONNX Runtime where that serves, else PyTorch. No other place decides it."""

from __future__ import annotations

from pathlib import Path

from asciivae.engine.onnx import OnnxNetwork, open_beside, open_graph
from asciivae.experiment.bundled import bundled_file, is_bundled


def open_in_onnx(path: Path, kind: str, device: str = "cpu", *, light: bool = False) -> tuple[OnnxNetwork, Path] | None:
    """Open a model in ONNX Runtime: a bundled one on the CPU, or an .onnx file.

    Args:
        path: a run, a weights file, an .onnx file, or the word for a bundled model.
        kind: `model`, `page` or `tracer`.
        device: auto, cpu, cuda, cuda:N or mps.
        light: for little work, see `OnnxNetwork`.

    Returns:
        The network and its file; None for all else, which needs PyTorch: runs, weights files, other devices.

    Raises:
        ModelError: the file is missing, or cannot be read as a graph.
    """
    if device == "cpu" and is_bundled(path, kind):
        weights = bundled_file(kind)
        network = open_beside(weights.with_suffix(".onnx"), weights, light=light)
        return None if network is None else (network, weights)
    if path.suffix == ".onnx" and path.is_file():
        return open_graph(path, light=light), path
    return None
