"""`asciivae edges`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from asciivae.cli.inputs import (
    ColoursOption,
    Drawing,
    ModelOption,
    ReplaceOption,
    Skip,
    Skipped,
    TransliterateOption,
    cells_of,
    check_outputs,
    fitting,
    opened_model,
    read_drawings,
    refuse_inputs,
    stop,
)
from asciivae.cli.output import json_result, reported, result, say, table
from asciivae.errors import ArtError, UsageError
from asciivae.text.reading import Colours, Reading

if TYPE_CHECKING:
    from PIL.Image import Image

    from asciivae.edges import Edges, EdgeSettings
    from asciivae.text.art import Grid


class Method(StrEnum):
    """The values of `--method`."""

    joined = "joined"
    log = "log"
    sobel = "sobel"
    canny = "canny"
    closing = "closing"


class Fill(StrEnum):
    """The values of `--fill`."""

    outline = "outline"
    skeleton = "skeleton"


@reported
def edges(
    files: Annotated[list[str], typer.Argument(metavar="FILE|FOLDER|-…", help="Drawings; - reads from stdin.")],
    method: Annotated[list[Method] | None, typer.Option(help="Repeat to compare (default: joined).")] = None,
    reconstruct: Annotated[bool, typer.Option("--reconstruct", help="Add a model's reconstruction.")] = False,
    model: ModelOption = None,
    text: Annotated[bool, typer.Option("--text", help="Print the contour drawn as characters.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write pages, edges and contours to this PNG.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the contour of one drawing as an SVG.")] = None,
    font_res: Annotated[str, typer.Option(metavar="N|HxW", help="Pixels per character.")] = "14x7",
    font: Annotated[str, typer.Option(help="A bundled font, or a .ttf file.")] = "dejavu-sans-mono",
    gap: Annotated[float, typer.Option(min=0.1, max=6, help="joined: the widest gap to bridge, in cell widths.")] = 1.5,
    size: Annotated[int, typer.Option(min=3, max=63, help="log: the side of the kernel in pixels, odd.")] = 11,
    sigma: Annotated[float, typer.Option(min=0.05, max=20, help="log, canny: the blur in pixels.")] = 0.9,
    radius: Annotated[
        float, typer.Option(min=0.1, max=6, help="closing: the radius of the disc, in cell widths.")
    ] = 0.75,
    fill: Annotated[Fill, typer.Option(help="How to draw shaded regions.")] = Fill.outline,
    replace: ReplaceOption = None,
    transliterate: TransliterateOption = False,
    colours: ColoursOption = Colours.drop,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Detect the edges of drawings, by default joined into closed shapes.

    Unreadable files of a folder are reported and skipped; the exit code is then 1.

    Examples:

      asciivae edges cat.txt --text --svg cat.svg

      asciivae edges cat.txt --method joined --method log --png edges.png
    """
    if model is not None and not reconstruct:
        raise UsageError("requires --reconstruct", place="--model", hint="add --reconstruct")
    res = _resolution(font_res)
    if size % 2 == 0:
        raise UsageError(f"a kernel of {size}pixels is not odd", place="--size", hint=f"--size {size + 1}")
    check_outputs(png=png, svg=svg)
    skipped = Skipped()
    drawings = read_drawings(files, Reading(replace, transliterate, colours), skipped)
    refuse_inputs([png, svg], [*(drawing.name for drawing in drawings), model, font], hint="name another file")
    if svg is not None and len(drawings) > 1:
        raise UsageError("takes one drawing", place="--svg", hint="name one file, or use --png for several")
    from asciivae.edges import EdgeSettings

    methods = list(dict.fromkeys(method or [Method.joined]))
    settings = [
        EdgeSettings(
            method=one.value, res=res, font=font, gap=gap, size=size, sigma=sigma, radius=radius, fill=fill.value
        )
        for one in methods
    ]
    pages: list[dict[str, Grid]]
    if reconstruct and drawings:
        drawings, pages = _reconstructed(drawings, model, skipped)
    else:
        pages = [{"original": drawing.grid} for drawing in drawings]
    found = list(_looked_at(drawings, pages, settings, skipped))
    if not found:
        raise typer.Exit(1)
    if svg is not None:
        from asciivae.edges.svg import svg as drawn

        _write(svg, drawn(found[0].edges["original"][0]).encode())
    if png is not None:
        from asciivae.report.png import png_bytes

        _write(png, png_bytes(_figure(found, res, font)))
    if as_json:
        json_result(
            {
                "settings": _described(settings[0]),
                "pieces": [{"name": one.name, **_counts(one.edges)} for one in found],
                "skipped": skipped.described(),
            }
        )
    elif text:
        result("\n".join(map(_text, found)))
    else:
        _table(found)
    if skipped:
        raise typer.Exit(1)


