"""Whether `--category` steers what a page model draws.

python benchmarks/page_categories.py --corpus PATH [--model RUN]

Pages are drawn in some categories. Of each page, the category is guessed under which the model finds it likeliest;
beside that, the same for held-out pieces (by the hash of their clusters), of which the category is known.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from hashlib import sha256

import numpy as np

import asciivae
from asciivae.experiment.trained_page import TrainedPageModel
from asciivae.pages.batch import Condition
from asciivae.pages.categories import category_number, merged
from asciivae.pages.likelihood import cell_bits
from asciivae.text.art import Grid


def guessed(model: TrainedPageModel, pages: Sequence[Grid], numbers: Sequence[int]) -> list[int]:
    """Of each page, the category that makes it likeliest."""
    bits = [[b.sum() for b in cell_bits(model.reader, pages, None, [Condition(n)] * len(pages))] for n in numbers]
    return [numbers[i] for i in np.argmin(bits, 0).tolist()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--model", default="bundled-page")
    parser.add_argument("--categories", nargs="+", default=["cats", "birds", "boats", "christmas", "plants"])
    parser.add_argument("--pages", type=int, default=40, help="to draw in each category")
    parser.add_argument("--pieces", type=int, default=20, help="held out, of each category, at most")
    parser.add_argument("--size", type=int, nargs=2, default=(10, 24))
    given = parser.parse_args()
    model = asciivae.load(given.model, device="cpu")
    assert isinstance(model, TrainedPageModel)
    corpus = asciivae.open_corpus(given.corpus)
    numbers = [category_number(name) for name in given.categories]
    of_piece = [merged(name) for name in corpus.column("category")]
    held = [int(sha256(str(name).encode()).hexdigest(), 16) % 10 == 0 for name in corpus.column("cluster")]
    print(f"{'':12} {'drawn':>14} {'held out':>14}    (chance: {1 / len(numbers):.0%})", flush=True)
    totals = np.zeros((2, 2), int)
    for name, number in zip(given.categories, numbers, strict=True):
        drawn = model.sample(given.pages, tuple(given.size), category=name, form="array")
        found = [i for i, (other, out) in enumerate(zip(of_piece, held, strict=True)) if out and other == number]
        grids = [corpus.grid(i) for i in found]
        pieces = [grid for grid in grids if grid.size <= 600][: given.pieces]
        row = np.array([[guessed(model, p, numbers).count(number), len(p)] for p in (drawn, pieces)])
        totals += row
        print(_line(name, row), flush=True)
    print(_line("all", totals))


def _line(name: str, row: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> str:
    return f"{name:12} " + " ".join(f"{right:3} of {n:3} {right / max(n, 1):4.0%}" for right, n in row.tolist())


if __name__ == "__main__":
    main()
