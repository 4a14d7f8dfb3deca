"""Recipes with the `shape` loss against the same recipes with pixel losses: equal steps and held-out pieces.

    python benchmarks/shape_recipes.py [--steps 300] [--batch 32] [--pieces 60] [RECIPE ...]

Held-out pieces are decoded from the posterior mean, with the most probable character of each cell; a row of the table
is the mean over them. See docs/perceptual.md.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch

from asciivae.experiment.build import build
from asciivae.latent.reconstruct import reconstruct
from asciivae.metrics.picture import picture_scores
from asciivae.models.base import VAE
from asciivae.recipe.resolve import load_recipe
from asciivae.training.loop import train

RECIPES = ("20717f2-repaired", "20717f2-shape", "stage0-gumbel-repaired", "stage0-gumbel-shape")
SHOWN = ("shape", "ink_f1", "ink_ratio", "blank_fraction", "glyph_similarity", "contour_f1")


def scores(recipe: str, steps: int, batch: int, pieces: int, overrides: list[str]) -> dict[str, float]:
    """Train a recipe for some steps and evaluate it on held-out pieces."""
    sets = [f"train.steps={steps}", f"train.batch={batch}", "train.precision=fp32", "train.swa=null", *overrides]
    experiment = build(load_recipe(recipe, sets), torch.device("cpu"))
    start = time.perf_counter()
    for _ in train(experiment.task, experiment.state):
        pass
    seconds = time.perf_counter() - start
    model = experiment.state.evaluated()
    assert isinstance(model, VAE)
    held_out = [experiment.data.corpus.grid(i) for i in experiment.data.validating[:pieces].tolist()]
    made = reconstruct(model, held_out, experiment.data.canvas)
    each = [picture_scores(one.original, one.grid) for one in made]
    return {name: statistics.fmean(score[name] for score in each) for name in SHOWN} | {"seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", default=RECIPES)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--pieces", type=int, default=60)
    parser.add_argument("--set", action="append", default=[], help="override a value of every recipe")
    arguments = parser.parse_args()
    print(" ".join(["recipe".ljust(24), *(name.rjust(16) for name in (*SHOWN, "seconds"))]))
    for recipe in arguments.recipes:
        found = scores(recipe, arguments.steps, arguments.batch, arguments.pieces, arguments.set)
        print(" ".join([recipe.ljust(24), *(f"{found[name]:16.3f}" for name in (*SHOWN, "seconds"))]), flush=True)


if __name__ == "__main__":
    main()
