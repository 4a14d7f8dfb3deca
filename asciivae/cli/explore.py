"""`asciivae explore`."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asciivae.cli.explore_state import Walker
from asciivae.cli.inputs import Drawing, ModelOption, Skipped, fitting, loaded_model, read_collection
from asciivae.cli.interpolate import find
from asciivae.cli.output import reported, result, say
from asciivae.cli.terminal import SUSPEND, Terminal, require_terminal
from asciivae.errors import AsciivaeError, UsageError

if TYPE_CHECKING:
    from asciivae.experiment.trained import TrainedModel
    from asciivae.latent.interpolate import Interpolation
    from asciivae.text.art import Grid


@reported
def explore(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE|FOLDER|CORPUS…]", help="Drawings to walk between [default: embedded]."),
    ] = None,
    steps: Annotated[int, typer.Option(min=2, max=500, help="Pages from one drawing to the next.")] = 24,
    rate: Annotated[float, typer.Option(min=0.5, max=50.0, help="Pages a second, at first.")] = 8.0,
    out: Annotated[Path, typer.Option(help="Where pages that you save go.")] = Path(),
    seed: Annotated[int, typer.Option(min=0, help="Of the choice of targets.")] = 0,
    model: ModelOption = None,
    replace: Annotated[str | None, typer.Option(help="Put this in place of what is not printable ASCII.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "cpu",
) -> None:
    """Walk through the latent space in the terminal, from drawing to drawing.

    Space pauses, the arrows step, n and t choose where to go next, s saves the page as a text file, + and - change the
    speed, q ends it.

    Examples:

      asciivae explore

      asciivae explore cat.txt dog.txt art/ --out found/
    """
    require_terminal(
        sys.stdin, sys.stdout, what="asciivae explore", hint="elsewhere: asciivae interpolate FROM TO --gif walk.gif"
    )
    trained, drawings = _collected(sources or ["embedded"], replace, model, device)
    choice = random.Random(seed)
    if any(drawing.listed for drawing in drawings):
        choice.shuffle(drawings)
    saved: list[Path] = []

    def save(page: Grid) -> str:
        saved.append(save_page(page, out))
        return str(saved[-1])

    def another(than: int) -> int:
        other = choice.randrange(len(drawings) - 1)
        return other + (other >= than)

    pool = ThreadPoolExecutor(1)

    def leg(start: int, end: int) -> Future[Interpolation]:
        return pool.submit(find, trained, drawings[start], drawings[end], steps)

    try:
        walker = Walker([str(drawing.target) for drawing in drawings], leg, another, save, 1.0 / rate)
        with Terminal() as terminal:
            _walk(walker, terminal)
    finally:
        pool.shutdown(cancel_futures=True)
    if saved:
        result("\n".join(map(str, saved)))


def _collected(
    sources: Sequence[str], replace: str | None, model: Path | None, device: str
) -> tuple[TrainedModel, list[Drawing]]:
    found = read_collection(sources, replace, Skipped())
    trained = loaded_model(model, device)
    too_large: list[AsciivaeError] = []
    drawings = fitting(trained, found, too_large.append)
    if too_large:
        say(f"left out, too large for this model: {len(too_large)}")
    if len(drawings) < 2:
        raise UsageError(
            f"needs at least two drawings to walk between, and has {len(drawings)}",
            place=" ".join(sources),
            hint="name more, or none to walk between those of asciivae",
        )
    return trained, drawings


def _walk(walker: Walker, terminal: Terminal) -> None:
    while not walker.done:
        terminal.show(walker.lines(*terminal.size()))
        key = terminal.key(walker.seconds)
        if key is None:
            walker.tick()
        elif key == SUSPEND:
            terminal.suspend()
        else:
            walker.press(key)


def save_page(page: Grid, folder: Path) -> Path:
    """Write a page as `explored-1.txt` into a folder, or with the next number that is free.

    Raises:
        AsciivaeError: it cannot be written.
    """
    from asciivae.text.art import to_text

    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            file = folder / f"explored-{number}.txt"
            try:
                with file.open("x", encoding="ascii") as opened:
                    opened.write(to_text(page))
            except FileExistsError:
                number += 1
            else:
                return file
    except OSError as error:
        raise AsciivaeError(
            f"cannot be written: {error.strerror}", place=str(folder), hint="name another folder: --out found"
        ) from error
