"""`asciivae export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from asciivae.cli.inputs import refuse_inputs
from asciivae.cli.output import reported, result, say


@reported
def export(
    model: Annotated[Path, typer.Argument(metavar="RUN|FILE", help="A run, a checkpoint or a weights file.")],
    file: Annotated[Path, typer.Argument(metavar="OUT.safetensors", help="The file to write.")],
    half: Annotated[bool, typer.Option("--half", help="Weights in float16: half as large.")] = False,
) -> None:
    """Write a trained model into one file that `reconstruct --model` reads anywhere.

    It holds the weights, the glyphs and the recipe, without the folders of the files that the recipe names.

    Examples:

      asciivae export runs/base/20260102-030405 cats.safetensors --half
    """
    refuse_inputs([file], [model], hint="name another file")
    from asciivae.experiment.export import export as write

    write(model, file, half=half)
    say(f"{file.stat().st_size / 1e6:.1f} MB; try it: asciivae reconstruct FILE --model {file}")
    result(str(file))
