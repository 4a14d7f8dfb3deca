"""What drawing and completing pages takes: processor time of one core, the best of several runs.

python benchmarks/page_speed.py [--repeats 5] [--model RUN]

Start-up is a process that imports asciivae and PyTorch and loads the model.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import torch
from processes import cost

import asciivae
from asciivae.experiment.trained_page import TrainedPageModel

SIZE = (16, 40)
HOLE = (5, 11, 8, 20)


def best(model: TrainedPageModel, repeats: int) -> float:
    """Processor time of drawing one page in this process, in seconds."""
    times = []
    for seed in range(repeats):
        begun = time.process_time()
        model.sample(1, SIZE, seed=seed)
        times.append(time.process_time() - begun)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--model", default="bundled-page")
    given = parser.parse_args()
    torch.set_num_threads(1)
    model = asciivae.load(given.model, device="cpu")
    assert isinstance(model, TrainedPageModel)
    print(f"one page of {SIZE[0]} x {SIZE[1]} after loading: {best(model, given.repeats):.2f} s", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.txt")
        page.write_text(model.sample(1, SIZE, seed=0)[0], encoding="utf-8")
        hole = ",".join(map(str, HOLE))
        size, options = f"{SIZE[0]}x{SIZE[1]}", ["--model", given.model]
        cases = {
            "start-up": ["-c", f"import torch, asciivae; asciivae.load({given.model!r}, device='cpu')"],
            "sample": ["-m", "asciivae", "sample", "-n", "1", "--size", size, *options],
            "complete, 3 proposals": ["-m", "asciivae", "complete", str(page), "--hole", hole, *options],
        }
        seconds = {case: float("inf") for case in cases}
        for _ in range(given.repeats):
            seconds = {case: min(seconds[case], cost(arguments).seconds) for case, arguments in cases.items()}
    print(f"{'':22} {'processor':>10} {'beyond start-up':>16}")
    for case, found in seconds.items():
        print(f"{case:22} {found:8.2f} s {found - seconds['start-up']:14.2f} s")


if __name__ == "__main__":
    main()
