"""Print what Python makes of drawings, as JSON, to compare the page with.

    python expected.py FOLDER

Pictures that it drew are in the folder then.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import asciivae
from asciivae.corpus.splits import split
from asciivae.drawing.draw import DrawConfig, draw_picture
from asciivae.drawing.picture import read_picture
from asciivae.edges import find_edges
from asciivae.experiment.bundled import BUNDLED_TRACER
from asciivae.experiment.coders import open_model
from asciivae.experiment.drawers import open_drawer
from asciivae.experiment.page_models import open_page_model
from asciivae.latent.arc import Arc
from asciivae.latent.pieces import rebuilt
from asciivae.pages.cells import Condition
from asciivae.pages.complete import complete
from asciivae.text.art import Grid

PIECES = 50
NUMBERS = (64, 512, 4096)
PHOTOS, DRAWN = ("coffee", "astronaut", "camera"), ("house", "mug", "snail", "cat")
PROPOSALS = 3
POSITIONS = (0.0, 0.25, 0.5, 0.75, 1.0)


def listed(grid: Grid) -> dict[str, Any]:
    """A grid as the page has it."""
    return {"rows": grid.shape[0], "columns": grid.shape[1], "cells": grid.ravel().tolist()}


def pictures(folder: Path) -> dict[str, Path]:
    """Photos of scikit-image and drawn pictures, as PNG files in a folder."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
    import pictures as made
    import skimage.data

    arrays = {name: getattr(skimage.data, name)() for name in PHOTOS} | {name: getattr(made, name)() for name in DRAWN}
    for name, array in arrays.items():
        Image.fromarray(array).save(folder / f"{name}.png")
    return {name: folder / f"{name}.png" for name in arrays}


def drawn(path: Path) -> dict[str, Any]:
    """What `asciivae draw --width 40` makes of a picture."""
    made = draw_picture(open_drawer(BUNDLED_TRACER).model, read_picture(path), DrawConfig(width=40, height=64))
    return {"kind": made.lines.kind, "grid": listed(made.grid)}


def proposed(grid: Grid | None) -> dict[str, Any]:
    """What `asciivae complete` fills into the middle of a drawing, and the chances by which it does; or a new page."""
    page = np.zeros((10, 24), np.uint8) if grid is None else grid
    height, width = page.shape
    known = np.ones(page.shape, bool)
    known[height // 3 : 2 * height // 3 + 1, width // 3 : 2 * width // 3 + 1] = False
    if grid is None:
        known[:] = False
    condition = Condition(category=2 if grid is None else 0, signature=1)
    made = complete(open_page_model().reader, page, known, count=PROPOSALS, condition=condition)
    chances = np.stack([np.random.default_rng((0, i)).random((height, width, 2)) for i in range(PROPOSALS)])
    return {
        "page": listed(page),
        "known": known.ravel().astype(int).tolist(),
        "chances": chances.ravel().tolist(),
        "category": condition.category,
        "signature": condition.signature,
        "count": PROPOSALS,
        "proposals": [{"grid": listed(one.page), "bits": one.bits} for one in made],
    }


def found(grid: Grid) -> dict[str, Any]:
    """What `asciivae edges --json` says of a drawing."""
    edges = find_edges(grid)
    return {"shapes": edges.components, "closed": edges.closed, "length": edges.length, "lines": len(edges.lines)}


def main() -> None:
    """Print it."""
    corpus = asciivae.open_corpus("embedded")
    held_out = split(corpus, "hash", 0.1)[1]
    pieces = [corpus.grid(int(i)) for i in held_out[:: len(held_out) // PIECES][:PIECES]]
    model = open_model()
    others = {n: open_model(numbers=n) for n in NUMBERS}
    json.dump(
        {
            "pieces": [listed(grid) for grid in pieces],
            "reconstructions": [listed(one.grid) for one in rebuilt(model.coder, pieces, model.canvas)],
            "by_numbers": {
                n: [listed(one.grid) for one in rebuilt(other.coder, pieces[:10], other.canvas)]
                for n, other in others.items()
            },
            "drawn": {name: drawn(path) for name, path in pictures(Path(sys.argv[1])).items()},
            "pages": [proposed(grid) for grid in pieces[:8]] + [proposed(None)],
            "edges": [found(grid) for grid in pieces],
            "positions": POSITIONS,
            "arcs": [
                [listed(page) for page in Arc(model.coder, model.canvas, start, end).pages(POSITIONS)]
                for start, end in zip(pieces[:6], pieces[6:12], strict=True)
            ],
        },
        sys.stdout,
        default=lambda value: value.item() if isinstance(value, np.generic) else str(value),
    )


if __name__ == "__main__":
    main()
