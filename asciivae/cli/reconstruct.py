"""`asciivae reconstruct`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli.highlight import (
    COLOUR_LEGEND,
    CONFIDENCE_COLOUR_LEGEND,
    CONFIDENCE_LEGEND,
    LEGEND,
    confidence_highlight,
    difference_highlight,
    highlighted,
)
from asciivae.cli.inputs import (
    ColoursOption,
    DeviceOption,
    Drawing,
    ModelOption,
    NumbersOption,
    ReplaceOption,
    Skipped,
    TransliterateOption,
    cells_of,
    check_folder,
    check_outputs,
    fitting,
    model_facts,
    opened_model,
    read_drawings,
    refuse_inputs,
)
from asciivae.cli.output import beside, coloured, json_result, printable, reported, result, say
from asciivae.errors import UsageError
from asciivae.streams import results
from asciivae.text.reading import Colours, Reading

if TYPE_CHECKING:
    from asciivae.experiment.coders import OnnxModel
    from asciivae.experiment.trained import TrainedModel
    from asciivae.latent.pieces import Reconstruction


@reported
def reconstruct(
    files: Annotated[list[str], typer.Argument(metavar="FILE|FOLDER|-…", help="Drawings; - reads from stdin.")],
    model: ModelOption = None,
    numbers: NumbersOption = None,
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side", "-s", help="Print original and reconstruction side by side.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Highlight the cells that differ, in colour or as marks.")
    ] = False,
    confidence: Annotated[
        bool, typer.Option("--confidence", help="Show the model's confidence in each cell, in colour or as digits.")
    ] = False,
    contours: Annotated[
        bool, typer.Option(help="With --json, also compare joined contours, which takes about 0.2 s per drawing.")
    ] = True,
    png: Annotated[Path | None, typer.Option(help="Also write originals and reconstructions to this PNG.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write one text file per drawing into this folder.")] = None,
    sample: Annotated[
        bool, typer.Option("--sample/--mean", help="Sample z from its posterior, or use the mean.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="The seed of --sample.")] = 0,
    replace: ReplaceOption = None,
    transliterate: TransliterateOption = False,
    colours: ColoursOption = Colours.drop,
    device: DeviceOption = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Reconstruct drawings with a trained model and print the results; similarity scores go to stderr.

    Unreadable files of a folder are reported and skipped; the exit code is then 1.

    Examples:

      asciivae reconstruct cat.txt --side-by-side

      asciivae reconstruct cat.txt --diff --confidence

      cat cat.txt | asciivae reconstruct - --png cat.png
    """
    if (diff or confidence) and out is not None and not as_json:
        raise UsageError(
            "cannot be combined with --out",
            place="--diff" if diff else "--confidence",
            hint="omit --out, or add --json",
        )
    check_folder("--out", out)
    check_outputs(png=png)
    skipped = Skipped()
    drawings = read_drawings(files, Reading(replace, transliterate, colours), skipped)
    inputs = [*(drawing.name for drawing in drawings), model]
    refuse_inputs([*_targets(out, drawings), png], inputs, hint="name another folder: --out reconstructed")
    if not drawings:
        raise typer.Exit(1)
    trained = opened_model(model, device, numbers, cells=cells_of(drawings))
    drawings = fitting(trained, drawings, skipped)
    if not drawings:
        raise typer.Exit(1)
    from asciivae.latent.pieces import rebuilt
    from asciivae.metrics.look import look_scores

    made = rebuilt(
        trained.coder, [drawing.grid for drawing in drawings], trained.canvas, noise=seed if sample else None
    )
    files_written = _targets(out, drawings)
    if files_written:
        _write_texts(files_written, made)
    if png is not None:
        _draw(png, made, trained, drawings)
    looks = look_scores([one.original for one in made], [one.grid for one in made])
    if as_json:
        described = [
            _described(drawing.name, one, look, diff=diff, confidence=confidence, contours=contours)
            for drawing, one, look in zip(drawings, made, looks, strict=True)
        ]
        document = {"model": model_facts(trained), "pieces": described, "skipped": skipped.described()}
        json_result(document, schema=2)
    elif files_written:
        result("\n".join(map(str, files_written)))
    elif diff or confidence:
        result(
            "\n".join(
                _highlighted(one, side_by_side, diff=diff, confidence=confidence)
                + printable(f"{drawing.name}: {_caption([one], [look])}\n")
                for drawing, one, look in zip(drawings, made, looks, strict=True)
            ),
            coloured=True,
        )
        legends = (COLOUR_LEGEND, CONFIDENCE_COLOUR_LEGEND) if coloured(results()) else (LEGEND, CONFIDENCE_LEGEND)
        say("\n".join([legends[0]] * diff + [legends[1]] * confidence))
    else:
        result("\n".join(_printed(one, side_by_side) for one in made))
    if not (as_json or diff or confidence):
        whose = "mean of the drawings" if len(made) > 1 else drawings[0].name
        say(f"{whose}: {_caption(made, looks)}")
    if skipped:
        raise typer.Exit(1)


