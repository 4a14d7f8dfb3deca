"""`asciivae draw`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from asciivae.cli.inputs import (
    DeviceOption,
    Skip,
    Skipped,
    check_folder,
    check_outputs,
    refuse_inputs,
    refuse_twice,
    stop,
)
from asciivae.cli.output import json_result, reported, result, say
from asciivae.cli.progress import counting
from asciivae.errors import ArtError, UsageError

if TYPE_CHECKING:
    from asciivae.drawing.draw import Drawn
    from asciivae.drawing.picture import Picture

WIDTH = 64
PNG_CELL = (28, 14)
WRITE_HINT = "name a file in a folder that exists"


class LinesFrom(StrEnum):
    """Where lines come from, as `--lines` takes them."""

    auto = "auto"
    edges = "edges"
    strokes = "strokes"
    given = "given"


class Style(StrEnum):
    """What is drawn."""

    line = "line"
    shade = "shade"


@reported
def draw(
    files: Annotated[list[str], typer.Argument(metavar="FILE|FOLDER|-…", help="Pictures; - reads from stdin.")],
    width: Annotated[
        int | None, typer.Option(min=1, max=512, help="Columns (default: what the terminal shows, at most 64).")
    ] = None,
    height: Annotated[int | None, typer.Option(min=1, max=512, help="Rows; with --width the most of both.")] = None,
    invert: Annotated[bool, typer.Option("--invert", help="Swap dark and light.")] = False,
    lines: Annotated[
        LinesFrom,
        typer.Option(help="edges of a photo, strokes of a line drawing, dark pixels as given; auto decides."),
    ] = LinesFrom.auto,
    detail: Annotated[float, typer.Option(min=0, max=1, help="From the main lines only to nearly all.")] = 0.5,
    style: Annotated[Style, typer.Option(help="line, or shade: tones with lines on top.")] = Style.line,
    fit: Annotated[bool, typer.Option("--fit", help="Move the picture under the grid: lines fall into cells.")] = False,
    search: Annotated[bool, typer.Option("--search/--no-search", help="Improve the page by local search.")] = True,
    seed: Annotated[int, typer.Option(min=0, help="0: the likeliest characters; else a variation.")] = 0,
    png: Annotated[Path | None, typer.Option(help="Also draw the page into this PNG.")] = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="Write the page into this file; of a folder or several pictures, files into this folder.",
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="A tracer's run, .safetensors or .onnx file (default: the bundled one).")
    ] = None,
    device: DeviceOption = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead.")] = False,
) -> None:
    """Draw pictures as ASCII art: PNG, JPEG, WebP, BMP, GIF (the first frame) and PPM.

    The lines of the picture are found first, then a network that learned from hand-made drawings chooses the
    characters. What cannot be read in a folder is told and left out, and the exit code is then 1.

    Examples:

      asciivae draw photo.jpg --width 64

      asciivae draw sketch.png --lines strokes --fit --png sketch-ascii.png

      curl -s https://example.org/cat.png | asciivae draw - --style shade
    """
    skipped = Skipped()
    sources = [source for file in files for source in _sources(file)]
    if png is not None and len(sources) > 1:
        raise UsageError("takes one picture", place="--png", hint="name one file, or leave out --png")
    check_outputs(png=png)
    into_folder = out is not None and _is_folder(out, sources)
    targets = _targets(out, sources, into_folder)
    refuse_twice(*targets, png)
    refuse_inputs([*targets, png], [*(source.path for source in sources), model], hint="name another file")
    if width is None and height is None:
        width = max(1, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns))
    # Pictures are decoded before a network is loaded: the memory for the one is free for the other.
    first = next(iter(pictures := _pictures(sources, invert, skipped)), None)
    if first is None:
        raise typer.Exit(1)
    from asciivae.drawing.draw import DrawConfig, draw_picture, stages
    from asciivae.experiment.bundled import BUNDLED_TRACER
    from asciivae.experiment.drawers import open_drawer
    from asciivae.files.atomic import write_output

    trained = open_drawer(model or BUNDLED_TRACER, device)
    config = DrawConfig(
        width=width,
        height=height,
        lines=lines.value,
        detail=detail,
        style=style.value,
        fit=fit,
        search=search,
        seed=seed,
    )
    documents = []
    texts = []
    for index, picture in [first, *pictures]:
        try:
            with counting(stages(config), "stage") as bar:
                drawn = draw_picture(trained.model, picture, config, tick=partial(bar, 1))
        except ArtError as error:
            (skipped if sources[index].listed else stop)(error)
            continue
        say(
            f"{picture.name}: {drawn.lines.kind} ({drawn.lines.reason}), {drawn.grid.shape[1]} × {drawn.grid.shape[0]}"
            f" characters, shape distance to the lines {drawn.distance:.3f}"
        )
        if targets:
            if into_folder:
                _make_folder(targets[index])
            write_output(targets[index], drawn.text.encode(), hint=WRITE_HINT)
        if png is not None:
            write_output(png, _png(drawn), hint=WRITE_HINT)
        documents.append(_described(picture, drawn, targets[index] if targets else None))
        texts.append(str(targets[index]) if targets else drawn.text)
    if not documents:
        raise typer.Exit(1)
    if as_json:
        tracer = {"name": trained.name, "step": trained.step, "path": str(trained.path)}
        json_result({"model": tracer, "pictures": documents, "skipped": skipped.described()})
    else:
        result("\n".join(texts))
    if skipped:
        raise typer.Exit(1)


class PictureSource(NamedTuple):
    """A picture's file; `listed` if it was found in a folder."""

    path: str
    listed: bool = False


