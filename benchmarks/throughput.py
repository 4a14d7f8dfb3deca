"""Training throughput of a recipe in pieces per second, against the plain step of `train_step.py`, interleaved.

python benchmarks/throughput.py [--recipe base] [--corpus PATH] [--steps 40] [--repeats 5]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

import torch
from train_step import plain_step, seconds

from asciivae.experiment.build import build
from asciivae.recipe.resolve import load_recipe
from asciivae.training.loop import train

PLAIN_BATCH = 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="base")
    parser.add_argument("--corpus", default="embedded")
    parser.add_argument("--steps", type=int, default=40, help="steps of the recipe in each repeat")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()

    loaded = load_recipe(arguments.recipe, [f"data.corpus={arguments.corpus}"])
    experiment = build(loaded, torch.device("cpu"))
    steps = train(experiment.task, experiment.state)
    plain = plain_step(PLAIN_BATCH)
    plain()
    for _ in range(10):
        next(steps)

    rates, plain_rates = [], []
    for _ in range(arguments.repeats):
        start = time.perf_counter()
        pieces = sum(next(steps).pieces for _ in range(arguments.steps))
        rates.append(pieces / (time.perf_counter() - start))
        plain_rates.append(PLAIN_BATCH / seconds(plain))
    ratios = [ours / theirs for ours, theirs in zip(rates, plain_rates, strict=True)]
    report = {
        "recipe": arguments.recipe,
        "corpus_pieces": len(experiment.data.corpus),
        "parameters": sum(p.numel() for p in experiment.task.module.parameters()),
        "threads": torch.get_num_threads(),
        "pieces_per_second": round(statistics.median(rates), 1),
        "plain_pieces_per_second": round(statistics.median(plain_rates), 1),
        "ratio_median": round(statistics.median(ratios), 2),
        "ratio_all": [round(r, 2) for r in ratios],
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
