"""`asciivae export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from asciivae.cli import completion
from asciivae.cli.inputs import NumbersOption, check_outputs, refuse_inputs
from asciivae.cli.output import reported, result, say
from asciivae.errors import UsageError


@reported
def export(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|FILE", help="A run, a checkpoint or a weights file.", autocompletion=completion.any_models
        ),
    ],
    file: Annotated[Path, typer.Argument(metavar="OUT.safetensors|OUT.onnx", help="The file to write.")],
    numbers: NumbersOption = None,
    half: Annotated[bool, typer.Option("--half", help="Store the weights in float16, at half the size.")] = False,
) -> None:
    """Export a trained model to one self-contained file, for `--model`.

    The file contains the weights, the glyphs and the recipe; paths in the recipe are reduced to file names. An .onnx
    file, of tracers, page models and spatial models, runs without PyTorch.

    Examples:

      asciivae export runs/base/20260102-030405 cats.safetensors --half

      asciivae export runs/tracer/20260102-030405 mine.onnx
    """
    check_outputs(weights=file)
    onnx = file.suffix == ".onnx"
    if onnx and half:
        raise UsageError("cannot be combined with an .onnx file", place="--half", hint="omit --half")
    refuse_inputs([file], [model], hint="name another file")
    from asciivae.experiment.load import choose_device, load_any
    from asciivae.experiment.trained import TrainedModel
    from asciivae.files.atomic import is_special

    trained = load_any(model, choose_device("cpu"))
    if numbers is not None:
        if not isinstance(trained, TrainedModel):
            raise UsageError(f"is not for a {trained.kind}", place="--numbers", hint="omit it")
        trained = trained.at(numbers)
    if onnx:
        from asciivae.experiment.export_onnx import export_onnx

        export_onnx(trained, file)
    else:
        from asciivae.experiment.export import export as write

        write(trained, file, half=half)
    if not is_special(file):
        example = {"tracer": "draw PICTURE", "page": "sample"}.get(trained.kind, "reconstruct FILE")
        say(f"{file.stat().st_size / 1e6:.1f} MB; try it: asciivae {example} --model {file}")
    result(str(file))
