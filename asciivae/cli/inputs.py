"""What several commands take: drawings, and a trained model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from asciivae.cli.output import say
from asciivae.errors import ModelError, RunError, UsageError

if TYPE_CHECKING:
    from asciivae.build import TrainedModel

RUNS = Path("runs")


class Drawing(NamedTuple):
    """A drawing that was read.

    Attributes:
        name: how the user called it; files of a folder by their path.
        target: the file that stands for it inside an output folder; below a folder that was named, its path there.
        grid: (h, w) uint8, its characters.
    """

    name: str
    target: Path
    grid: Any


def read_drawings(files: Sequence[str], replace: str | None) -> list[Drawing]:
    """Read files, folders (every .txt file below) and stdin (`-`).

    Raises:
        ArtError: something is no ASCII art.
        UsageError: a folder holds no .txt file.
    """
    from asciivae.text.art import read

    return [Drawing(name, target, read(name, replace=replace)) for file in files for name, target in _expanded(file)]


def _expanded(file: str) -> Iterator[tuple[str, Path]]:
    folder = Path(file)
    if file == "-":
        yield file, Path("stdin.txt")
    elif not folder.is_dir():
        yield file, Path(folder.name)
    else:
        found = sorted(folder.rglob("*.txt"))
        if not found:
            raise UsageError("holds no .txt files", place=file, hint="name the files themselves")
        yield from ((str(path), path.relative_to(folder)) for path in found)


def trained_model(path: Path | None, device: str, drawings: Sequence[Drawing]) -> TrainedModel:
    """Load the model at a path, or that of the newest run, and make sure that it can take these drawings.

    Raises:
        RunError: none is named, and there is no run.
        ModelError: it cannot be loaded, or a drawing is too large for it.
    """
    from asciivae.build import choose_device, load_model

    trained = load_model(path or _newest(), choose_device(device))
    say(f"model: {trained.name}, step {trained.step} ({trained.path})")
    for drawing in drawings:
        try:
            trained.model.canvas(*trained.canvas.content(drawing.grid).shape)
        except ModelError as error:
            raise ModelError(error.message, place=drawing.name, hint=error.hint) from error
    return trained


def _newest() -> Path:
    from asciivae.train.run_folder import newest_run

    run = newest_run(RUNS)
    if run is None:
        raise RunError(
            "there is no trained model here yet",
            place=f"{RUNS}/",
            hint="asciivae train --recipe quickstart, or name one with --model",
        )
    return run
