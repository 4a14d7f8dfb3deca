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


def commands(folder: Path) -> dict[str, tuple[str, list[str]]]:
    """By name: the kind of model, and the command."""
    corpus = open_corpus("embedded")
    (art := folder / "art").mkdir()
    for number in range(1000):
        (art / f"{number:04}.txt").write_text(to_text(corpus.grid(number)))
    Image.fromarray(PICTURES["chelsea"]()).save(folder / "chelsea.png")
    return {
        "reconstruct, one drawing": ("model", ["reconstruct", str(art / "0000.txt")]),
        "reconstruct, 1,000 drawings": ("model", ["reconstruct", str(art), "--out", str(folder / "made")]),
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
                slow = ["asciivae", *command, "--model", str(bundled_file(kind))]
                pairs.append((cost(["asciivae", *command]), cost(slow)))
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
