"""`asciivae complete`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from asciivae.cli.growth import Growth
from asciivae.cli.inputs import (
    ColoursOption,
    PageModelOption,
    ReplaceOption,
    TransliterateOption,
    check_outputs,
    model_facts,
    one_drawing,
    opened_page_model,
    refuse_inputs,
)
from asciivae.cli.output import json_result, reported, result, say
from asciivae.errors import UsageError
from asciivae.text.reading import Colours, Reading


@reported
def complete(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A drawing; - reads it from stdin.")],
    hole: Annotated[
        str | None,
        typer.Option(metavar="ROW,COLUMN,HEIGHT,WIDTH", help="Fill this box; rows and columns count from 1."),
    ] = None,
    mark: Annotated[str | None, typer.Option(metavar="CHARACTER", help="Fill every cell that holds this.")] = None,
    below: Annotated[int, typer.Option(min=0, metavar="N", help="Add N rows below.")] = 0,
    right: Annotated[int, typer.Option(min=0, metavar="N", help="Add N columns to the right.")] = 0,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=100, help="How many proposals.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    temperature: Annotated[float, typer.Option(min=0.0, max=100.0, help="Of the choice among ink.")] = 1.0,
    category: Annotated[str | None, typer.Option(help="What the drawing shows, for example cats.")] = None,
    signatures: Annotated[bool, typer.Option("--signatures/--no-signatures", help="With artists' initials.")] = True,
    model: PageModelOption = None,
    png: Annotated[Path | None, typer.Option(help="Also draw the proposals into this PNG.")] = None,
    replace: ReplaceOption = None,
    transliterate: TransliterateOption = False,
    colours: ColoursOption = Colours.drop,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead.")] = False,
) -> None:
    """Fill a hole in a drawing, or extend it; all other cells stay as they are.

    The proposals come with the likeliest first. Say with --hole or --mark what is to be filled, with --below and
    --right how far the page shall go on.

    Examples:

      asciivae complete cat.txt --hole 2,4,3,10

      asciivae complete cat.txt --mark '?' -n 5

      asciivae complete cat.txt --below 6 --no-signatures
    """
    check_outputs(png=png)
    refuse_inputs([png], [file, model], hint="name another file: --png c.png")
    box = None if hole is None else _box(hole)
    drawing = one_drawing(file, Reading(replace, transliterate, colours))
    trained = opened_page_model(model)
    with Growth() as growth:
        proposals = trained.complete(
            drawing.grid,
            hole=box,
            mark=mark,
            below=below,
            right=right,
            count=count,
            seed=seed,
            temperature=temperature,
            category=category,
            signatures=signatures,
            observe=growth,
        )
    from asciivae.text.art import to_text

    if png is not None:
        from asciivae.report.png import in_rows, save_drawings

        titles = in_rows([f"{number}: {one.bits:.0f} bits" for number, one in enumerate(proposals, 1)])
        save_drawings(png, in_rows([one.page for one in proposals]), trained.glyphs, titles)
        say(f"drawn into {png}")
    if as_json:
        json_result(
            {
                "model": model_facts(trained),
                "name": drawing.name,
                "seed": seed,
                "temperature": temperature,
                "proposals": [{"bits": round(one.bits, 3), "piece": to_text(one.page)} for one in proposals],
            }
        )
        return
    for number, one in enumerate(proposals, 1):
        say(f"proposal {number}: {one.bits:.0f} bits")
    result("\n".join(to_text(one.page) for one in proposals))


def _box(text: str) -> tuple[int, int, int, int]:
    match = re.fullmatch(r"(\d{1,4}),(\d{1,4}),(\d{1,4}),(\d{1,4})", text.replace(" ", ""))
    if match is None:
        raise UsageError(
            f"{text!r} is not a box", place="--hole", hint="--hole ROW,COLUMN,HEIGHT,WIDTH, for example --hole 2,4,3,10"
        )
    row, column, height, width = map(int, match.groups())
    return row, column, height, width
