"""`asciivae sample`."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli import completion
from asciivae.cli.growth import Growth
from asciivae.cli.inputs import (
    LATEST,
    ColoursOption,
    DeviceOption,
    Drawing,
    ReplaceOption,
    Skipped,
    TransliterateOption,
    cells_of,
    check_outputs,
    model_facts,
    one_drawing,
    opened_model,
    opened_page_model,
    read_collection,
    refuse_inputs,
)
from asciivae.cli.output import json_result, reported, result, say
from asciivae.errors import ModelError, UsageError
from asciivae.text.reading import Colours, Reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from asciivae.experiment.coders import OnnxModel
    from asciivae.experiment.trained import TrainedModel

MAX_LIKE = 2000
"""The most drawings that `--like` encodes; enough for a mean and a covariance."""


class Prior(StrEnum):
    """Where pages are drawn from."""

    page = "page"
    vae = "vae"


@reported
def sample(
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=1000, help="The number of samples.")] = 4,
    size: Annotated[
        str | None,
        typer.Option(metavar="HxW", help="Rows and columns; a VAE may round them up (default: 16x40, of VAEs 24x48)."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The random seed.")] = 0,
    temperature: Annotated[
        float | None,
        typer.Option(min=0.0, max=100.0, help="Of the choice among ink; of VAEs the factor on the deviation of z."),
    ] = None,
    category: Annotated[str | None, typer.Option(help="What the pages show, for example cats.")] = None,
    begin: Annotated[str | None, typer.Option(metavar="FILE", help="The first rows; - reads stdin.")] = None,
    signatures: Annotated[bool, typer.Option("--signatures/--no-signatures", help="With artists' initials.")] = True,
    prior: Annotated[
        Prior | None, typer.Option(help="The page model, or a VAE's N(0, 1) (default: the page model).")
    ] = None,
    like: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE|FOLDER|CORPUS",
            help="Sample from a Gaussian fitted to a VAE's latents of these drawings.",
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            help="bundled-page, bundled, latest, a run's folder, a .safetensors or an .onnx file.",
            autocompletion=completion.any_models,
        ),
    ] = None,
    png: Annotated[Path | None, typer.Option(help="Also write the samples to this PNG.")] = None,
    replace: ReplaceOption = None,
    transliterate: TransliterateOption = False,
    colours: ColoursOption = Colours.drop,
    device: DeviceOption = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Sample new drawings from a trained model.

    Pages are drawn by the page model, cell by cell, in exactly the size that is asked for. With --prior vae, or --like,
    a VAE decodes them from its latents.

    Examples:

      asciivae sample -n 8 --size 16x32 --category cats

      asciivae sample --begin head.txt --no-signatures

      asciivae sample --like art/ --png dreams.png
    """
    check_outputs(png=png)
    how = Reading(replace, transliterate, colours)
    if _which(prior, like, model) is Prior.page:
        refuse_inputs([png], [begin, model], hint="name another file: --png s.png")
        if like:
            raise UsageError("--like is for VAEs", place="--like", hint="add --prior vae, or use --begin or --category")
        first = None if begin is None else one_drawing(begin, how)
        _from_page_model(count, size or "16x40", seed, temperature, category, first, signatures, model, png, as_json)
        return
    if category or begin or not signatures:
        raise UsageError(
            "--category, --begin and --no-signatures are for page models", hint="leave them out, or use --prior page"
        )
    temperature = 1.0 if temperature is None else temperature
    height, width = _size(size or "24x48")
    skipped = Skipped()
    drawings = read_collection(like or [], how, skipped)
    refuse_inputs([png], [*(like or []), *(one.name for one in drawings), model], hint="name another file: --png s.png")
    trained = opened_model(model, device, cells=count * height * width + cells_of(drawings))
    page = _page(trained, height, width)
    latents = _latents(trained, drawings, page, seed) if like else None
    from asciivae.latent.sample import sample as draw

    pages = draw(trained.coder, page, count, seed=seed, temperature=temperature, like=latents)
    if png is not None:
        from asciivae.report.png import in_rows, save_drawings

        titles = in_rows([f"sample {number}" for number in range(1, len(pages) + 1)])
        save_drawings(png, in_rows(pages), trained.glyphs, titles)
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
            "skipped": skipped.described(),
        }
        json_result(document)
    else:
        result("\n".join(texts))
    if skipped:
        raise typer.Exit(1)


def _which(prior: Prior | None, like: list[str] | None, model: Path | None) -> Prior:
    if prior is not None:
        return prior
    if like or model is None:
        return Prior.vae if like else Prior.page
    from asciivae.experiment.kinds import kind_of

    if model == LATEST:  # a word for the newest run of a VAE, unless --prior says otherwise
        return Prior.vae
    return Prior.page if kind_of(model) == "page" else Prior.vae


def _from_page_model(
    count: int,
    size: str,
    seed: int,
    temperature: float | None,
    category: str | None,
    first: Drawing | None,
    signatures: bool,
    model: Path | None,
    png: Path | None,
    as_json: bool,
) -> None:
    height, width = _size(size)
    trained = opened_page_model(model)
    from asciivae.pages.draw import TEMPERATURE

    temperature = TEMPERATURE if temperature is None else temperature
    with Growth() as growth:
        pages = trained.sample(
            count,
            (height, width),
            seed=seed,
            temperature=temperature,
            category=category,
            signatures=signatures,
            begin=None if first is None else first.grid,
            form="array",
            observe=growth,
        )
    if png is not None:
        from asciivae.report.png import in_rows, save_drawings

        titles = in_rows([f"sample {number}" for number in range(1, len(pages) + 1)])
        save_drawings(png, in_rows(pages), trained.glyphs, titles)
        say(f"drawn into {png}")
    from asciivae.text.art import to_text

    texts = [to_text(one) for one in pages]
    if not as_json:
        result("\n".join(texts))
        return
    json_result(
        {
            "model": model_facts(trained),
            "height": height,
            "width": width,
            "seed": seed,
            "temperature": temperature,
            "category": category,
            "signatures": signatures,
            "pieces": texts,
        }
    )


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,4})x(\d{1,4})", text)
    height, width = map(int, match.groups()) if match else (0, 0)
    if not (height and width):
        raise UsageError(f"{text!r} is not a size in rows and columns", place="--size", hint="for example --size 24x48")
    return height, width


def _page(trained: OnnxModel | TrainedModel, height: int, width: int) -> tuple[int, int]:
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


def _latents(
    trained: OnnxModel | TrainedModel, drawings: Sequence[Drawing], page: tuple[int, int], seed: int
) -> NDArray[np.float32]:
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
    return latents_of(trained.coder, chosen, trained.canvas, page)
