"""`asciivae evaluate`, where the models are tracers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from asciivae.cli.output import json_result, say, table
from asciivae.cli.progress import counting
from asciivae.corpus.side import Side
from asciivae.errors import CorpusError

MEANINGS = {
    "agreement": "same character as the artist, of the artist's ink",
    "shape_to_artist": "shape distance to the artist's page",
    "shape_to_lines": "shape distance to the lines",
    "blank_fraction": "blank pages",
    "nats_per_ink": "cross-entropy in one pass, nats per ink character",
}


def evaluate_tracers(
    models: Sequence[Path], data: Sequence[str], split: Side, limit: int | None, device: str, as_json: bool
) -> None:
    """Draw line art again from its own joined lines, and compare with what the artists chose.

    Raises:
        CorpusError: a corpus cannot be opened, or none of its pieces is line art of the sizes that are measured.
        ModelError: a tracer cannot be loaded.
    """
    from asciivae.experiment.evaluate import choose_pieces
    from asciivae.experiment.load import choose_device, load_tracer
    from asciivae.tracer.measure import measurable, measure

    trained = [load_tracer(path, choose_device(device)) for path in models]
    pieces = choose_pieces(data, split)
    grids = measurable(pieces.grids)
    if not grids:
        raise CorpusError(
            "holds no line art of 6 to 24 rows and 10 to 50 columns",
            place=pieces.source,
            hint="give another corpus: --data PATH, or all of it: --split all",
        )
    if limit is not None and limit < len(grids):
        grids = [grids[i * len(grids) // limit] for i in range(limit)]
    say(f"{len(grids)} pieces of line art, of {len(pieces.grids)} pieces of {pieces.source}")
    with counting(len(models) * len(grids), "piece") as bar:
        scores = [asdict(measure(one.model, grids, tick=lambda: bar(1))) for one in trained]
    if as_json:
        described = [
            {"path": str(path), "name": one.name, "step": one.step, **values}
            for path, one, values in zip(models, trained, scores, strict=True)
        ]
        data_facts = {"source": pieces.source, "split": split, "of": pieces.total, "refused": pieces.refused}
        json_result({"data": data_facts, "tracers": described})
        return
    rows = [[meaning, *(f"{values[key]:.4g}" for values in scores)] for key, meaning in MEANINGS.items()]
    table(["", *map(str, models)], rows)
