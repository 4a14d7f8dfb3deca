"""What `asciivae draw` takes: processor time and memory of whole processes on one core, in turn.

python benchmarks/draw_speed.py [--repeats 7] [--model RUN]

Start-up is the same command on a picture of one cell: Python, the command line, the network, and nothing to draw.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

import numpy as np
from pictures import PICTURES
from PIL import Image
from processes import Cost, cost

CASES = {
    "start-up": ("dot", ["--width", "1"]),
    "44 columns, --no-search": ("chelsea", ["--width", "44", "--no-search"]),
    "44 columns": ("chelsea", ["--width", "44"]),
    "44 columns, --fit": ("chelsea", ["--width", "44", "--fit"]),
    "200 columns": ("astronaut", ["--width", "200"]),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--model", default="bundled-tracer")
    given = parser.parse_args()
    costs: dict[str, list[Cost]] = {case: [] for case in CASES}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("chelsea", "astronaut"):
            Image.fromarray(PICTURES[name]()).save(Path(folder, f"{name}.png"))
        Image.fromarray(np.zeros((12, 6), np.uint8)).save(Path(folder, "dot.png"))
        for number in range(given.repeats):
            for case, (name, options) in CASES.items():
                if number and case == "200 columns" and number > 2:
                    continue
                picture, out = Path(folder, f"{name}.png"), Path(folder, "out.txt")
                command = ["-m", "asciivae", "draw", str(picture), *options, "--model", given.model, "--out", str(out)]
                if name == "dot":
                    command += ["--lines", "given"]
                costs[case].append(cost(command))
    start = statistics.median(one.seconds for one in costs["start-up"])
    print(f"{'':26} {'processor':>10} {'beyond start-up':>16} {'peak memory':>12}")
    for case, found in costs.items():
        seconds = statistics.median(one.seconds for one in found)
        memory = max(one.megabytes for one in found)
        print(f"{case:26} {seconds:8.2f} s {seconds - start:14.2f} s {memory:9.0f} MB")


if __name__ == "__main__":
    main()