def _printed(one: Reconstruction, next_to: bool) -> str:
    from asciivae.text import art

    return beside(one.original, one.grid) if next_to else art.to_text(one.grid)


def _highlighted(one: Reconstruction, next_to: bool, *, diff: bool, confidence: bool) -> str:
    highlights = [difference_highlight(one)] * diff + [confidence_highlight(one)] * confidence
    return highlighted([one.original] * next_to, one.grid, highlights, colours=coloured(results()))


def _caption(made: Sequence[Reconstruction], looks: Sequence[Mapping[str, float]]) -> str:
    """The main scores, averaged over the drawings; `shape` is a distance, 0 for identical pages."""
    scores = {name: sum(look[name] for look in looks) / len(looks) for name in ("shape", "ink_iou", "char_f1")}
    scores["ink_confidence"] = sum(one.ink_confidence for one in made) / len(made)
    return ", ".join(f"{name} {value:.2f}" for name, value in scores.items())


def _described(
    name: str, one: Reconstruction, look: Mapping[str, float], *, diff: bool, confidence: bool, contours: bool
) -> dict[str, Any]:
    from asciivae.metrics.picture import contour_scores
    from asciivae.text.art import to_text

    height, width = one.original.shape
    scores = {**look, **(contour_scores(one.original, one.grid) if contours else {})}
    described: dict[str, Any] = {
        "name": name,
        "height": height,
        "width": width,
        "original": to_text(one.original),
        "reconstruction": to_text(one.grid),
        "ink_outside": one.ink_outside,
        "scores": {key: round(value, 6) for key, value in scores.items()},
    }
    if diff:
        described["diff"] = difference_highlight(one).page()
    if confidence:
        described["confidence"] = {
            "mean": round(float(one.confidence.mean()), 4),
            "ink_mean": round(one.ink_confidence, 4),
            "cells": [[round(value, 4) for value in row] for row in one.confidence.tolist()],
        }
    return described


def _targets(folder: Path | None, drawings: Sequence[Drawing]) -> list[Path]:
    """The output path of each reconstruction; empty without a folder."""
    if folder is None:
        return []
    targets = [folder / drawing.target for drawing in drawings]
    twice = next((target for i, target in enumerate(targets) if target in targets[:i]), None)
    if twice is not None:
        raise UsageError(
            f"two drawings have the name {twice.name!r} and would overwrite each other",
            hint="reconstruct them one by one",
        )
    return targets


def _write_texts(targets: Sequence[Path], made: Sequence[Reconstruction]) -> None:
    from asciivae.files.atomic import cannot_write, write_output
    from asciivae.text.art import to_text

    for target, one in zip(targets, made, strict=True):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(target, error, "name another --out") from error
        write_output(target, to_text(one.grid).encode("ascii"), hint="name another --out")


def _draw(
    path: Path, made: Sequence[Reconstruction], trained: OnnxModel | TrainedModel, drawings: Sequence[Drawing]
) -> None:
    from asciivae.report.png import save_drawings

    titles = [(drawing.name, "reconstruction") for drawing in drawings]
    save_drawings(path, [(one.original, one.grid) for one in made], trained.glyphs, titles)
    say(f"wrote {path}")