def _sources(file: str) -> Iterator[PictureSource]:
    from asciivae.drawing.picture import SUFFIXES

    if file == "-" or not Path(file).is_dir():
        yield PictureSource(file)
        return
    try:
        found = sorted(path for path in Path(file).iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError as error:
        raise ArtError(
            f"the folder cannot be read: {error.strerror}", place=file, hint="check its permissions: ls -ld FOLDER"
        ) from None
    if not found:
        raise UsageError("holds no pictures", place=file, hint=f"it may hold {', '.join(SUFFIXES)} files")
    yield from (PictureSource(str(path), listed=True) for path in found)


def _pictures(sources: Sequence[PictureSource], invert: bool, skip: Skip) -> Iterator[tuple[int, Picture]]:
    from asciivae.drawing.picture import read_picture

    for index, source in enumerate(sources):
        try:
            yield index, read_picture(source.path, invert=invert)
        except ArtError as error:
            (skip if source.listed else stop)(error)


def _is_folder(out: str, sources: Sequence[PictureSource]) -> bool:
    """Whether `--out` is a folder: it ends with / or is one, or the pictures are several or those of a folder."""
    return out.endswith(os.sep) or Path(out).is_dir() or len(sources) > 1 or any(source.listed for source in sources)


def _targets(given: str | None, sources: Sequence[PictureSource], into_folder: bool) -> list[Path]:
    if given is None:
        return []
    out = Path(given)
    if not into_folder:
        return [out]
    check_folder("--out", out)
    if out.exists() and not out.is_dir():
        listed = any(source.listed for source in sources)
        why = "several pictures are drawn" if len(sources) > 1 else "a folder is drawn" if listed else "ends with /"
        raise UsageError(f"is a file, and {why}", place=str(out), hint="name a folder: --out drawn/")
    targets = [out / f"{'stdin' if source.path == '-' else Path(source.path).stem}.txt" for source in sources]
    twice = next((target for target in targets if targets.count(target) > 1), None)
    if twice is not None:
        raise UsageError("two pictures would be written here", place=str(twice), hint="draw them one after the other")
    return targets


def _make_folder(target: Path) -> None:
    from asciivae.files.atomic import cannot_write

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(target, error, "name another --out") from error


def _png(drawn: Drawn) -> bytes:
    from PIL import Image

    from asciivae.render.sheets import atlas_array
    from asciivae.report.png import grey_picture, png_bytes

    page = Image.fromarray(grey_picture(drawn.grid, atlas_array(res=PNG_CELL)))
    framed = Image.new("L", (page.width + 2 * PNG_CELL[1], page.height + PNG_CELL[0]), 255)
    framed.paste(page, (PNG_CELL[1], PNG_CELL[0] // 2))
    return png_bytes(framed)


def _described(picture: Picture, drawn: Drawn, target: Path | None) -> dict[str, Any]:
    return {
        "name": picture.name,
        "size": {"width": picture.size[1], "height": picture.size[0]},
        "lines": drawn.lines.kind,
        "reason": drawn.lines.reason,
        "columns": drawn.grid.shape[1],
        "rows": drawn.grid.shape[0],
        "shape": round(drawn.distance, 6),
        "logp": round(drawn.logp, 6),
        "text": drawn.text,
        **({"file": str(target)} if target else {}),
    }
