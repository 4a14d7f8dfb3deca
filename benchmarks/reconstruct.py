"""The time of `asciivae reconstruct` for one file, beyond importing torch, and for a folder; and of `evaluate`.

python benchmarks/reconstruct.py MODEL [--corpus PATH] [--pieces 1000] [--repeats 5]

Wall time and CPU time; CPU time depends less on other load, and with OMP_NUM_THREADS=1 is that of one core.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from asciivae.corpus.source import open_corpus

Seconds = tuple[float, float]
"""Wall time and CPU time."""


def seconds(*arguments: str) -> Seconds:
    start, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--corpus", default="embedded")
    parser.add_argument("--pieces", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()

    corpus = open_corpus(given.corpus)
    with tempfile.TemporaryDirectory() as folder:
        for number, piece in enumerate(np.linspace(0, len(corpus) - 1, given.pieces).astype(int)):
            (Path(folder) / f"{number:05}.txt").write_text(corpus.text(piece))
        run = ["-m", "asciivae", "reconstruct", "--model", given.model]
        commands = {
            "import torch": ["-c", "import torch"],
            "one": [*run, f"{folder}/00000.txt"],
            "reconstruct": [*run, folder],
            "evaluate": ["-m", "asciivae", "evaluate", given.model, "--data", folder, "--split", "all"],
        }
        # Interleaved, so that other load affects all equally.
        rounds = [{name: seconds(*command) for name, command in commands.items()} for _ in range(given.repeats)]
    for clock, name in enumerate(("wall", "processor")):
        times = {what: statistics.median(one[what][clock] for one in rounds) for what in commands}
        beyond = statistics.median(one["one"][clock] - one["import torch"][clock] for one in rounds)
        print(f"{name}: one file {beyond:.2f} s beyond importing torch ({times['import torch']:.2f} s)")
        for what in ("reconstruct", "evaluate"):
            net = statistics.median(given.pieces / (one[what][clock] - one["one"][clock]) for one in rounds)
            print(
                f"{name}: {what} {given.pieces / times[what]:.0f} pieces/s, {net:.0f} without the start of the command"
            )


if __name__ == "__main__":
    main()
