"""Evaluation of models on the same pieces, by default on those that recipes hold out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from asciivae.corpus.concat import open_corpora
from asciivae.corpus.settings import Split
from asciivae.corpus.side import Side
from asciivae.corpus.splits import split
from asciivae.errors import CorpusError, ModelError
from asciivae.experiment.measure import measure
from asciivae.experiment.metrics import plugin_metrics
from asciivae.metrics.summary import ModelScores, summarise
from asciivae.training.run_dir import RunDir

if TYPE_CHECKING:
    from asciivae.experiment.trained import TrainedModel
    from asciivae.experiment.trained_page import TrainedPageModel
    from asciivae.text.art import Grid


@dataclass(frozen=True)
class Pieces:
    """The pieces of an evaluation.

    Attributes:
        source: the corpus as given by the user.
        side: the side of the split.
        total: number of pieces in the corpus.
        names: the `id` of each piece.
        grids: the pieces, (h, w) each.
        left_out: the names of pieces that are too large for a model, with the reason.
        refused: number of pieces of the source that cannot be read.
    """

    source: str
    side: Side
    total: int
    names: tuple[str, ...]
    grids: tuple[Grid, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    refused: int = 0


def choose_pieces(corpora: Sequence[str], side: Side, limit: int | None = None) -> Pieces:
    """Open corpora as one and choose the pieces of an evaluation.

    Args:
        corpora: see `open_corpora`.
        side: the side of the split.
        limit: maximum number of pieces, evenly spaced.

    Raises:
        CorpusError: a corpus cannot be opened, or is too small to be split.
    """
    corpus = open_corpora(corpora)
    chosen = np.arange(len(corpus))
    if side is Side.validation:
        default = Split()
        try:
            _, chosen = split(corpus, default.rule, default.share)
        except CorpusError as error:
            raise CorpusError(error.message, place=error.place, hint="use all pieces: --split all") from error
    if limit is not None and limit < len(chosen):
        chosen = chosen[np.arange(limit) * len(chosen) // limit]
    names, numbers = corpus.column("id"), chosen.tolist()
    grids = tuple(corpus.grid(i) for i in numbers)
    chosen_names = tuple(names[i] for i in numbers)
    return Pieces(corpus.source, side, len(corpus), chosen_names, grids, refused=corpus.refused_total)


def fitting(models: Sequence[TrainedModel], pieces: Pieces) -> Pieces:
    """Leave out pieces that are too large for any of the models, so that all are measured on the same ones.

    Raises:
        ModelError: no piece is left.
    """
    kept, left_out = [], []
    for i, grid in enumerate(pieces.grids):
        try:
            for trained in models:
                trained.model.canvas(*trained.canvas.content(grid).shape)
        except ModelError as error:
            left_out.append((pieces.names[i], error.message))
        else:
            kept.append(i)
    if not kept:
        raise ModelError(
            f"no piece fits all models; the first one: {left_out[0][1]}",
            place=pieces.source,
            hint="evaluate the models separately, or use smaller pieces",
        )
    names, grids = tuple(pieces.names[i] for i in kept), tuple(pieces.grids[i] for i in kept)
    return replace(pieces, names=names, grids=grids, left_out=tuple(left_out))


def may_have_seen(trained: TrainedModel | TrainedPageModel) -> bool:
    """Whether the validation side of `choose_pieces` may contain training pieces of this model's recipe."""
    own, default = trained.data.split, Split()
    return own.rule != default.rule or own.share != default.share


def evaluate(
    models: Sequence[TrainedModel],
    paths: Sequence[Path],
    pieces: Pieces,
    *,
    numbers: Sequence[int] = (),
    contours: bool = False,
    metrics: Sequence[str] = (),
    advanced: Callable[[int], object] = lambda _: None,
) -> list[ModelScores]:
    """Measure models on pieces; training metrics are included for models that are given as a run's folder.

    Args:
        models: the models.
        paths: the path given for each model.
        pieces: pieces that fit all models.
        numbers: sizes of the latent to measure each model with (see `TrainedModel.at`); none for its own.
        contours: whether to compare joined contours too.
        metrics: names of metrics to measure too, which are plugins.
        advanced: called with the number of pieces done since the previous call.

    Raises:
        PluginError: a metric is unknown, or fails.
    """
    found = []
    for label, trained, path in zip(labels(models, paths), models, paths, strict=True):
        records = tuple(RunDir(path).metrics()) if path.is_dir() else ()
        for size in numbers or (None,):
            sized = trained if size is None else trained.at(size)
            more, shown = plugin_metrics(metrics, trained.glyphs, pieces.grids) if metrics else (None, ())
            measured = measure(
                sized.model, pieces.grids, trained.canvas, contours=contours, metrics=more, advanced=advanced
            )
            own = label if size is None else f"{label}, {size}"
            summary = summarise(measured)
            names = list(summary.whole.mean_of_pieces)
            shown = tuple(s._replace(name=n) for s in shown for n in names if n == s.name or n.startswith(f"{s.name}."))
            found.append(ModelScores(own, label, size, trained.step, measured, summary, records, shown))
    return found


def labels(models: Sequence[TrainedModel], paths: Sequence[Path]) -> list[str]:
    """Unique labels of models: recipe and last part of the path, numbered if these are equal."""
    plain = [f"{trained.name} {path.absolute().name}" for trained, path in zip(models, paths, strict=True)]
    return [label if plain.count(label) == 1 else f"{label} #{i}" for i, label in enumerate(plain, start=1)]
