"""`asciivae evaluate` of page models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from asciivae.cli.inputs import model_facts, named
from asciivae.cli.output import json_result, say, table
from asciivae.cli.progress import counting
from asciivae.corpus.side import Side
from asciivae.errors import CorpusError

ROWS = {
    "pieces": "pieces",
    "bits_per_ink": "bits per ink character",
    "bits_per_cell": "bits per cell",
    "gzip_per_ink": "gzip, all texts in one file",
    "xz_per_ink": "xz, likewise",
    "hole_bits": "bits per ink in holes",
    "hole_bits_masked": "in the same holes, hints masked",
    "drawn": "pages drawn (16 × 40)",
    "two_sample": "told from pieces (two-sample accuracy)",
    "two_sample_real": "pieces told from pieces",
    "copied": "windows found in training",
    "copied_real": "of the pieces",
    "blank": "blank pages",
    "diversity": "diversity (mean shape distance)",
    "diversity_real": "of the pieces",
}


def evaluate_pages(
    paths: Sequence[Path], corpora: list[str], split: Side, limit: int | None, draws: int, as_json: bool
) -> None:
    """Measure page models and print the scores."""
    from asciivae.experiment.evaluate import choose_pieces, may_have_seen
    from asciivae.experiment.evaluate_page import evaluate_page, training_pages
    from asciivae.experiment.load import choose_device, load_page_model

    trained = [load_page_model(path, choose_device("cpu")) for path in paths]
    pieces = choose_pieces(corpora, split, limit)
    try:
        training = training_pages(corpora)
    except CorpusError:  # too small to be split; all of it is scored
        training = []
    say(f"{len(pieces.grids)} of {pieces.total} pieces of {pieces.source}; {len(training)} to look for copies in")
    for one in trained:
        if split is Side.validation and may_have_seen(one):
            say(f"{named(one)}: may have trained on some: its recipe splits otherwise")
    with counting(len(trained) * (len(pieces.grids) + draws), "page") as advanced:
        found = [evaluate_page(one, pieces, training, draws=draws, advanced=advanced) for one in trained]
    if as_json:
        models = [{**model_facts(one), **asdict(scores)} for one, scores in zip(trained, found, strict=True)]
        data = {"source": pieces.source, "split": split, "of": pieces.total, "refused": pieces.refused}
        json_result({"data": data, "models": models})
        return
    values = [asdict(scores) for scores in found]
    table(
        ["", *(f"{one.name} {path.absolute().name}" for one, path in zip(trained, paths, strict=True))],
        [[title, *(_shown(value[key]) for value in values)] for key, title in ROWS.items()],
    )


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
