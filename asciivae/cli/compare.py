"""`asciivae compare`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli.inputs import ColoursOption, ReplaceOption, TransliterateOption, check_outputs, refuse_inputs
from asciivae.cli.output import beside, json_result, reported, result, say, table
from asciivae.errors import UsageError
from asciivae.text.reading import Colours, Reading

if TYPE_CHECKING:
    from asciivae.experiment.compare import Compared


@reported
def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN RUN…", help="Folders of runs.")],
    pieces: Annotated[
        list[str] | None,
        typer.Option("--piece", help="A drawing to reconstruct (default: some that no run was trained on)."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="The number of drawings, without --piece.")] = 4,
    png: Annotated[Path, typer.Option(help="The PNG file of the curves.")] = Path("comparison.png"),
    replace: ReplaceOption = None,
    transliterate: TransliterateOption = False,
    colours: ColoursOption = Colours.drop,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Compare runs: curves as a PNG, a table of metrics, and reconstructions of the same drawings by each model.

    Examples:

      asciivae compare runs/20717f2/20260102-030405 runs/20717f2-repaired/20260102-040506

      asciivae compare runs/*/* --piece cat.txt --png cats.png
    """
    if len(runs) < 2:
        raise UsageError("needs at least two runs", hint="asciivae compare runs/FIRST runs/SECOND")
    check_outputs(png=png)
    refuse_inputs([png], [*runs, *(pieces or [])], hint="name another file: --png curves.png")
    from asciivae.experiment.compare import compare as put_together
    from asciivae.experiment.compare import unseen_pieces
    from asciivae.report.curves import save_curves
    from asciivae.text.art import read

    how = Reading(replace, transliterate, colours)._asdict()
    grids = [read(piece, **how) for piece in pieces] if pieces else unseen_pieces(runs, count)
    found = put_together(runs, grids)
    save_curves(png, {one.label: one.records for one in found})
    say(f"curves: {png}")
    if as_json:
        json_result(_document(found, grids, png), schema=2)
        return
    table(["", *(one.label for one in found)], _rows(found))
    for number, grid in enumerate(grids):
        result("\n" + beside(grid, *(one.reconstructions[number] for one in found)))


def _rows(found: Sequence[Compared]) -> list[list[str]]:
    rows = [["step", *(str(one.step) for one in found)]]
    for what, numbers in (
        ("own validation", [one.validation for one in found]),
        ("these drawings", [one.scores for one in found]),
    ):
        names = dict.fromkeys(name for one in numbers for name in one)
        rows += [[f"{what}: {name}", *(_shown(one.get(name)) for one in numbers)] for name in names]
    return rows


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _document(found: Sequence[Compared], grids: Sequence[Any], png: Path) -> dict[str, Any]:
    from asciivae.text.art import to_text

    return {
        "curves": str(png),
        "pieces": [to_text(grid) for grid in grids],
        "runs": [
            {
                "name": one.label,
                "step": one.step,
                "validation": dict(one.validation),
                "scores": dict(one.scores),
                "reconstructions": [to_text(grid) for grid in one.reconstructions],
            }
            for one in found
        ],
    }
