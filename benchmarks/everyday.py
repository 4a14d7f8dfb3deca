"""Everyday commands in both engines: processor time and peak memory of whole processes on one core, in turn.

python benchmarks/everyday.py [--repeats 7]

The same weights are run by ONNX Runtime, which is the default, and by PyTorch, which runs a weights file that is named.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from draw_speed import Cost, cost
from pictures import PICTURES
from PIL import Image

from asciivae.corpus.source import open_corpus
from asciivae.experiment.bundled import bundled_file
from asciivae.text.art import to_text

WIDE = 217
"""A piece of the embedded corpus with room for the hole."""


def commands(folder: Path) -> dict[str, tuple[str, list[str]]]:
    """By name: the kind of model, and the command."""
    corpus = open_corpus("embedded")
    (art := folder / "art").mkdir()
    for number in range(1000):
        (art / f"{number:04}.txt").write_text(to_text(corpus.grid(number)))
    Image.fromarray(PICTURES["chelsea"]()).save(folder / "chelsea.png")
    one, other = str(art / "0000.txt"), str(art / "0002.txt")
    page, some = folder / "page.txt", folder / "some"
    page.write_text(to_text(corpus.grid(WIDE)))
    some.mkdir()
    for number in range(100):
        (some / f"{number:04}.txt").write_text(to_text(corpus.grid(number)))
    return {
        "reconstruct, one drawing": ("model", ["reconstruct", one]),
        "reconstruct, 1,000 drawings": ("model", ["reconstruct", str(art), "--out", str(folder / "made")]),
        "reconstruct --numbers 256": ("model", ["reconstruct", one, "--numbers", "256"]),
        "reconstruct --json": ("model", ["reconstruct", one, "--json"]),
        "edges --reconstruct": ("model", ["edges", one, "--reconstruct", "--text"]),
        "interpolate, 12 pages": ("model", ["interpolate", one, other]),
        "sample --like": ("model", ["sample", "--like", one, "--like", other, "--size", "24x56"]),
        "sample, 16 x 40": ("page", ["sample", "-n", "1"]),
        "complete, a hole of 8 x 20": ("page", ["complete", str(page), "--hole", "5,9,8,20"]),
        "score, one drawing": ("page", ["score", one]),
        "score, 100 drawings": ("page", ["score", str(some)]),
        "draw, 44 columns": ("tracer", ["draw", str(folder / "chelsea.png"), "--width", "44"]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    print(f"{'':28} {'ONNX Runtime':>18} {'PyTorch':>18} {'ratio of time':>14} {'of memory':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for name, (kind, command) in commands(Path(folder)).items():
            pairs: list[tuple[Cost, Cost]] = []
            for _ in range(min(repeats, 3) if "1,000" in name else repeats):
                slow = ["-m", "asciivae", *command, "--model", str(bundled_file(kind))]
                pairs.append((cost(["-m", "asciivae", *command]), cost(slow)))
            fast, slow_cost = (
                Cost(statistics.median(one.seconds for one in side), max(one.megabytes for one in side))
                for side in zip(*pairs, strict=True)
            )
            time = statistics.median(slow.seconds / quick.seconds for quick, slow in pairs)
            cells = [f"{one.seconds:6.2f} s {one.megabytes:5.0f} MB" for one in (fast, slow_cost)]
            print(
                f"{name:28} {cells[0]:>18} {cells[1]:>18} {time:12.2f} × {fast.megabytes / slow_cost.megabytes:10.2f}"
            )


if __name__ == "__main__":
    main()
