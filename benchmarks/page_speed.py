"""What drawing and completing pages takes in both engines, in turn: processor time of one core, the best of some runs.

python benchmarks/page_speed.py [--repeats 5]

Start-up is a process that opens the model.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import torch
from processes import cost

from asciivae.experiment.bundled import BUNDLED_PAGE, bundled_file
from asciivae.experiment.page_model import PageModel
from asciivae.experiment.page_models import open_page_model

SIZE = (16, 40)
HOLE = (5, 11, 8, 20)


def once(model: PageModel, seed: int) -> float:
    """Processor time of drawing one page in this process, in seconds."""
    begun = time.process_time()
    model.sample(1, SIZE, seed=seed)
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    torch.set_num_threads(1)
    files = {"ONNX Runtime": BUNDLED_PAGE, "PyTorch": bundled_file("page")}
    models = {engine: open_page_model(file) for engine, file in files.items()}
    drawn = {engine: float("inf") for engine in files}
    for seed in range(given.repeats):
        drawn = {engine: min(drawn[engine], once(model, seed)) for engine, model in models.items()}
    print(f"{'':34} {'processor':>10} {'beyond start-up':>16}")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.txt")
        page.write_text(models["PyTorch"].sample(1, SIZE, seed=0)[0], encoding="utf-8")
        hole, size = ",".join(map(str, HOLE)), f"{SIZE[0]}x{SIZE[1]}"
        commands = {
            "sample": ["sample", "-n", "1", "--size", size],
            "complete": ["complete", str(page), "--hole", hole],
        }
        opening = (
            "from pathlib import Path; from asciivae.experiment.page_models import open_page_model as o; o(Path({!r}))"
        )
        cases = {(engine, "start-up"): ["-c", opening.format(str(file))] for engine, file in files.items()}
        for name, command in commands.items():
            for engine, file in files.items():
                cases[engine, name] = ["-m", "asciivae", *command, "--model", str(file)]
        seconds = dict.fromkeys(cases, float("inf"))
        for _ in range(given.repeats):
            seconds = {case: min(seconds[case], cost(arguments).seconds) for case, arguments in cases.items()}
    for (engine, name), found in seconds.items():
        print(f"{engine:14} {name:19} {found:8.2f} s {found - seconds[engine, 'start-up']:14.2f} s")
    for engine, found in drawn.items():
        print(f"{engine:14} a page after loading {found:6.2f} s")


if __name__ == "__main__":
    main()
