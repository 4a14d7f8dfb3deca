"""Drawings as a library takes and gives them: text, files or arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np

from asciivae.errors import ArtError
from asciivae.text import art
from asciivae.text.art import Grid
from asciivae.text.charset import SIZE

Drawing = str | Path | Grid
"""A drawing: its text, the path of a file (a `Path`, or a str of one line that names a file), or characters (h, w) as
integers from 0 (the space) to 94 (`~`)."""
Form = Literal["text", "array"]


def grid_of(drawing: Drawing) -> Grid:
    """Convert a drawing to characters (h, w) uint8.

    Raises:
        ArtError: the file or the text is not ASCII art, or the array does not contain characters.
    """
    if isinstance(drawing, np.ndarray):
        whole = drawing.ndim == 2 and drawing.size and np.issubdtype(drawing.dtype, np.integer)
        if not whole or drawing.min() < 0 or drawing.max() >= SIZE:
            raise ArtError(
                "is not a page of characters",
                place=f"array {drawing.dtype} {drawing.shape}",
                hint=f"give integers (rows, columns) from 0 (the space) to {SIZE - 1} (~)",
            )
        return drawing.astype(np.uint8)
    if isinstance(drawing, Path) or ("\n" not in drawing and Path(drawing).is_file()):
        return art.read(drawing)
    if "\n" not in drawing and drawing.endswith(".txt"):
        return art.read(drawing)  # says that there is no such file
    return art.parse(drawing, name="<text>")


def in_form(page: Grid, form: Form) -> Any:
    """A page (h, w) in this form."""
    return art.to_text(page) if form == "text" else page
