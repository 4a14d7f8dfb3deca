"""Two processes with one thread each, training together, against one process with one thread.

    python benchmarks/ddp.py [--recipe base] [--batch 48] [--corpus PATH] [--steps 6] [--repeats 5]

Both arrangements take the same steps of the same batches in turn, on two cores, and wait while the other one runs; each
repeat gives one ratio of throughputs, and the median is reported. Where other programs use the cores, the ratio of
processor time says what it would be without them, but for waiting. Losses are compared. See docs/scale.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

import torch
import torch.distributed

WARM_UP = 2
"""Rounds that are not counted: oneDNN compiles a kernel for each new shape."""


def work(recipe: str, batch: int, corpus: str, steps: int) -> None:
    """Train in this process, `steps` steps for each line of stdin; print seconds, processor time and the last loss."""
    from asciivae.experiment.build import build
    from asciivae.experiment.shared import shared
    from asciivae.recipe.resolve import load_recipe
    from asciivae.training.joined import join
    from asciivae.training.loop import train

    torch.set_num_threads(1)
    ranks = join()
    made = build(load_recipe(recipe, [f"data.corpus={corpus}", f"train.batch={batch}"]), torch.device("cpu"))
    made = shared(made, ranks)
    loop = train(made.task, made.state)
    for _ in sys.stdin:
        began, used = time.perf_counter(), time.process_time()
        for _ in range(steps):
            step = next(loop)
        print(json.dumps([time.perf_counter() - began, time.process_time() - used, step.total]), flush=True)


class Arrangement:
    """A number of processes that train together, and wait for their turn.

    Args:
        world: the number.
        words: the arguments of `work`.
    """

    def __init__(self, world: int, words: list[str]) -> None:
        self.store = torch.distributed.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
        place = {
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(self.store.port),
            "TORCHELASTIC_USE_AGENT_STORE": "True",
        }
        usual = {**os.environ, "OMP_NUM_THREADS": "1", "TORCH_CPP_LOG_LEVEL": "ERROR", **place}
        self.processes = [
            subprocess.Popen(
                [sys.executable, __file__, "--work", *words],
                env={**usual, "WORLD_SIZE": str(world), "RANK": str(rank), "LOCAL_RANK": str(rank)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for rank in range(world)
        ]

    def turn(self) -> tuple[float, float, float]:
        """Train for a turn: seconds, processor time of the process that used most, and the last loss."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        said: list[Any] = [json.loads(process.stdout.readline()) for process in self.processes if process.stdout]
        return max(seconds for seconds, _, _ in said), max(used for _, used, _ in said), said[0][2]

    def end(self) -> None:
        """End the processes."""
        for process in self.processes:
            process.kill()
            process.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="base")
    parser.add_argument("--batch", type=int, default=48, help="pieces of a step, of both processes together")
    parser.add_argument("--corpus", default="embedded")
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        work(chosen.recipe, chosen.batch, chosen.corpus, chosen.steps)
        return
    words = ["--recipe", chosen.recipe, "--batch", str(chosen.batch)]
    words += ["--corpus", chosen.corpus, "--steps", str(chosen.steps)]
    arrangements: list[Arrangement] = []
    try:
        arrangements.extend(Arrangement(world, words) for world in (1, 2))
        ratios, used, apart = [], [], 0.0
        for turn in range(WARM_UP + chosen.repeats):
            one, two = (arrangement.turn() for arrangement in arrangements)
            apart = max(apart, abs(one[2] - two[2]) / abs(one[2]))
            if turn >= WARM_UP:
                ratios.append(one[0] / two[0])
                used.append(one[1] / two[1])
                print(f"{one[0] / chosen.steps:.3f} s a step, {two[0] / chosen.steps:.3f} s with two processes")
    finally:
        for arrangement in arrangements:
            arrangement.end()
    for name, found in (("throughput", ratios), ("processor time of one over that of each of two", used)):
        print(f"{name}: {statistics.median(found):.2f} × ({min(found):.2f} to {max(found):.2f})")
    print(f"losses differ by at most {apart:.1e}")


if __name__ == "__main__":
    main()
