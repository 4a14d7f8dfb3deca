"""`asciivae evaluate`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli import completion
from asciivae.cli.evaluate_pages import evaluate_pages
from asciivae.cli.evaluate_tracers import evaluate_tracers
from asciivae.cli.inputs import DeviceOption, check_outputs, named, refuse_inputs
from asciivae.cli.output import beside, json_result, printable, reported, result, say, table
from asciivae.cli.progress import counting
from asciivae.corpus.side import Side
from asciivae.errors import UsageError
from asciivae.registry import files

if TYPE_CHECKING:
    from asciivae.experiment.evaluate import Pieces
    from asciivae.experiment.trained import TrainedModel
    from asciivae.metrics.summary import Extremes, Group, ModelScores

BAR = 30
"""The width of a bar of 1, in characters."""
SHOWN_OF_EACH = 1
REPORTED_OF_EACH = 6


@reported
def evaluate(
    models: Annotated[
        list[Path],
        typer.Argument(
            metavar="MODEL…", help="Runs, checkpoints or .safetensors files.", autocompletion=completion.any_models
        ),
    ],
    data: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="A corpus; repeat for several (default: embedded).")
    ] = None,
    split: Annotated[
        Side, typer.Option(help="The validation tenth of the default hash split, or every piece.")
    ] = Side.validation,
    limit: Annotated[int | None, typer.Option(min=1, help="The most pieces, chosen at even intervals.")] = None,
    contours: Annotated[
        bool, typer.Option("--contours", help="Also compare joined contours; takes about 0.2 s per piece.")
    ] = False,
    numbers: Annotated[
        str | None,
        typer.Option(
            metavar="N,N,…",
            help="Measure each model with so many latent numbers for a page of 64 × 64 cells, 64 to 4096.",
        ),
    ] = None,
    metric: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Also measure a plugin's metric, or PATH.py:CLASS; repeat.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Also write a report as an HTML file.")] = None,
    draws: Annotated[
        int, typer.Option(min=2, max=10000, help="Of page models: the number of pages to draw and compare.")
    ] = 100,
    device: DeviceOption = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Evaluate models on held-out drawings.

    Scores are of the reconstruction from the posterior mean; bits are the ELBO with one sample of z per piece.
    Page models are measured by the bits of the pieces, and by what they draw: whether it can be told from the pieces,
    is copied from the corpus, is blank, is diverse. Tracers draw line art again from its own joined lines.

    Examples:

      asciivae evaluate runs/base/20260102-030405 --data art/ --html report.html

      asciivae evaluate old.safetensors new.safetensors --data mine.jsonl --split all

      asciivae evaluate bundled --numbers 256,512,1024,2048

      asciivae evaluate bundled-page --data mine.jsonl
    """
    check_outputs(html=html)
    sizes = _sizes(numbers)
    refuse_inputs([html], [*models, *(data or [])], hint="name another file: --html report.html")
    from asciivae.experiment.evaluate import choose_pieces, fitting
    from asciivae.experiment.evaluate import evaluate as measured_on
    from asciivae.experiment.kinds import kind_of
    from asciivae.experiment.load import choose_device, load_model
    from asciivae.metrics.summary import extremes

    kinds = [kind_of(path) for path in models]
    for kind, one, many in (("page", "a page model", "page models"), ("tracer", "a tracer", "tracers")):
        if kind not in kinds:
            continue
        if kinds.count(kind) < len(kinds):
            place = next(str(path) for path, other in zip(models, kinds, strict=True) if other != kind)
            raise UsageError(f"is not {one}, as others are", place=place, hint="measure the kinds one by one")
        if html is not None or contours or sizes or metric:
            raise UsageError(f"--html, --contours, --metric and --numbers are not for {many}", hint="leave them out")
        if kind == "page":
            evaluate_pages(models, data or ["embedded"], split, limit, draws, as_json)
        else:
            evaluate_tracers(models, data or ["embedded"], split, limit, device, as_json)
        return
    wanted = [files.allow(name, Path.cwd()) if files.is_file(name) else name for name in metric or ()]
    on = choose_device(device)
    trained = [load_model(path, on) for path in models]
    pieces = fitting(trained, choose_pieces(data or ["embedded"], split, limit))
    _tell(trained, pieces)
    for loaded in trained:
        for size in sizes:
            loaded.at(size)  # refuses a size now rather than after the others were measured
    with counting(len(models) * max(1, len(sizes)) * len(pieces.grids), "piece") as advanced:
        found = measured_on(
            trained, models, pieces, numbers=sizes, contours=contours, metrics=wanted, advanced=advanced
        )
    measured = [one.measured for one in found]
    if html is not None:
        from asciivae.files.atomic import write_output
        from asciivae.report.html import html_report

        page = html_report(_about(pieces), pieces.names, found, extremes(measured, REPORTED_OF_EACH))
        write_output(html, page.encode())
        say(f"report: {html}")
    chosen = extremes(measured, SHOWN_OF_EACH)
    if as_json:
        described = [loaded for loaded in trained for _ in range(max(1, len(sizes)))]
        json_result(_document(pieces, described, found, chosen), schema=2)
        return
    if len(sizes) > 1:
        table(*_curve(found))
        result("")
    table(["", *(one.label for one in found)], _rows(found))
    _gallery(pieces, found, chosen)


