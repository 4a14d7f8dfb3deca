"""Training and validation curves of several runs in one picture, one panel per metric."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from asciivae.errors import AsciivaeError
from asciivae.files.atomic import write_output
from asciivae.report.charts import Line, draw_lines, is_drawable

KINDS = {"train": False, "validation": True}
"""The kinds of records that have curves, and whether they are drawn as dots."""
NOT_DRAWN = {"kind", "step", "epoch", "pieces_per_second"}
COLUMNS = 3
MOST = 60
"""Maximum number of panels."""


def save_curves(path: Path, runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Draw the metrics of runs into one PNG file: training as lines, validation as dots.

    Args:
        path: the file to write.
        runs: the records of `metrics.jsonl` by the label of each run.

    Raises:
        AsciivaeError: there is nothing to draw, or the file cannot be written.
    """
    names = drawn_names(runs)
    if not names:
        raise AsciivaeError("there are no metrics to draw", place=str(path), hint="compare runs that took steps")
    from matplotlib.figure import Figure

    rows = -(-len(names) // COLUMNS)
    figure = Figure(figsize=(5.0 * COLUMNS, 3.2 * rows), layout="constrained")
    for position, name in enumerate(names, start=1):
        axes = figure.add_subplot(rows, COLUMNS, position)
        draw_lines(axes, name, lines(runs, name), "step")
        if position == 1:
            axes.legend(fontsize="small")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100)
    write_output(path, buffer.getvalue(), hint="name another --png file")


def lines(runs: Mapping[str, Sequence[Mapping[str, Any]]], name: str) -> list[Line]:
    """The series of one metric: training as lines, validation as dots, one colour per run."""
    return [
        Line(f"{label}, validation" if dots else label, number, points(records, kind, name), dots)
        for number, (label, records) in enumerate(runs.items())
        for kind, dots in KINDS.items()
    ]


def drawn_names(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """The names of all metrics with a curve in any run, `total` first, in order of appearance; at most `MOST`."""
    found = {
        name: None
        for records in runs.values()
        for record in records
        if record["kind"] in KINDS
        for name, value in record.items()
        if name not in NOT_DRAWN and _is_drawn(value)
    }
    return sorted(found, key=lambda name: name != "total")[:MOST]


def points(records: Sequence[Mapping[str, Any]], kind: str, name: str) -> list[tuple[int, float]]:
    """The points (step, value) of a metric in records of a kind (`train`, `validation`)."""
    return [(r["step"], float(r[name])) for r in records if r["kind"] == kind and _is_drawn(r.get(name))]


def _is_drawn(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and is_drawable(value)
