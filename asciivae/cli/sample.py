"""`asciivae sample`."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli.inputs import (
    Drawing,
    ModelOption,
    Skipped,
    check_outputs,
    loaded_model,
    model_facts,
    read_collection,
    refuse_inputs,
)
from asciivae.cli.output import json_result, reported, result, say
from asciivae.errors import ModelError, UsageError

if TYPE_CHECKING:
    from torch import Tensor

    from asciivae.experiment.trained import TrainedModel

MAX_LIKE = 2000
"""The most drawings that `--like` encodes; enough for a mean and a covariance."""


@reported
def sample(
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=1000, help="The number of samples.")] = 4,
    size: Annotated[str, typer.Option(metavar="HxW", help="Rows and columns; the model may round them up.")] = "24x48",
    seed: Annotated[int, typer.Option(min=0, help="The random seed.")] = 0,
    temperature: Annotated[float, typer.Option(min=0.0, help="The factor on the standard deviation of z.")] = 1.0,
    like: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE|FOLDER|CORPUS",
            help="Sample from a Gaussian fitted to the latents of these drawings, not from the prior.",
        ),
    ] = None,
    model: ModelOption = None,
    png: Annotated[Path | None, typer.Option(help="Also write the samples to this PNG.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Sample new drawings from a trained model.

    Examples:

      asciivae sample -n 8 --size 16x32 --temperature 0.7

      asciivae sample --like art/ --png dreams.png
    """
    height, width = _size(size)
    check_outputs(png=png)
    skipped = Skipped()
    drawings = read_collection(like or [], None, skipped)
    refuse_inputs([png], [*(like or []), *(one.name for one in drawings), model], hint="name another file: --png s.png")
    trained = loaded_model(model, device)
    page = _page(trained, height, width)
    latents = _latents(trained, drawings, page, seed) if like else None
    from asciivae.latent.sample import sample as draw

    pages = draw(trained.model, page, count, seed=seed, temperature=temperature, like=latents)
    if png is not None:
        from asciivae.report.png import in_rows, save_drawings

        save_drawings(png, in_rows(pages), trained.glyphs)
        say(f"wrote {png}")
    from asciivae.text.art import to_text

    texts = [to_text(one) for one in pages]
    if as_json:
        document: dict[str, Any] = {
            "model": model_facts(trained),
            "height": page[0],
            "width": page[1],
            "seed": seed,
            "temperature": temperature,
            "like": len(latents) if latents is not None else None,
            "pieces": texts,
        }
        json_result(document)
    else:
        result("\n".join(texts))
    if skipped:
        raise typer.Exit(1)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,4})x(\d{1,4})", text)
    height, width = map(int, match.groups()) if match else (0, 0)
    if not (height and width):
        raise UsageError(f"{text!r} is not a size in rows and columns", place="--size", hint="for example --size 24x48")
    return height, width


def _page(trained: TrainedModel, height: int, width: int) -> tuple[int, int]:
    try:
        page = trained.canvas.size_for(height, width)
    except ModelError as error:
        raise ModelError(
            error.message, place="--size", hint="choose a smaller size, for example --size 24x48"
        ) from error
    if page[0] < height or page[1] < width:
        raise ModelError(
            f"this model's pages have {page[0]} rows and {page[1]} columns",
            place="--size",
            hint=f"--size {page[0]}x{page[1]}",
        )
    return page


def _latents(trained: TrainedModel, drawings: Sequence[Drawing], page: tuple[int, int], seed: int) -> Tensor:
    from asciivae.latent.sample import latents_of

    contents = [trained.canvas.content(drawing.grid) for drawing in drawings]
    fit = [one for one in contents if one.shape[0] <= page[0] and one.shape[1] <= page[1]]
    if len(fit) < 2:
        raise UsageError(
            f"{len(fit)} of {len(drawings)} drawings fit into {page[0]} rows and {page[1]} columns; two are required",
            place="--like",
            hint="name more drawings, or a larger --size",
        )
    chosen = random.Random(seed).sample(fit, MAX_LIKE) if len(fit) > MAX_LIKE else fit
    say(f"fitted to {len(chosen)} of {len(drawings)} drawings")
    return latents_of(trained.model, chosen, trained.canvas, page)
