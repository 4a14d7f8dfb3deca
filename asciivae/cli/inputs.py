"""Inputs shared by several commands: drawings, and a trained model."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from asciivae.cli import completion
from asciivae.cli.output import complain, say, take_stdout
from asciivae.errors import ArtError, AsciivaeError, ModelError, UsageError
from asciivae.text.reading import Colours, Reading

if TYPE_CHECKING:
    from asciivae.experiment.coders import OnnxModel
    from asciivae.experiment.page_models import OnnxPageModel
    from asciivae.experiment.trained import TrainedModel
    from asciivae.experiment.trained_page import TrainedPageModel

    AnyModel = OnnxModel | TrainedModel | OnnxPageModel | TrainedPageModel

LATEST = Path("latest")
"""Selects the newest run; see `experiment.load`."""
ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help="bundled (the default), latest (the newest run), a run's folder, a .safetensors or an .onnx file.",
        autocompletion=completion.models,
    ),
]
DeviceOption = Annotated[
    str,
    typer.Option("--device", help="auto, cpu, cuda or mps.", autocompletion=completion.devices),
]
NumbersOption = Annotated[
    int | None,
    typer.Option(
        "--numbers", help="Latent numbers that a page of 64 × 64 cells may have, 64 to 4096 (default: the model's own)."
    ),
]
ReplaceOption = Annotated[
    str | None, typer.Option("--replace", help="Replace each character that is not printable ASCII by this one.")
]
TransliterateOption = Annotated[
    bool, typer.Option("--transliterate", help="Replace look-alikes first: line drawing, quotes, accents.")
]
ColoursOption = Annotated[Colours, typer.Option("--colours", help="ANSI colours: drop them, or refuse the drawing.")]


PageModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help="bundled-page (the default), latest (the newest run), a run's folder, a .safetensors or an .onnx file.",
        autocompletion=completion.page_models,
    ),
]


class Drawing(NamedTuple):
    """An input drawing.

    Attributes:
        name: its name on the command line; its path for a file of a folder.
        target: its relative path in an output folder; for a file of a folder, its path in that folder.
        grid: (h, w) uint8, its characters.
        listed: whether it was found in a folder rather than named.
    """

    name: str
    target: Path
    grid: Any
    listed: bool = False


Skip = Callable[[AsciivaeError], None]
"""Handles the error of a drawing in a folder, which is then skipped."""


def stop(error: AsciivaeError) -> None:
    """The `Skip` that raises."""
    raise error


class Skipped(list[AsciivaeError]):
    """The `Skip` of commands that continue: prints each error, and keeps it for the exit code and for `--json`."""

    def __call__(self, error: AsciivaeError) -> None:
        """Print and keep an error."""
        told = any(error.hint == before.hint for before in self)
        complain(error.headline if told else str(error))
        self.append(error)

    def described(self) -> list[dict[str, str]]:
        """The places and the reasons, for `--json`."""
        return [{"place": str(error.place or ""), "reason": error.message} for error in self]


def read_drawings(files: Sequence[str], how: Reading = Reading(), skip: Skip = stop) -> list[Drawing]:
    """Read files, folders (every .txt file below) and stdin (`-`).

    Raises:
        ArtError: a file is not ASCII art; for a file of a folder, only if `skip` raises.
        ArtError: a folder contains no .txt file.
    """
    return [drawing for file in files for drawing in _read(file, how, skip)]


def _read(file: str, how: Reading, skip: Skip) -> Iterator[Drawing]:
    from asciivae.corpus.formats import list_folder
    from asciivae.text.art import read

    path = Path(file)
    if file == "-" or not path.is_dir():
        yield Drawing(file, Path("stdin.txt" if file == "-" else path.name), read(file, **how._asdict()))
        return
    found, refused = list_folder(path)
    if not (found or refused):
        raise ArtError("contains no .txt files", place=file, hint="name the files")
    for place, reason in refused:
        skip(ArtError(reason, place=place, hint="name the other files"))
    for entry in found:
        name = str(path / entry.name)
        try:
            grid = read(name, **how._asdict())
        except ArtError as error:
            skip(error)
        else:
            yield Drawing(name, Path(entry.name), grid, listed=True)


def read_collection(sources: Sequence[str], how: Reading, skipped: Skipped) -> list[Drawing]:
    """Read files, folders and stdin as `read_drawings` does, and corpora: `embedded`, JSON lines, Parquet, stores.

    Pieces of a corpus that cannot be read are told by `open_corpus`, and kept in `skipped`.

    Raises:
        ArtError, UsageError: see `read_drawings`.
        CorpusError: a corpus cannot be read.
    """
    from asciivae.corpus.source import EMBEDDED, SUFFIXES, open_corpus

    found = []
    for source in sources:
        if source == EMBEDDED or source.lower().endswith(SUFFIXES):
            corpus = open_corpus(source, **how._asdict())
            skipped += [ArtError(reason, place=place) for place, reason in corpus.refused]
            if more := corpus.refused_total - len(corpus.refused):
                skipped.append(ArtError(f"{more} more pieces cannot be read", place=source))
            found += [
                Drawing(name, Path(name), corpus.grid(i), listed=True) for i, name in enumerate(corpus.column("id"))
            ]
        else:
            found += read_drawings([source], how, skipped)
    return found


def opened_model(path: Path | None, device: str, numbers: int | None = None, *, cells: int) -> OnnxModel | TrainedModel:
    """Open the model at a path, that of the newest run for `latest`, or the bundled model by default.

    Args:
        path: see `experiment.coders.open_model`, as for the rest.
        device: auto, cpu, cuda, cuda:N or mps.
        numbers: of a page of 64 × 64 cells.
        cells: how many will be coded, about.

    Raises:
        ModelError: it cannot be loaded, or does not support this number of latent numbers.
    """
    from asciivae.experiment.bundled import BUNDLED
    from asciivae.experiment.coders import open_model

    opened = open_model(path or BUNDLED, device, numbers, cells=cells)
    say(f"model: {named(opened)}")
    return opened


def named(trained: AnyModel) -> str:
    """A model by its recipe and step, and by its file if that is not of the installation."""
    from asciivae.experiment.bundled import bundled_name

    return f"{bundled_name(trained.path) or trained.path} ({trained.name}, step {trained.step})"


def opened_page_model(path: Path | None) -> OnnxPageModel | TrainedPageModel:
    """Open the page model at a path, by default the bundled one; `latest` is that of the newest run.

    Raises:
        ModelError: it cannot be loaded.
    """
    from asciivae.experiment.bundled import BUNDLED_PAGE
    from asciivae.experiment.page_models import open_page_model

    opened = open_page_model(path or BUNDLED_PAGE)
    say(f"model: {named(opened)}")
    return opened


def one_drawing(file: str, how: Reading = Reading()) -> Drawing:
    """Read one drawing from a file or stdin (`-`).

    Raises:
        ArtError: it cannot be read.
        UsageError: it is a folder that does not hold exactly one.
    """
    drawings = read_drawings([file], how)
    if len(drawings) != 1:
        raise UsageError("holds more than one drawing", place=file, hint="name one of its files")
    return drawings[0]


def cells_of(drawings: Iterable[Drawing]) -> int:
    """The cells of drawings in all."""
    return sum(one.grid.size for one in drawings)


def fitting(trained: OnnxModel | TrainedModel, drawings: Sequence[Drawing], skip: Skip = stop) -> list[Drawing]:
    """The drawings that fit a model.

    Raises:
        ModelError: a drawing is too large; for a file of a folder, only if `skip` raises.
    """
    fit = []
    for drawing in drawings:
        try:
            trained.coder.canvas(*trained.canvas.content(drawing.grid).shape)
        except ModelError as error:
            (skip if drawing.listed else stop)(ModelError(error.message, place=drawing.name, hint=error.hint))
        else:
            fit.append(drawing)
    return fit


def model_facts(trained: AnyModel) -> dict[str, Any]:
    """The description of a model for `--json`."""
    return {"name": trained.name, "step": trained.step, "path": str(trained.path)}


_SUFFIXES = {
    "png": (".png",),
    "gif": (".gif",),
    "svg": (".svg",),
    "html": (".html", ".htm"),
    "weights": (".safetensors", ".onnx"),
    "jsonl": (".jsonl", ".gz"),
}


def check_outputs(**outputs: Path | None) -> None:
    """Check the output files of a command before its work; one that is called `-` gets stdout.

    Args:
        outputs: the files by their format: `png`, `gif`, `svg`, `html`, `weights`, `jsonl`.

    Raises:
        UsageError: one has a name that does not fit, is a folder, or is in no folder; or two are the same.
    """
    from asciivae.files.atomic import check_output

    for kind, path in outputs.items():
        if path is not None:
            check_output(path, *_SUFFIXES[kind])
    refuse_twice(*outputs.values())


def refuse_twice(*outputs: Path | None) -> None:
    """Let an output that is called `-` have stdout, and refuse two outputs that are one file.

    Raises:
        UsageError: they are.
    """
    take_stdout(*outputs)
    places = Counter(os.path.realpath(path) for path in outputs if path is not None and str(path) != "-")
    for place, count in places.items():
        if count > 1 and (os.path.isfile(place) or not os.path.exists(place)):
            raise UsageError("two outputs would be written into it", place=place, hint="name two files")


def check_folder(option: str, folder: Path | None) -> None:
    """Refuse `-` as the folder of an output: it is stdout wherever a file is written.

    Raises:
        UsageError: it is.
    """
    if folder is not None and str(folder) == "-":
        raise UsageError("names a folder, and - is stdout", place=f"{option} -", hint=f"name a folder: {option} made")


def refuse_inputs(targets: Iterable[Path | None], inputs: Iterable[str | Path | None], *, hint: str) -> None:
    """Refuse to overwrite an input file, also under another path.

    Args:
        targets: the output files, if any.
        inputs: the input files; names of other inputs are ignored.
        hint: the hint of the error.

    Raises:
        UsageError: an output file is an input file.
    """
    read = {_identity(path) for path in inputs if path and os.path.exists(path)}
    for target in targets:
        if target and os.path.exists(target) and _identity(target) in read:
            raise UsageError("is an input file and would be overwritten", place=str(target), hint=hint)


def _identity(path: str | Path) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino
