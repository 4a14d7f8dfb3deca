"""`asciivae score`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli.highlight import Highlight, highlighted
from asciivae.cli.inputs import (
    ColoursOption,
    Drawing,
    PageModelOption,
    ReplaceOption,
    Skipped,
    TransliterateOption,
    model_facts,
    opened_page_model,
    read_collection,
)
from asciivae.cli.output import coloured, json_result, printable, reported, result, table
from asciivae.errors import UsageError
from asciivae.streams import results
from asciivae.text.reading import Colours, Reading

if TYPE_CHECKING:
    from asciivae.pages.score import Score, Suggestion

SURPRISES = " 123456789"
LEGEND = "digits: bits of surprise, 1 from 2 bits on, then 2 more for each; 9 is 18 or more"
_COLOURS = ("", *(f"38;5;16;48;5;{shade}" for shade in (230, 229, 228, 221, 214, 208, 202, 196, 160)))
_BITS_PER_LEVEL = 2.0


@reported
def score(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Drawings, folders, corpora; - is stdin.")],
    cells: Annotated[bool, typer.Option("--cells", help="Show how surprising each cell is.")] = False,
    suggest: Annotated[bool, typer.Option("--suggest", help="Name characters that would be likelier.")] = False,
    model: PageModelOption = None,
    replace: ReplaceOption = None,
    transliterate: TransliterateOption = False,
    colours: ColoursOption = Colours.drop,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead.")] = False,
) -> None:
    """Say how likely drawings are: bits per inked character and per cell, with gzip and xz beside them.

    The bits are the exact likelihood of the whole page, blanks included, given its height and width. gzip and xz are
    for the text of each drawing alone, with their headers.

    Examples:

      asciivae score cat.txt dog.txt

      asciivae score cat.txt --cells --suggest
    """
    skipped = Skipped()
    drawings = read_collection(files, Reading(replace, transliterate, colours), skipped)
    if not drawings:
        raise UsageError("no drawing is left to score", hint="name files that can be read")
    trained = opened_page_model(model)
    found = trained.score([one.grid for one in drawings])
    named = [trained.suggest(one.grid) if suggest else [] for one in drawings]
    if as_json:
        pieces = _pieces(drawings, found, named, cells, suggest)
        json_result({"model": model_facts(trained), "pieces": pieces, "skipped": skipped.described()})
    else:
        table(["", "ink", "bits/ink", "bits/cell", "bits", "gzip/ink", "xz/ink"], _rows(drawings, found))
        for drawing, one, better in zip(drawings, found, named, strict=True):
            if cells:
                _show_cells(drawing, one)
            for line in map(_said, better):
                result(f"{printable(drawing.name)}:{line}")
    if skipped:
        raise typer.Exit(1)


def _rows(drawings: Sequence[Drawing], found: Sequence[Score]) -> list[list[str]]:
    rows = [
        [
            drawing.name,
            str(one.ink),
            f"{one.per_ink:.3f}",
            f"{one.per_cell:.3f}",
            f"{one.bits:.1f}",
            f"{one.gzip / max(one.ink, 1):.3f}",
            f"{one.xz / max(one.ink, 1):.3f}",
        ]
        for drawing, one in zip(drawings, found, strict=True)
    ]
    if len(found) > 1:
        ink, bits = sum(one.ink for one in found), sum(one.bits for one in found)
        size = sum(one.cells.size for one in found)
        gzip, xz = (sum(getattr(one, name) for one in found) / max(ink, 1) for name in ("gzip", "xz"))
        rows.append(
            [
                *("all", str(ink), f"{bits / max(ink, 1):.3f}", f"{bits / size:.3f}", f"{bits:.1f}"),
                *(f"{gzip:.3f}", f"{xz:.3f}"),
            ]
        )
    return rows


def _show_cells(drawing: Drawing, one: Score) -> None:
    levels = (one.cells / _BITS_PER_LEVEL).astype(int).clip(0, len(SURPRISES) - 1).astype("uint8")
    highlight = Highlight(levels, SURPRISES, _COLOURS)
    colours = coloured(results())
    result(f"\n{printable(drawing.name)}" + ("" if colours else f" ({LEGEND})"))
    result(highlighted([], drawing.grid, [highlight], colours=colours), coloured=True)


def _said(one: Suggestion) -> str:
    from asciivae.text.charset import CHARSET

    now, better = CHARSET[one.now], CHARSET[one.better]
    return f"{one.row}:{one.column}: {now!r} could be {better!r} (probability {one.probability:.2f})"


def _pieces(
    drawings: Sequence[Drawing],
    found: Sequence[Score],
    named: Sequence[Sequence[Suggestion]],
    cells: bool,
    suggest: bool,
) -> list[dict[str, Any]]:
    from asciivae.text.charset import CHARSET

    pieces = []
    for drawing, one, better in zip(drawings, found, named, strict=True):
        piece: dict[str, Any] = {
            "name": drawing.name,
            "height": one.cells.shape[0],
            "width": one.cells.shape[1],
            "ink": one.ink,
            "bits": round(one.bits, 4),
            "bits_per_ink": round(one.per_ink, 6),
            "bits_per_cell": round(one.per_cell, 6),
            "gzip_bits": one.gzip,
            "xz_bits": one.xz,
        }
        if cells:
            piece["cells"] = [[round(bits, 4) for bits in row] for row in one.cells.tolist()]
        if suggest:
            piece["suggestions"] = [
                {
                    "row": s.row,
                    "column": s.column,
                    "character": CHARSET[s.now],
                    "likelier": CHARSET[s.better],
                    "probability": round(s.probability, 4),
                }
                for s in better
            ]
        pieces.append(piece)
    return pieces
