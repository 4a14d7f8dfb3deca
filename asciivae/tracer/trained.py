"""A trained tracer, ready to draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from asciivae.drawing.draw import DrawConfig, Drawn, draw_picture
from asciivae.models.tracer import Tracer

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image
    from torch import Tensor, nn

    from asciivae.drawing.picture import Picture

    PictureLike = str | Path | bytes | NDArray[Any] | Image | Picture


@dataclass(frozen=True)
class TrainedTracer:
    """A tracer from a weights file or a run, in evaluation mode.

    Attributes:
        model: the network, on its device.
        name: of the recipe.
        step: when it was saved.
        path: where it was read from.
        text: the recipe that it was trained by, as YAML.
        glyphs: (95, h, w), the atlas of its recipe.
    """

    model: Tracer
    name: str
    step: int
    path: Path
    text: str
    glyphs: Tensor = field(repr=False)

    @property
    def kind(self) -> str:
        """Of its recipe."""
        return "tracer"

    @property
    def module(self) -> nn.Module:
        """Its network."""
        return self.model

    def draw(self, image: PictureLike, config: DrawConfig = DrawConfig(), *, invert: bool = False) -> Drawn:
        """Draw a picture.

        Args:
            image: a file's path, the bytes of one, a Pillow image, or an array (h, w), (h, w, 3) or (h, w, 4) of
                uint8, or of floats in [0, 1].
            config: how.
            invert: swap dark and light first.

        Raises:
            ArtError: the picture cannot be read, or no line is found in it.
        """
        return draw_picture(self.model, as_picture(image, invert=invert), config)


def as_picture(image: PictureLike, *, invert: bool = False) -> Picture:
    """Read whatever is a picture; see `TrainedTracer.draw`."""
    from asciivae.drawing.picture import Picture, decode_picture, from_array, from_image, read_picture

    if isinstance(image, Picture):
        return image
    if isinstance(image, str | Path):
        return read_picture(image, invert=invert)
    if isinstance(image, bytes):
        return decode_picture(image, invert=invert)
    if isinstance(image, np.ndarray):
        return from_array(image, invert=invert)
    return from_image(image, invert=invert)
