"""Write the ONNX graphs of the bundled models beside their weights; run it when the weights were trained anew.

    python scripts/build_graphs.py

The weights stay in the safetensors files; see asciivae/engine/onnx.py.
"""

from __future__ import annotations

from pathlib import Path

import torch

from asciivae.engine.onnx import header_digest, places
from asciivae.experiment.export_onnx import graph_of, without_weights
from asciivae.experiment.load import load_any

ASSETS = Path(__file__).resolve().parent.parent / "asciivae" / "assets"
NAMES = ("model", "page", "tracer")


def main() -> None:
    """Write them."""
    for name in NAMES:
        weights = ASSETS / f"{name}.safetensors"
        trained = load_any(weights, torch.device("cpu"))
        graph = graph_of(trained)
        data = without_weights(graph, trained.module.state_dict(), header_digest(weights), places(weights))
        weights.with_suffix(".onnx").write_bytes(data)
        print(f"{weights.with_suffix('.onnx')}: {len(data) / 1e3:.1f} kB, opset {graph.opset_import[0].version}")


if __name__ == "__main__":
    main()
