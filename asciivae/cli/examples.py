"""`asciivae examples`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from asciivae.cli.inputs import check_folder
from asciivae.cli.output import reported, result, say
from asciivae.errors import AsciivaeError

CAT = r"""
   /\_/\
  ( o.o )
   > ^ <
  /     \
 (  | |  )
  \_|_|_/~~
"""
DOG = r"""
   __
 <(o )____
  (    ._ \
   |  |--| |\
   |__|  |_| )
"""
DRAWINGS = {"cat.txt": CAT, "dog.txt": DOG}


@reported
def examples(
    folder: Annotated[Path, typer.Argument(help="Where to write them; it is created if needed.")] = Path(),
) -> None:
    """Write two small drawings to try the other commands on: cat.txt and dog.txt. Existing files are not replaced.

    Examples:

      asciivae examples && asciivae reconstruct cat.txt --side-by-side
    """
    from asciivae.files.atomic import cannot_write, create_text

    check_folder("FOLDER", folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in DRAWINGS.items():
            try:
                create_text(folder / name, text.removeprefix("\n"))
            except FileExistsError:
                say(f"{folder / name} exists already and stays as it is")
    except OSError as error:
        raise cannot_write(folder, error, "name another folder", AsciivaeError) from None
    say(f"try: asciivae reconstruct {folder / 'cat.txt'} --side-by-side")
    result("\n".join(str(folder / name) for name in DRAWINGS))
