"""Write what the page of `asciivae web` shares with Python, into web/src; run it when that changes.

    python scripts/build_web_tables.py

Then build the page again, see CONTRIBUTING.md.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asciivae.cli.examples import DRAWINGS
from asciivae.corpus.source import open_corpus
from asciivae.corpus.transforms import MIRRORED
from asciivae.drawing.raster import removed_by_thinning
from asciivae.drawing.search import reach_of_characters
from asciivae.edges import EdgeSettings
from asciivae.engine.onnx import open_beside
from asciivae.experiment.bundled import bundled_file
from asciivae.filters.joining import support_of_gap
from asciivae.losses.shape_tables import BETA, CONTRAST, NOISE, shape_tables
from asciivae.pages.categories import CATEGORIES
from asciivae.pages.features import AHEAD, BEHIND, BUCKETS, CONTEXTS, HASHED, MIRROR
from asciivae.pages.onnx import FACTS as PAGE_FACTS
from asciivae.render.sheets import stroke_array
from asciivae.text.art import to_text
from asciivae.text.look_alikes import LOOK_ALIKES

SOURCES = Path(__file__).resolve().parent.parent / "web" / "src"
EXAMPLES = {"camel": 1, "boat": 138, "balloons": 97, "astronaut": 101, "bridge": 137}
"""Of the embedded corpus, by index."""


def shared() -> dict[str, dict[str, Any]]:
    """The files by name: what is a table of Python, or is measured by it."""
    corpus = open_corpus("embedded")
    own = {name.removesuffix(".txt"): text.removeprefix("\n") for name, text in DRAWINGS.items()}
    settings = EdgeSettings()
    strokes = stroke_array(settings.font, res=settings.res)
    weights = bundled_file("page")
    graph = open_beside(weights.with_suffix(".onnx"), weights, light=True)
    assert graph is not None
    shape, reach = shape_tables(), reach_of_characters()
    return {
        "tables.json": {
            "mirrored": MIRRORED.split(),
            "lookAlikes": LOOK_ALIKES,
            "examples": {**own, **{name: to_text(corpus.grid(index)) for name, index in EXAMPLES.items()}},
            "thinning": [np.flatnonzero(removed).tolist() for removed in removed_by_thinning()],
        },
        "joining.json": {
            "gap": settings.gap,
            "level": round(support_of_gap(settings.res, settings.gap), 12),  # as on any machine
            "strokes": packed(strokes),
        },
        "pages/pages.json": {
            **{name: int(graph.metadata[name]) for name in PAGE_FACTS},
            "behind": np.transpose(BEHIND).tolist(),
            "ahead": np.transpose(AHEAD).tolist(),
            "mirror": np.transpose(MIRROR).tolist(),
            "contexts": CONTEXTS,
            "hashed": HASHED,
            "buckets": BUCKETS,
            "categories": CATEGORIES,
        },
        "draw/likeness.json": {
            "beta": BETA,
            "contrast": CONTRAST,
            "noise": NOISE,
            "strokes": packed(shape.strokes),
            "dilation": packed(shape.dilation),
            "filters": packed(shape.filters),
            "added": packed(reach.added),
            "spread": packed(reach.spread),
        },
    }


def packed(values: NDArray[Any]) -> str:
    """An array as float32, in base64."""
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


def main() -> None:
    """Write them."""
    for name, content in shared().items():
        (SOURCES / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        print(SOURCES / name)


if __name__ == "__main__":
    main()
