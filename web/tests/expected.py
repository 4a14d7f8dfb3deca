"""Print what Python makes of drawings, as JSON, to compare the page with: python expected.py."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

import asciivae
from asciivae.corpus.splits import split
from asciivae.edges import find_edges
from asciivae.experiment.coders import open_model
from asciivae.latent.arc import Arc
from asciivae.latent.pieces import rebuilt
from asciivae.text.art import Grid

PIECES = 50
NUMBERS = (64, 512, 4096)
POSITIONS = (0.0, 0.25, 0.5, 0.75, 1.0)


def listed(grid: Grid) -> dict[str, Any]:
    """A grid as the page has it."""
    return {"rows": grid.shape[0], "columns": grid.shape[1], "cells": grid.ravel().tolist()}


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
