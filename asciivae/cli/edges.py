"""`asciivae edges`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli.inputs import Drawing, read_drawings, trained_model
from asciivae.cli.output import json_result, reported, result, say, table
from asciivae.errors import ArtError, AsciivaeError, UsageError

if TYPE_CHECKING:
    from asciivae.edges import Edges, Settings
    from asciivae.text.art import Grid


class Method(StrEnum):
    """The detectors, as `--method` takes them."""

    joined = "joined"
    log = "log"
    sobel = "sobel"
    canny = "canny"
    closing = "closing"


class Fill(StrEnum):
    """What becomes of shaded regions."""

    outline = "outline"
    skeleton = "skeleton"


@reported
def edges(
    files: Annotated[list[str], typer.Argument(metavar="FILE|FOLDER|-…", help="Drawings; - reads from stdin.")],
    method: Annotated[list[Method] | None, typer.Option(help="Repeat to compare (default: joined).")] = None,
    reconstruct: Annotated[bool, typer.Option("--reconstruct", help="Also a model's reconstruction.")] = False,
    model: Annotated[Path | None, typer.Option(help="A run's folder or a .safetensors file (default: newest).")] = None,
    text: Annotated[bool, typer.Option("--text", help="Print the contour drawn back as characters.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw pages, edges and contours into this PNG.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the contour of one drawing as vector paths.")] = None,
    font_res: Annotated[str, typer.Option(metavar="N|HxW", help="Pixels per character.")] = "14x7",
    font: Annotated[str, typer.Option(help="A bundled font, or a .ttf file.")] = "dejavu-sans-mono",
    gap: Annotated[float, typer.Option(min=0.1, max=6, help="joined: the widest gap to bridge, in cell widths.")] = 1.5,
    size: Annotated[int, typer.Option(min=3, max=63, help="log: the kernel's side in pixels, odd.")] = 11,
    sigma: Annotated[float, typer.Option(min=0.05, max=20, help="log, canny: the blur in pixels.")] = 0.9,
    radius: Annotated[float, typer.Option(min=0.1, max=6, help="closing: the disc's, in cell widths.")] = 0.75,
    fill: Annotated[Fill, typer.Option(help="How shaded regions become lines.")] = Fill.outline,
    replace: Annotated[str | None, typer.Option(help="Put this in place of what is not printable ASCII.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead.")] = False,
) -> None:
    """Find the edges of drawings, joined into the shapes that a person sees.

    Examples:

      asciivae edges cat.txt --text --svg cat.svg

      asciivae edges cat.txt --method joined --method log --png edges.png
    """
    if model is not None and not reconstruct:
        raise UsageError("has no use without --reconstruct", place="--model", hint="add --reconstruct")
    res = _resolution(font_res)
    if size % 2 == 0:
        raise UsageError(f"a kernel of {size} pixels has no centre", place="--size", hint=f"try --size {size + 1}")
    drawings = read_drawings(files, replace)
    names, grids = [d.name for d in drawings], [d.grid for d in drawings]
    if svg is not None and len(grids) > 1:
        raise UsageError("takes one drawing", place="--svg", hint="name one file, or draw all with --png")
    from asciivae.edges import Settings, find_edges

    methods = list(dict.fromkeys(method or [Method.joined]))
    settings = [
        Settings(method=one.value, res=res, font=font, gap=gap, size=size, sigma=sigma, radius=radius, fill=fill.value)
        for one in methods
    ]
    pages = {"original": grids}
    if reconstruct:
        pages["reconstruction"] = _reconstructed(drawings, model)
    found = []
    for number, name in enumerate(names):
        try:
            found.append({of: [find_edges(all_[number], s) for s in settings] for of, all_ in pages.items()})
        except ArtError as error:
            raise ArtError(error.message, place=name, hint=error.hint) from error
    if svg is not None:
        from asciivae.edges.svg import svg as drawn

        _write(svg, drawn(found[0]["original"][0]).encode())
    if png is not None:
        _write(png, _figure(pages, found, res, font))
    if as_json:
        json_result(
            {
                "settings": _described(settings[0]),
                "pieces": [{"name": name, **_counts(by)} for name, by in zip(names, found, strict=True)],
            }
        )
    elif text:
        result("\n".join(_text(pages, found, number) for number in range(len(names))))
    else:
        _table(names, found)


def _resolution(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", text)
    res = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if min(res) < 3 or max(res) > 64:
        raise UsageError(
            f"{text!r} is no size of 3 to 64 pixels", place="--font-res", hint="for example --font-res 9 or 14x7"
        )
    return res


def _reconstructed(drawings: Sequence[Drawing], model: Path | None) -> list[Grid]:
    trained = trained_model(model, "cpu", drawings)
    from asciivae.evaluate.reconstruct import reconstruct

    return [one.grid for one in reconstruct(trained.model, [d.grid for d in drawings], trained.canvas)]


def _figure(
    pages: Mapping[str, Sequence[Grid]], found: Sequence[dict[str, list[Edges]]], res: tuple[int, int], font: str
) -> bytes:
    """One row per drawing: each page, followed by what every detector answers on it and the contour of that."""
    import io

    from asciivae.edges.views import contour_picture, figure, page_picture, strength_picture

    rows = [
        [
            panel
            for of, all_ in pages.items()
            for panel in (
                page_picture(all_[number], res, font),
                *(picture(e) for e in by[of] for picture in (strength_picture, contour_picture)),
            )
        ]
        for number, by in enumerate(found)
    ]
    buffer = io.BytesIO()
    figure(rows).save(buffer, format="PNG")
    return buffer.getvalue()


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise AsciivaeError(
            f"cannot be written: {error.strerror}", place=str(path), hint="name a file in a folder that exists"
        ) from error
    say(f"drawn into {path}")


def _described(settings: Settings) -> dict[str, Any]:
    from dataclasses import asdict

    values = asdict(settings)
    del values["method"]  # each piece says which
    return {**values, "res": list(settings.res)}


def _counts(by: dict[str, list[Edges]]) -> dict[str, Any]:
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


def _text(pages: Mapping[str, Sequence[Grid]], found: Sequence[dict[str, list[Edges]]], number: int) -> str:
    from asciivae.edges.views import contour_text
    from asciivae.text.art import side_by_side

    return side_by_side(
        *(part for of, all_ in pages.items() for part in (all_[number], *map(contour_text, found[number][of])))
    )


def _table(names: Sequence[str], found: Sequence[dict[str, list[Edges]]]) -> None:
    rows = [
        [name, of, e.settings.method, str(e.components), str(e.holes), str(e.closed), f"{e.length:.1f}"]
        for name, by in zip(names, found, strict=True)
        for of, edges in by.items()
        for e in edges
    ]
    table(["drawing", "page", "method", "components", "holes", "closed", "length"], rows)
