"""`asciivae explore`."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asciivae.cli.explore_state import ExploreState
from asciivae.cli.inputs import (
    ColoursOption,
    DeviceOption,
    Drawing,
    ModelOption,
    NumbersOption,
    ReplaceOption,
    Skipped,
    TransliterateOption,
    check_folder,
    fitting,
    opened_model,
    read_collection,
)
from asciivae.cli.interpolate import find
from asciivae.cli.output import reported, result, say
from asciivae.cli.terminal import SUSPEND, Terminal, require_terminal
from asciivae.errors import AsciivaeError, UsageError
from asciivae.streams import results
from asciivae.text.reading import Colours, Reading

if TYPE_CHECKING:
    from asciivae.experiment.coders import OnnxModel
    from asciivae.experiment.trained import TrainedModel
    from asciivae.latent.interpolate import Interpolation
    from asciivae.text.art import Grid


MANY = 10**6
"""Cells that are decoded in a session, about."""


@reported
def explore(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE|FOLDER|CORPUS…]", help="Drawings to interpolate between (default: embedded)."),
    ] = None,
    steps: Annotated[int, typer.Option(min=2, max=500, help="Pages from one drawing to the next.")] = 24,
    rate: Annotated[float, typer.Option(min=0.5, max=50.0, help="Initial speed, in pages per second.")] = 8.0,
    out: Annotated[Path, typer.Option(help="The folder for saved pages.")] = Path(),
    seed: Annotated[int, typer.Option(min=0, help="The seed of the choice of targets.")] = 0,
    model: ModelOption = None,
    numbers: NumbersOption = None,
    replace: ReplaceOption = None,
    transliterate: TransliterateOption = False,
    colours: ColoursOption = Colours.drop,
    device: DeviceOption = "cpu",
) -> None:
    """Explore the latent space in the terminal, interpolating from drawing to drawing.

    Space pauses, the arrow keys step, n and t choose the next target, s saves the page as a text file, + and - change
    the speed, q quits.

    Examples:

      asciivae explore

      asciivae explore cat.txt dog.txt art/ --out found/
    """
    require_terminal(
        sys.stdin, results(), what="asciivae explore", hint="elsewhere: asciivae interpolate FROM TO --gif walk.gif"
    )
    check_folder("--out", out)
    trained = opened_model(model, device, numbers, cells=MANY)
    drawings = _collected(sources or ["embedded"], Reading(replace, transliterate, colours), trained)
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

    def segment(start: int, end: int) -> Future[Interpolation]:
        return pool.submit(find, trained, drawings[start], drawings[end], steps)

    try:
        state = ExploreState([str(drawing.target) for drawing in drawings], segment, another, save, 1.0 / rate)
        with Terminal() as terminal:
            _run(state, terminal)
    finally:
        pool.shutdown(cancel_futures=True)
    if saved:
        result("\n".join(map(str, saved)))


def _collected(sources: Sequence[str], how: Reading, trained: OnnxModel | TrainedModel) -> list[Drawing]:
    found = read_collection(sources, how, Skipped())
    too_large: list[AsciivaeError] = []
    drawings = fitting(trained, found, too_large.append)
    if too_large:
        say(f"skipped, too large for this model: {len(too_large)}")
    if len(drawings) < 2:
        raise UsageError(
            f"at least two drawings are required, and there are {len(drawings)}",
            place=" ".join(sources),
            hint="name more drawings, or none to use the embedded ones",
        )
    return drawings


def _run(state: ExploreState, terminal: Terminal) -> None:
    while not state.done:
        terminal.show(state.lines(*terminal.size()))
        key = terminal.key(state.seconds)
        if key is None:
            state.tick()
        elif key == SUSPEND:
            terminal.suspend()
        else:
            state.press(key)


def save_page(page: Grid, folder: Path) -> Path:
    """Write a page as `explored-1.txt` into a folder, or with the next free number.

    Raises:
        AsciivaeError: the file cannot be written.
    """
    from asciivae.files.atomic import create_text
    from asciivae.text.art import to_text

    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            file = folder / f"explored-{number}.txt"
            try:
                create_text(file, to_text(page))
            except FileExistsError:
                number += 1
            else:
                return file
    except OSError as error:
        raise AsciivaeError(
            f"cannot be written: {error.strerror}", place=str(folder), hint="name another folder: --out found"
        ) from error
