"""Runs beside each other: their last validation, and what each makes of the same drawings."""

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
from asciivae.recipe.resolve import check_recipe
from asciivae.training.data import open_data, sides
from asciivae.training.run_dir import RunDir

if TYPE_CHECKING:
    from asciivae.text.art import Grid


@dataclass(frozen=True)
class Compared:
    """One of the runs.

    Attributes:
        label: its recipe and its folder's name, unlike any other's.
        step: of its latest checkpoint.
        records: its metrics.
        validation: its last validation, on its own pieces.
        scores: what `picture_scores` says of the drawings that all runs were given, on average.
        reconstructions: of those drawings, (h, w) each.
    """

    label: str
    step: int
    records: tuple[Mapping[str, Any], ...]
    validation: Mapping[str, float]
    scores: Mapping[str, float]
    reconstructions: tuple[Grid, ...]


def compare(runs: Sequence[Path], grids: Sequence[Grid]) -> list[Compared]:
    """Give all runs the same drawings.

    Args:
        runs: folders of runs, at least one of them with a checkpoint.
        grids: the drawings, (h, w) each.

    Raises:
        ModelError: a drawing is too large for a model, or a weights file is damaged.
        RunError: a folder is no run, or has no checkpoint.
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
    """Drawings that no run has trained on, from the validation pieces of the first: those of middling size.

    Raises:
        RecipeError, RecipeProblems: a run's recipe cannot be read.
        RunError: a folder is no run, or each of the pieces was trained on by one of them.
    """
    seen: set[tuple[tuple[int, ...], bytes]] = set()
    candidates: list[Grid] = []
    for number, path in enumerate(runs):
        RunDir.open(path)
        file = path / "resolved.yaml"
        data = check_recipe(loader.read_file(file), str(file)).recipe.data
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
            "validates on no piece that the others have not trained on",
            place=str(runs[0]),
            hint="name drawings of your own with --piece",
        )
    middle = max(0, len(unseen) // 2 - count // 2)
    return unseen[middle : middle + count]
