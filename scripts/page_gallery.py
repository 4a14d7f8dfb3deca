"""Write the pictures in text of docs/pages.md: samples of seeds 0 to 23, and completions of embedded drawings.

    python scripts/page_gallery.py > gallery.md

Nothing is chosen: the seeds are consecutive, and each completion is the first proposal of seed 0.
"""

from __future__ import annotations

import numpy as np

import asciivae
from asciivae.text.art import side_by_side
from asciivae.text.charset import CHARSET

SIZE = (16, 40)
SEEDS = range(24)
HOLES = {
    "animals/elephant": "hole",
    "animals/frog": "hole",
    "animals/penguin": "below",
    "animals/snail": "hole",
    "animals/swan": "right",
    "buildings/church": "hole",
    "buildings/lighthouse": "below",
    "faces/queen": "hole",
    "machines/camera": "hole",
    "plants/mushrooms": "hole",
    "sea/anchor": "hole",
    "vehicles/tractor": "right",
}
"""Drawings, and what is taken out: the middle (half of the sides), the lower half, or the right half."""


def main() -> None:
    """Print both galleries."""
    model = asciivae.load("bundled-page", device="cpu")
    pages = [model.sample(1, SIZE, seed=seed, form="array")[0] for seed in SEEDS]
    for first in range(0, len(pages), 2):
        print(f"Seeds {first} and {first + 1}:\n\n```text")
        print(side_by_side(*pages[first : first + 2]), end="")
        print("```\n")
    corpus = asciivae.open_corpus("embedded")
    ids = list(corpus.column("id"))
    for name, kind in HOLES.items():
        grid = corpus.grid(ids.index(name))
        known = np.ones(grid.shape, bool)
        height, width = grid.shape
        if kind == "hole":
            known[height // 4 : height // 4 + (height + 1) // 2, width // 4 : width // 4 + (width + 1) // 2] = False
        elif kind == "below":
            known[height // 2 :] = False
        else:
            known[:, width // 2 :] = False
        # The mark must not stand in the drawing itself: then `--mark` would fill that cell, too.
        mark = next(c for c in "?#%$&@" if CHARSET.index(c) not in grid)
        marked = np.where(known, grid, np.uint8(CHARSET.index(mark)))
        proposals = model.complete(marked, mark=mark, count=3, seed=0)
        print(f"`{name}`: drawing, what was given, first proposal.\n\n```text")
        print(side_by_side(grid, marked, proposals[0].page), end="")
        print("```\n")


if __name__ == "__main__":
    main()
