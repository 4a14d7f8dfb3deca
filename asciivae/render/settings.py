"""The section `glyphs` of a recipe: the glyphs of the 95 characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from asciivae.settings.types import LONG, SHORT, Pair, Text, long_if

if TYPE_CHECKING:
    from torch import Tensor

Side = Annotated[int, Field(ge=3, le=64)]


@dataclass(frozen=True)
class Glyphs:
    """The glyphs of the 95 characters.

    Attributes:
        font: a bundled font, or the path of a .ttf file.
        cell: tight: the font's own cell, so that neighbours touch; logged: the cell of the logged experiments.
        res: pixels of a cell: n for n × n, or [height, width]; 3 to 64.
        zoom: only with `cell: logged`: rows and columns cut from the top and left of the 64 × 64 glyph.
        antialias: only with `cell: logged`: whether to antialias when shrinking; a tight cell always averages.
    """

    font: Text = "dejavu-sans-mono"
    cell: Literal["tight", "logged"] = "tight"
    res: Annotated[
        Annotated[Side, SHORT] | Annotated[Pair[Side], LONG],
        long_if(lambda value: isinstance(value, list | tuple)),
    ] = (18, 9)
    zoom: Annotated[int, Field(ge=0, le=48)] = 0
    antialias: bool = True

    def atlas(self) -> Tensor:
        """The glyphs, (95, h, w) float32 in [0, 1].

        Raises:
            AsciivaeError: the font is neither bundled nor a font file.
        """
        from asciivae.render.glyphs import atlas

        res = (self.res, self.res) if isinstance(self.res, int) else self.res
        return atlas(self.font, cell=self.cell, res=res, zoom=self.zoom, antialias=self.antialias)
