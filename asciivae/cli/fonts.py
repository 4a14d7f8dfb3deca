"""`asciivae fonts`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli.inputs import check_outputs, refuse_inputs
from asciivae.cli.output import json_result, reported, say, table
from asciivae.errors import UsageError

if TYPE_CHECKING:
    from asciivae.render.legibility import FontSize, Pair

SHOWN = 12
"""Pairs in a row of the table."""


@reported
def fonts(
    font: Annotated[str, typer.Option(help="A bundled font, or a .ttf file.")] = "dejavu-sans-mono",
    res: Annotated[str, typer.Option(metavar="N|A..B", help="Pixels per character.")] = "5..16",
    png: Annotated[
        Path | None, typer.Option(help="Write the glyphs and the pairs that look alike to this PNG.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Measure the legibility of a font at several sizes.

    A square cell is the whole terminal cell in N × N pixels, a tall one has 2N × N, and logged is the research log's
    crop. Legibility is 1 minus an upper bound on the error rate of a reader of slightly blurred, noisy pixels.
    Collapsed pairs look the same; risky ones are easily confused.

    Examples:

      asciivae fonts

      asciivae fonts --font mine.ttf --res 7..12 --png glyphs.png
    """
    check_outputs(png=png)
    refuse_inputs([png], [font], hint="name another file: --png glyphs.png")
    sizes = _sizes(res)
    from asciivae.render.legibility import smallest_readable, survey

    rows = survey(font, sizes)
    smallest = smallest_readable(rows)
    if png is not None:
        _draw(png, font, rows)
    if as_json:
        json_result({"font": font, "sizes": list(map(_described, rows)), "smallest_readable": smallest})
        return
    table(
        ["cell", "pixels", "legibility", "nearest", "risky", "collapsed"],
        [
            [
                row.cell,
                f"{row.res[0]}x{row.res[1]}",
                f"{row.legibility.score:.3f}",
                _pair(row.legibility.nearest),
                str(len(row.legibility.risky)),
                _pairs(row.legibility.collapsed),
            ]
            for row in rows
        ],
    )
    for cell, size in smallest.items():
        say(f"{cell}: readable from a width of {size} pixels" if size else f"{cell}: not readable at these sizes")


def _sizes(text: str) -> range:
    match = re.fullmatch(r"(\d+)(?:\.\.(\d+))?", text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 3 <= first <= last <= 32:
        raise UsageError(
            f"{text!r} is not a range of sizes from 3 to 32", place="--res", hint="for example --res 9 or --res 5..16"
        )
    return range(first, last + 1)


def _pair(pair: Pair) -> str:
    return f"{_visible(pair.first)}{_visible(pair.second)} {pair.distance:.3f}"


def _pairs(pairs: Sequence[Pair]) -> str:
    shown = " ".join(_visible(pair.first) + _visible(pair.second) for pair in pairs[:SHOWN])
    return f"{shown} and {len(pairs) - SHOWN} more" if len(pairs) > SHOWN else shown


def _visible(character: str) -> str:
    return "␣" if character == " " else character


def _described(row: FontSize) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "cell": row.cell,
        "res": list(row.res),
        "readable": row.legibility.readable,
        **_rounded(asdict(row.legibility)),
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [_rounded(part) for part in value]
    return round(value, 6) if isinstance(value, float) else value


def _draw(path: Path, font: str, rows: Sequence[FontSize]) -> None:
    """Write two rows per size: all glyphs, and the risky pairs, closest first."""
    import numpy as np

    from asciivae.edges.views import figure
    from asciivae.files.atomic import write_output
    from asciivae.render.glyphs import atlas
    from asciivae.render.legibility import logged_atlas
    from asciivae.report.png import png_bytes
    from asciivae.text.charset import encode

    panels, titles = [], []
    for row in rows:
        glyphs = (logged_atlas(font, row.res[1]) if row.cell == "logged" else atlas(font, res=row.res)).numpy()
        pairs = "  ".join(pair.first + pair.second for pair in row.legibility.risky[: 2 * SHOWN])
        panels.append([np.concatenate(list(glyphs), axis=1)])
        titles.append([f"{row.cell} {row.res[0]}x{row.res[1]}"])
        if pairs:
            panels.append([np.concatenate(list(glyphs[encode(pairs)]), axis=1)])
            titles.append(["alike"])
    write_output(path, png_bytes(figure(panels, scale=2, titles=titles)), hint="name a .png in an existing folder")
    say(f"wrote {path}")
