"""What a file or a run is of."""

from __future__ import annotations

import os
from pathlib import Path

from asciivae.engine.onnx import open_graph
from asciivae.errors import ModelError
from asciivae.experiment.bundled import ASSETS
from asciivae.files.opening import require_regular
from asciivae.files.weights import MODEL_FORMAT, PAGE_FORMAT, TRACER_FORMAT

FORMATS = {"model": MODEL_FORMAT, "page": PAGE_FORMAT, "tracer": TRACER_FORMAT}
"""What weights files state, by kind."""


def kind_of(path: Path) -> str:
    """What a weights file, an .onnx file or a run is of: `page` or `tracer`, or `model` for all else.

    Raises:
        RunError: the folder has no checkpoint.
    """
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        return next((kind for kind, (name, _) in ASSETS.items() if path == name), "model")
    if path.is_dir():
        from asciivae.training.run_dir import RunDir
        from asciivae.training.run_files import is_run

        if is_run(path):
            path = RunDir.open(path).latest()
        return next((kind for kind in ("page", "tracer") if os.path.lexists(path / f"{kind}.safetensors")), "model")
    try:
        require_regular(os.stat(path), path)
        if path.suffix == ".onnx":
            stated = open_graph(path, light=True).metadata.get("format")
        else:
            with safe_open(path, framework="numpy") as weights:
                stated = (weights.metadata() or {}).get("format")
        return next((kind for kind, own in FORMATS.items() if own == stated), "model")
    except (OSError, SafetensorError, ModelError):
        return "model"  # loading it says what is wrong
