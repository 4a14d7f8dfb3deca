"""Blank pages as the optimum of a loss: one page of logits, nine targets, several losses. Takes seconds.

    python benchmarks/blank_page.py [--png blank_page.png]

A decoder that is uncertain about the position of a drawing by one cell has nine targets for the same code: the drawing
shifted by up to one cell. So one page of logits is optimised (Adam, learning rate 0.3, 150 steps) for all nine. For
cross-entropy, MSE and L1 the result is the blank page.

Columns: the ink of the most probable page relative to the drawing's; its shape distance to the nearest of the nine.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from asciivae import registry
from asciivae.contract import Facts, LossInputs, Posterior
from asciivae.losses.objective import one_hot
from asciivae.losses.shape import ShapeMeasure
from asciivae.losses.shape_tables import ShapeConfig
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.render.glyphs import atlas
from asciivae.text.art import Grid, parse, to_text
from asciivae.text.charset import SIZE, SPACE

ELLIPSE = r"""
     _---------_
    /           |
   /            \
  /              |
 /               |
 -______________/
"""
STARTS: dict[str, float] = {"space": 4.0, "uniform": 0.0}
"""The initial logit of the space; all others start at 0."""

MIXTURES: dict[str, dict[str, float]] = {
    "ce": {"ce": 1.0},
    "mse": {"mse": 1.0},
    "l1": {"l1": 1.0},
    "ssim": {"ssim": 1.0},
    "edge": {"edge": 1.0},
    "shape": {"shape": 1.0},
    "shape + 0.02 ce": {"shape": 1.0, "ce": 0.02},
}


@dataclass(frozen=True)
class Outcome:
    """The result of a loss: the most probable page, its relative ink, and its shape distance to the nearest target."""

    page: Grid
    ink_ratio: float
    shape: float


def compromise(weights: Mapping[str, float], start: float, *, steps: int = 150, text: str = ELLIPSE) -> Outcome:
    """Optimise one page for the nine shifts of a drawing.

    Args:
        weights: losses of the registry and their weights; `ce` is the mean over the cells.
        start: the initial logit of the space.
        steps: the steps of Adam.
        text: the drawing.
    """
    drawing = _drawing(text)
    shifts = itertools.product((-1, 0, 1), repeat=2)
    targets = torch.from_numpy(np.stack([np.roll(drawing, s, axis=(0, 1)) for s in shifts]).astype(np.int64))
    loss = _loss(weights, targets)
    logits = torch.zeros(1, SIZE, *drawing.shape)
    logits[:, SPACE] = start
    logits.requires_grad_()
    adam = torch.optim.Adam([logits], lr=0.3)
    for _ in range(steps):
        adam.zero_grad()
        loss(logits.expand(len(targets), -1, -1, -1)).backward()
        adam.step()
    page = logits.detach().argmax(dim=1)
    measure = ShapeMeasure(ShapeConfig())
    nearest = measure.compare(measure.of_characters(targets), measure.of_characters(page.expand_as(targets)))
    return Outcome(
        page[0].numpy().astype(np.uint8),
        int(page.count_nonzero()) / np.count_nonzero(drawing),
        float(nearest.distance.min()),
    )


def _drawing(text: str) -> Grid:
    """The drawing with a margin for shifts."""
    return np.pad(parse(text), ((1, 2), (2, 2)))


def _loss(weights: Mapping[str, float], targets: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    renderer = Analytic(AnalyticConfig(), atlas(res=(9, 9)))
    facts = Facts(glyphs=renderer.glyphs, character_counts=torch.ones(SIZE, dtype=torch.int64))
    losses = {}
    for name in weights:
        made = registry.load("loss", name)
        losses[name] = made(made.Config(reduction="mean") if name == "ce" else made.Config(), facts)
    target_image = renderer(one_hot(targets, torch.float32))
    mask, latent = torch.ones_like(targets, dtype=torch.bool), torch.zeros(len(targets), 1)

    def total(logits: torch.Tensor) -> torch.Tensor:
        probs = logits.softmax(dim=1)
        picture = renderer(probs)
        inputs = LossInputs(
            logits=logits,
            probs=probs,
            target=targets,
            mask=mask,
            posterior=Posterior(latent, latent),
            target_image=target_image,
            recon_image=picture,
            squared_error=(picture - target_image).square().flatten(1).sum(1),
        )
        terms = [weights[name] * loss(inputs)[""].mean() for name, loss in losses.items()]
        return torch.stack(terms).sum()

    return total


def main() -> None:
    """Print the table, and write the pages with --png."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--png", type=Path, help="write the drawing and the result of each loss to this file")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'loss':16} {'start':8} {'ink':>5} {'shape':>6}")
    rows = []
    for start, logit in STARTS.items():
        outcomes = {name: compromise(weights, logit) for name, weights in MIXTURES.items()}
        for name, outcome in outcomes.items():
            print(f"{name:16} {start:8} {outcome.ink_ratio:5.2f} {outcome.shape:6.3f}", flush=True)
        print(to_text(outcomes["shape + 0.02 ce"].page))
        rows.append([_drawing(ELLIPSE), *(outcome.page for outcome in outcomes.values())])
    if arguments.png:
        from asciivae.edges.views import figure, page_picture

        figure([[np.pad(page_picture(page), 1, constant_values=0.6) for page in row] for row in rows]).save(
            arguments.png
        )


if __name__ == "__main__":
    main()