class DrawnEdges(NamedTuple):
    """A drawing with the pages that were looked at: the original, and its reconstruction if asked for."""

    name: str
    pages: Mapping[str, Grid]
    edges: Mapping[str, list[Edges]]


def _looked_at(
    drawings: Sequence[Drawing], pages: Sequence[Mapping[str, Grid]], settings: Sequence[EdgeSettings], skip: Skip
) -> Iterator[DrawnEdges]:
    from asciivae.edges import find_edges

    for drawing, own in zip(drawings, pages, strict=True):
        try:
            edges = {of: [find_edges(page, one) for one in settings] for of, page in own.items()}
        except ArtError as error:
            (skip if drawing.listed else stop)(ArtError(error.message, place=drawing.name, hint=error.hint))
        else:
            yield DrawnEdges(drawing.name, own, edges)


def _resolution(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", text)
    res = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if min(res) < 3 or max(res) > 64:
        raise UsageError(
            f"{text!r} is not a size of 3 to 64 pixels", place="--font-res", hint="for example --font-res 9 or 14x7"
        )
    return res


def _reconstructed(
    drawings: Sequence[Drawing], model: Path | None, skip: Skip
) -> tuple[list[Drawing], list[dict[str, Grid]]]:
    """The drawings that fit the model, and the two pages of each."""
    trained = opened_model(model, "cpu", cells=cells_of(drawings))
    fit = fitting(trained, drawings, skip)
    from asciivae.latent.pieces import rebuilt

    made = rebuilt(trained.coder, [drawing.grid for drawing in fit], trained.canvas)
    return fit, [{"original": one.original, "reconstruction": one.grid} for one in made]


def _figure(found: Sequence[DrawnEdges], res: tuple[int, int], font: str) -> Image:
    """One row per drawing: each page, followed by the response of each detector and its contour."""
    from asciivae.edges.views import contour_picture, figure, page_picture, strength_picture

    rows = [
        [
            panel
            for of, page in one.pages.items()
            for panel in (
                page_picture(page, res, font),
                *(picture(edges) for edges in one.edges[of] for picture in (strength_picture, contour_picture)),
            )
        ]
        for one in found
    ]
    titles = [
        [
            title
            for of, edges in one.edges.items()
            for title in (
                one.name if of == "original" else of,
                *(title for e in edges for title in (e.settings.method, "contour")),
            )
        ]
        for one in found
    ]
    return figure(rows, titles=titles)


def _write(path: Path, data: bytes) -> None:
    from asciivae.files.atomic import write_output

    write_output(path, data, hint="name a file in an existing folder")
    say(f"wrote {path}")


def _described(settings: EdgeSettings) -> dict[str, Any]:
    from dataclasses import asdict

    values = asdict(settings)
    del values["method"]  # recorded for each piece
    return {**values, "res": list(settings.res)}


def _counts(by: Mapping[str, list[Edges]]) -> dict[str, Any]:
    return {
        of: {
            e.settings.method: {
                "components": e.components,
                "holes": e.holes,
                "closed": e.closed,
                "length": round(e.length, 3),
            }
            for e in found
        }
        for of, found in by.items()
    }


def _text(one: DrawnEdges) -> str:
    from asciivae.edges.views import contour_text
    from asciivae.text.art import side_by_side

    return side_by_side(*(part for of, page in one.pages.items() for part in (page, *map(contour_text, one.edges[of]))))


def _table(found: Sequence[DrawnEdges]) -> None:
    rows = [
        [one.name, of, e.settings.method, str(e.components), str(e.holes), str(e.closed), f"{e.length:.1f}"]
        for one in found
        for of, edges in one.edges.items()
        for e in edges
    ]
    table(["drawing", "page", "method", "components", "holes", "closed", "length"], rows)
