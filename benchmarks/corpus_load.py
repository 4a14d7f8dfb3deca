"""Time and memory of opening a store and of planning epochs, by the number of pieces.

    python benchmarks/corpus_load.py [CORPUS] [--pieces N]… [--folder FOLDER]

The pieces of CORPUS (default: embedded) are repeated to 13,000, 131,000 and 1,310,000; each size is measured in a
process of its own. Opening: wall time and additional resident memory, in MB (10⁶ bytes), the first time, when all of
the file is verified, and the second. Page sizes, counts of characters and plans of an epoch of nine tenths of the
pieces, not augmented and as in the recipe `base`: processor time in µs a piece, the best of three, and the ratio to a
loop over 3,000 of the pieces that calls the functions for one piece.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

SIZES = (13_000, 131_000, 1_310_000)


def build(spec: str, count: int, path: Path) -> None:
    from asciivae.corpus.builder import Builder
    from asciivae.corpus.mapped import save
    from asciivae.corpus.source import open_corpus

    corpus = open_corpus(spec)
    builder = Builder(path.parent)
    builder.add_rows(corpus.storage, np.arange(count) % len(corpus))
    save(path, *builder.done())


def resident() -> float:
    """The resident memory of this process, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def best(function: Callable[[], object]) -> float:
    """Seconds of processor time, the least of three."""
    found = []
    for _ in range(3):
        start = time.process_time()
        function()
        found.append(time.process_time() - start)
    return min(found)


def measure_opening(path: Path) -> None:
    from asciivae.corpus.source import open_corpus

    memory, start = resident(), time.perf_counter()
    corpus = open_corpus(path)
    print(f"{time.perf_counter() - start:.4f} s and {resident() - memory:.1f} MB for {len(corpus)} pieces", flush=True)


def measure_plans(path: Path) -> None:
    from asciivae.corpus import extents
    from asciivae.corpus.source import open_corpus
    from asciivae.recipe.resolve import load_recipe
    from asciivae.text.canvas import Canvas
    from asciivae.training.batches import Batches

    corpus = open_corpus(path)
    pieces = np.flatnonzero(np.arange(len(corpus)) % 10 > 0)
    some = pieces[:3000].tolist()
    canvas = Canvas(lambda height, width: (-(-height // 4) * 4, -(-width // 4) * 4), trimmed=True)
    augment = load_recipe("base").recipe.data.augment

    def sizes() -> object:
        boxes = extents.contents(corpus, pieces, True)
        return extents.page_sizes(np.stack([boxes.heights, boxes.widths], axis=1), canvas.size_for)

    plain = Batches(corpus, pieces, 64, canvas, 0)
    varied = Batches(corpus, pieces, 64, canvas, 0, None, augment)

    def augmented(piece: int) -> object:
        draws = varied._draws(piece, 1)
        content = augment.content(corpus.grid(piece), canvas, draws)
        return augment.size(content.shape, canvas, draws)

    counts = np.zeros(95, np.int64)

    def counted(piece: int) -> None:
        counts[:] += np.bincount(corpus.grid(piece).ravel(), minlength=95)

    for name, whole, one in (
        ("page sizes", sizes, lambda piece: canvas.size(corpus.grid(piece))),
        ("characters", lambda: extents.character_counts(corpus, pieces), counted),
        ("plan", lambda: plain.plan(1), None),
        ("plan, augmented", lambda: varied.plan(1), augmented),
    ):
        each = 1e6 * best(whole) / len(pieces)
        ratio = 1e6 * best(lambda one=one: [one(piece) for piece in some]) / len(some) / each if one else None
        print(
            f"  {name}: {each:.2f} µs a piece" + (f", {ratio:.1f} times as fast as a loop" if ratio else ""), flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", nargs="?", default="embedded")
    parser.add_argument("--pieces", type=int, action="append")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--measure", choices=("opening", "plans"))
    given = parser.parse_args()
    if given.measure:
        {"opening": measure_opening, "plans": measure_plans}[given.measure](Path(given.corpus))
        return
    for count in given.pieces or SIZES:
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            path = Path(folder) / "repeated.safetensors"
            start = time.perf_counter()
            build(given.corpus, count, path)
            print(f"{count} pieces, {path.stat().st_size / 1e6:.0f} MB, built in {time.perf_counter() - start:.1f} s")
            here = {**os.environ, "ASCIIVAE_CACHE": folder}
            for name in ("opening", "opening", "opening", "plans"):
                subprocess.run([sys.executable, __file__, str(path), "--measure", name], check=True, env=here)


if __name__ == "__main__":
    main()
