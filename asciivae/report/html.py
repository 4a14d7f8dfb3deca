"""An evaluation as a self-contained HTML page without scripts, in the reader's light or dark theme.

All text from pieces, files or their headers is escaped by the template; the page's content security policy forbids
scripts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from asciivae import __version__
from asciivae.metrics.characters import Difference, differences
from asciivae.metrics.summary import Extremes, rows_by_kind, rows_of_all
from asciivae.report.charts import COLOURS, VARIABLES, Line, draw_histogram, draw_lines, readable, svg
from asciivae.report.curves import drawn_names, lines
from asciivae.text.charset import decode

if TYPE_CHECKING:
    from asciivae.metrics.summary import ModelScores, Row
    from asciivae.text.art import Grid

_CLASSES = {Difference.NONE: "", Difference.OTHER: "other", Difference.LOST: "lost", Difference.ADDED: "added"}
Page = list[list[tuple[str, str]]]
"""Lines of runs of characters, each run with the CSS class of its kind of difference, or an empty string."""


class Figure(NamedTuple):
    """A piece and its reconstructions, as pages with captions."""

    caption: str
    pages: list[tuple[str, Page]]


def html_report(about: str, names: Sequence[str], models: Sequence[ModelScores], chosen: Extremes) -> str:
    """Render the page.

    Args:
        about: a sentence about the pieces.
        names: names of the pieces.
        models: at least one, all measured on these pieces.
        chosen: indices of the pieces to show.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def printable(value: Any) -> Any:
        return value if isinstance(value, Markup) else readable(str(value))

    environment = Environment(
        loader=PackageLoader("asciivae.report"),
        autoescape=True,
        finalize=printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["best"] = _best
    kinds = groupby(rows_by_kind(models), key=attrgetter("kind"))
    return environment.get_template("evaluation.html").render(
        about=about,
        version=__version__,
        variables=VARIABLES,
        colours=len(COLOURS),
        labels=[model.label for model in models],
        models=models,
        scores=rows_of_all(models),
        histograms=map(Markup, [*_histograms(models), *_sizes(models)]),
        kinds=[(kind, list(rows)) for kind, rows in kinds],
        curves=[*map(Markup, _curves(models))],
        galleries=[
            (title, [_figure(names[i], i, models) for i in pieces])
            for title, pieces in zip(("Best", "Median", "Worst"), chosen, strict=True)
        ],
    )


def _best(row: Row) -> float | None:
    """The best value of a row, to highlight; None if all are equal or neither direction is better."""
    better = row.shown.more_is_better
    return None if better is None or len(set(row.values)) == 1 else (max if better else min)(row.values)


def _histograms(models: Sequence[ModelScores]) -> list[str]:
    return [
        svg(
            f"{name}, number of pieces",
            partial(
                draw_histogram,
                title=f"{name}, number of pieces",
                values=[[row[name] for row in model.measured.scores] for model in models],
            ),
        )
        for name in ("char_f1", "ink_iou", "shape")
    ]


def _sizes(models: Sequence[ModelScores]) -> list[str]:
    """Quality against latent numbers and against bits, if models were measured with several sizes of the latent."""
    by_model: dict[str, list[ModelScores]] = {}
    for model in models:
        if model.numbers is not None:
            by_model.setdefault(model.model, []).append(model)
    if not any(len(own) > 1 for own in by_model.values()):
        return []
    charts = []
    for across, x_of in _ACROSS.items():
        for name in ("char_f1", "ink_iou"):
            drawn = [
                Line(label, number, sorted((x_of(one), one.over_cells[name]) for one in own))
                for number, (label, own) in enumerate(by_model.items())
            ]
            title = f"{name} by {across}"
            charts.append(svg(title, partial(draw_lines, title=title, lines=drawn, across=across)))
    return charts


_ACROSS: dict[str, Callable[[ModelScores], float]] = {
    "latent numbers of a page of 64 × 64 cells": lambda one: float(one.numbers or 0),
    "bits per inked cell": lambda one: one.over_cells["bits_per_ink"],
}


def _curves(models: Sequence[ModelScores]) -> list[str]:
    runs = {model.label: model.records for model in models}
    return [
        svg(name, partial(draw_lines, title=name, lines=lines(runs, name), across="step")) for name in drawn_names(runs)
    ]


def _figure(name: str, piece: int, models: Sequence[ModelScores]) -> Figure:
    original = models[0].measured.reconstructions[piece].original
    pages = [("original", _page(original, original))]
    for model in models:
        scores = model.measured.scores[piece]
        said = ", ".join(f"{key} {scores[key]:.2f}" for key in ("char_f1", "ink_iou", "shape"))
        pages.append((f"{model.label}: {said}", _page(original, model.measured.reconstructions[piece].grid)))
    height, width = original.shape
    return Figure(f"{name}, {height} × {width} cells", pages)


def _page(original: Grid, made: Grid) -> Page:
    """A reconstruction as lines of runs of cells with the same kind of difference."""
    return [
        [
            (_CLASSES[Difference(kind)], "".join(character for _, character in run))
            for kind, run in groupby(zip(found, decode(row), strict=True), key=itemgetter(0))
        ]
        for row, found in zip(made, differences(original, made).tolist(), strict=True)
    ]
