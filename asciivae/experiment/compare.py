"""Comparison of runs: their last validation, and their reconstructions of the same drawings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from asciivae.errors import RunError
from asciivae.experiment.evaluate import labels
from asciivae.experiment.load import load_model
from asciivae.latent.reconstruct import reconstruct
from asciivae.metrics.picture import picture_scores
from asciivae.recipe import loader
from asciivae.recipe.resolve import check_model
from asciivae.training.data import open_data, sides
from asciivae.training.run_dir import RunDir

if TYPE_CHECKING:
    from asciivae.text.art import Grid


@dataclass(frozen=True)
class Compared:
    """The results of one run.

    Attributes:
        label: its recipe and folder, unique among the runs.
        step: step of its latest checkpoint.
        records: its metrics.
        validation: its last validation, on its own validation pieces.
        scores: mean `picture_scores` of the drawings that all runs reconstruct.
        reconstructions: reconstructions of these drawings, (h, w) each.
    """

    label: str
    step: int
    records: tuple[Mapping[str, Any], ...]
    validation: Mapping[str, float]
    scores: Mapping[str, float]
    reconstructions: tuple[Grid, ...]


def compare(runs: Sequence[Path], grids: Sequence[Grid]) -> list[Compared]:
    """Compare runs on the same drawings.

    Args:
        runs: folders of runs with a checkpoint.
        grids: the drawings, (h, w) each.

    Raises:
        ModelError: a drawing is too large for a model, or a weights file is damaged.
        RunError: a folder is not a run, or has no checkpoint.
    """
    folders = [RunDir.open(path) for path in runs]
    models = [load_model(path, torch.device("cpu")) for path in runs]
    found = []
    for label, folder, trained in zip(labels(models, runs), folders, models, strict=True):
        made = reconstruct(trained.model, grids, trained.canvas)
        records = tuple(folder.metrics())
        validations = [record for record in records if record["kind"] == "validation"]
        last = validations[-1] if validations else {}
        each = [picture_scores(one.original, one.grid) for one in made]
        found.append(
            Compared(
                label=label,
                step=trained.step,
                records=records,
                validation={k: v for k, v in last.items() if isinstance(v, float) and math.isfinite(v)},
                scores={name: sum(scores[name] for scores in each) / len(each) for name in each[0]} if each else {},
                reconstructions=tuple(one.grid for one in made),
            )
        )
    return found


def unseen_pieces(runs: Sequence[Path], count: int) -> list[Grid]:
    """Drawings of median size from the validation pieces of the first run, on which no run was trained.

    Raises:
        RecipeError, RecipeProblems: a run's recipe cannot be read.
        RunError: a folder is not a run, or each of the pieces was used in training by a run.
    """
    seen: set[tuple[tuple[int, ...], bytes]] = set()
    candidates: list[Grid] = []
    for number, path in enumerate(runs):
        RunDir.open(path)
        file = path / "resolved.yaml"
        data = check_model(loader.read_file(file), str(file)).data
        corpus, _ = open_data(data)
        training, validating = sides(data, corpus)
        grids = [corpus.grid(piece) for piece in training.tolist()]
        seen |= {(grid.shape, grid.tobytes()) for grid in grids}
        if number == 0:
            candidates = [corpus.grid(piece) for piece in validating.tolist()]
    unseen = sorted(
        (grid for grid in candidates if (grid.shape, grid.tobytes()) not in seen), key=lambda grid: grid.size
    )
    if not unseen:
        raise RunError(
            "has no validation piece that the other runs were not trained on",
            place=str(runs[0]),
            hint="give other drawings with --piece",
        )
    middle = max(0, len(unseen) // 2 - count // 2)
    return unseen[middle : middle + count]