def _sizes(numbers: str | None) -> list[int]:
    """Parse `--numbers`.

    Raises:
        UsageError: it is not a list of integers.
    """
    if numbers is None:
        return []
    parts = [part.strip() for part in numbers.split(",")]
    if not all(re.fullmatch(r"[0-9]{1,6}", part) for part in parts):
        raise UsageError(f"{numbers!r} is not a list of integers", place="--numbers", hint="--numbers 256,512,1024")
    return list(dict.fromkeys(map(int, parts)))


def _curve(found: Sequence[ModelScores]) -> tuple[list[str], list[list[str]]]:
    """A table of quality against latent numbers, with bars of char_f1."""
    columns = ["model", "numbers", "char_f1", "ink_iou", "bits per ink", f"char_f1, 0 to 1: {'-' * BAR}"]
    rows = []
    for one in found:
        scores = [one.over_cells[name] for name in ("char_f1", "ink_iou", "bits_per_ink")]
        rows.append([one.model, str(one.numbers), *_numbers(scores), "#" * round(scores[0] * BAR)])
    return columns, rows


def _about(pieces: Pieces) -> str:
    of = f"{len(pieces.grids)} of {pieces.total} pieces of {pieces.source}"
    return f"{of}{', all from the validation tenth of the default hash split' * (pieces.side is Side.validation)}."


def _tell(models: Sequence[TrainedModel], pieces: Pieces) -> None:
    from asciivae.experiment.evaluate import may_have_seen

    say(_about(pieces))
    if pieces.left_out:
        name, reason = pieces.left_out[0]
        say(f"skipped, too large for a model: {len(pieces.left_out)} pieces; the first, {name}: {reason}")
    if pieces.side is Side.validation:
        for trained in filter(may_have_seen, models):
            split = trained.data.split
            say(
                f"{named(trained)}: may have been trained on some of them: "
                f"its recipe splits by {split.rule}, {split.share:g}"
            )


def _rows(found: Sequence[ModelScores]) -> list[list[str]]:
    from asciivae.metrics.summary import rows_by_kind, rows_of_all

    units = [one.summary.units for one in found]
    return [
        *([row.shown.title, *_numbers(row.values)] for row in rows_of_all(found)),
        ["active latent units", *(f"{own.active} of {own.total}" for own in units)],
        ["step", *(str(one.step) for one in found)],
        *([f"{row.pieces}: {row.shown.name}", *_numbers(row.values)] for row in rows_by_kind(found)),
    ]


def _numbers(values: Sequence[float]) -> list[str]:
    return [f"{value:.4g}" for value in values]


def _gallery(pieces: Pieces, found: Sequence[ModelScores], chosen: Extremes) -> None:
    for kind, numbers in chosen._asdict().items():
        for i in numbers:
            scores = ", ".join(f"{one.measured.scores[i]['char_f1']:.2f}" for one in found)
            made = (one.measured.reconstructions[i].grid for one in found)
            result(f"\n{kind}: {printable(pieces.names[i])}, char_f1 {scores}\n{beside(pieces.grids[i], *made)}")


def _document(
    pieces: Pieces, models: Sequence[TrainedModel], found: Sequence[ModelScores], chosen: Extremes
) -> dict[str, Any]:
    from asciivae.text.art import to_text

    return {
        "data": {
            "source": pieces.source,
            "split": pieces.side,
            "pieces": len(pieces.grids),
            "of": pieces.total,
            "refused": pieces.refused,
            "left_out": [{"name": name, "reason": reason} for name, reason in pieces.left_out],
        },
        "measured": {
            "scores": "posterior mean, most probable characters",
            "bits": "one z per piece from its posterior",
        },
        "models": [_described(*pair, pieces) for pair in zip(models, found, strict=True)],
        "gallery": {
            kind: [
                {
                    "name": pieces.names[i],
                    "original": to_text(pieces.grids[i]),
                    "reconstructions": [to_text(one.measured.reconstructions[i].grid) for one in found],
                }
                for i in numbers
            ]
            for kind, numbers in chosen._asdict().items()
        },
    }


def _described(trained: TrainedModel, one: ModelScores, pieces: Pieces) -> dict[str, Any]:
    summary, units = one.summary, one.summary.units
    return {
        "label": one.label,
        "numbers": one.numbers,
        "name": trained.name,
        "step": trained.step,
        "path": str(trained.path),
        **_group(summary.whole),
        "latent_units": {"active": units.active, "total": units.total, "variances": list(units.variances)},
        "by_size": [{"name": group.name, **_group(group)} for group in summary.by_size],
        "by_ink": [{"name": group.name, **_group(group)} for group in summary.by_ink],
        "scores": [
            {"name": name, **_rounded(row)} for name, row in zip(pieces.names, one.measured.scores, strict=True)
        ],
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "pieces": group.pieces,
        "over_cells": _rounded(group.over_cells),
        "mean_of_pieces": _rounded(group.mean_of_pieces),
    }


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in scores.items()}
