"""`asciivae interpolate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli.inputs import (
    ColoursOption,
    DeviceOption,
    Drawing,
    ModelOption,
    NumbersOption,
    ReplaceOption,
    TransliterateOption,
    cells_of,
    check_outputs,
    fitting,
    model_facts,
    opened_model,
    read_drawings,
    refuse_inputs,
)
from asciivae.cli.output import json_result, reported, result, say
from asciivae.cli.progress import counting
from asciivae.cli.terminal import SUSPEND, Terminal, require_terminal
from asciivae.errors import UsageError
from asciivae.streams import results
from asciivae.text.reading import Colours, Reading

if TYPE_CHECKING:
    from asciivae.experiment.coders import OnnxModel
    from asciivae.experiment.trained import TrainedModel
    from asciivae.latent.interpolate import Interpolation
    from asciivae.text.art import Grid


PAGES_PER_STEP = 4
"""How many pages are decoded for each that is shown, about; see `latent.interpolate`."""


@reported
def interpolate(
    start: Annotated[str, typer.Argument(metavar="FROM", help="A drawing; - reads it from stdin.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Another drawing.")],
    steps: Annotated[int, typer.Option(min=2, max=500, help="The number of pages, including both ends.")] = 12,
    play: Annotated[bool, typer.Option("--play", help="Play the pages in the terminal instead.")] = False,
    gif: Annotated[Path | None, typer.Option(help="Also write the pages to this GIF.")] = None,
    png: Annotated[Path | None, typer.Option(help="Also write the pages to this PNG, side by side.")] = None,
    rate: Annotated[float, typer.Option(min=0.5, max=50.0, help="Pages per second, for --play and --gif.")] = 8.0,
    model: ModelOption = None,
    numbers: NumbersOption = None,
    replace: ReplaceOption = None,
    transliterate: TransliterateOption = False,
    colours: ColoursOption = Colours.drop,
    device: DeviceOption = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Interpolate between two drawings in the latent space of a trained model.

    The first and the last page are the reconstructions of the two drawings, on a page that fits both; the pages between
    are chosen so that the picture changes evenly.

    Examples:

      asciivae interpolate cat.txt dog.txt --steps 12 --play

      asciivae interpolate cat.txt dog.txt --gif walk.gif --png walk.png
    """
    if play and as_json:
        raise UsageError("cannot be used together", place="--play and --json", hint="omit one of them")
    if play:
        require_terminal(results(), what="--play", hint="omit it, or write a GIF: --gif walk.gif")
    check_outputs(gif=gif, png=png)
    drawings = [_one(file, Reading(replace, transliterate, colours)) for file in (start, end)]
    refuse_inputs([gif, png], [*(one.name for one in drawings), model], hint="name another file")
    trained = opened_model(model, device, numbers, cells=PAGES_PER_STEP * steps * cells_of(drawings))
    fitting(trained, drawings)
    path = find(trained, drawings[0], drawings[1], steps)
    if gif is not None:
        from asciivae.report.gif import save_animation

        save_animation(gif, path.frames, trained.glyphs, 1.0 / rate)
        say(f"wrote {gif}")
    if png is not None:
        from asciivae.report.png import in_rows, save_drawings

        between = [f"{number} of {len(path.frames)}" for number in range(2, len(path.frames))]
        titles = in_rows([drawings[0].name, *between, drawings[1].name])
        save_drawings(png, in_rows(path.frames), trained.glyphs, titles)
        say(f"wrote {png}")
    if as_json:
        json_result({"model": model_facts(trained), **_described(path, drawings)})
    elif play:
        _play(path.frames, 1.0 / rate)
    else:
        from asciivae.text.art import to_text

        result("\n".join(map(to_text, path.frames)))


def find(trained: OnnxModel | TrainedModel, start: Drawing, end: Drawing, steps: int) -> Interpolation:
    """Interpolate between two drawings; see `asciivae.latent.interpolate`."""
    from asciivae.latent.arc import Arc
    from asciivae.latent.interpolate import interpolate

    with counting(None, "page") as advanced:
        arc = Arc(trained.coder, trained.canvas, start.grid, end.grid)
        return interpolate(arc, steps, trained.glyphs, advanced)


def _one(file: str, how: Reading) -> Drawing:
    drawings = read_drawings([file], how)
    if len(drawings) != 1:
        raise UsageError(
            f"holds {len(drawings)} drawings, but one is required",
            place=file,
            hint="name one file, or interpolate between all of them: asciivae explore FOLDER",
        )
    return drawings[0]


def _described(path: Interpolation, drawings: Sequence[Drawing]) -> dict[str, Any]:
    from asciivae.text.art import to_text

    height, width = path.frames[0].shape
    return {
        "height": height,
        "width": width,
        "ends": [
            {"name": drawing.name, **box._asdict()}
            for drawing, box in zip(drawings, (path.start, path.end), strict=True)
        ],
        "pages": [
            {"position": round(position, 6), "change": round(change, 6), "text": to_text(page)}
            for position, change, page in zip(path.positions, (0.0, *path.changes), path.frames, strict=True)
        ],
    }


def _play(pages: Sequence[Grid], seconds: float) -> None:
    """Play pages in the middle of the terminal, until the last one or a key."""
    from asciivae.report.gif import HELD
    from asciivae.text.charset import decode

    with Terminal() as terminal:
        for number, page in enumerate(pages):
            rows, columns = terminal.size()
            top, left = max((rows - page.shape[0]) // 2, 0), max((columns - page.shape[1]) // 2, 0)
            terminal.show([""] * top + [" " * left + decode(cells) for cells in page])
            key = terminal.key(seconds * (HELD if number in (0, len(pages) - 1) else 1))
            if key == SUSPEND:
                terminal.suspend()
            elif key is not None:
                return
