"""The Python API of a trained model: drawings as text or arrays in; text, arrays or pictures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from asciivae.corpus.settings import Data
from asciivae.errors import ModelError, UsageError
from asciivae.experiment.drawings import Drawing, Form, grid_of, in_form
from asciivae.experiment.export import Savable
from asciivae.latent.arc import Arc
from asciivae.latent.interpolate import interpolate
from asciivae.latent.pieces import rebuilt
from asciivae.latent.reconstruct import TorchCoder
from asciivae.latent.sample import latents_of, sample
from asciivae.models.base import VAE
from asciivae.recipe import loader
from asciivae.recipe.export import dump_yaml
from asciivae.settings.convert import plain
from asciivae.text import art
from asciivae.text.canvas import Canvas

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class TrainedModel(Savable):
    """A model from a weights file or a run, in evaluation mode.

    Attributes:
        model: the model, on its device.
        canvas: how pieces are placed for it.
        glyphs: (95, h, w), the atlas that it was trained with.
        name: name of the recipe.
        step: training step of the weights.
        path: the file that it was loaded from.
        data: the section `data` of the recipe.
        text: the recipe that it was trained with, as YAML.
        python_model: the class of a model that was passed from Python; empty for one that the recipe names.
    """

    model: VAE
    canvas: Canvas
    glyphs: Tensor
    name: str
    step: int
    path: Path
    data: Data
    text: str
    python_model: str = ""

    @property
    def coder(self) -> TorchCoder:
        """The model on arrays."""
        return TorchCoder(self.model)

    def __repr__(self) -> str:
        return f"TrainedModel({self.name!r}, step {self.step}, {str(self.path)!r})"

    def at(self, numbers: int) -> TrainedModel:
        """The same model with another size of the latent.

        Args:
            numbers: latent numbers that a page of 64 × 64 cells may have; the bundled model supports 64 to 4096. Fewer
                make a shorter code, more a better reconstruction.

        Raises:
            ModelError: the model does not support this number.
        """
        try:
            model = self.model.at(numbers)
        except ModelError as error:
            raise ModelError(error.message, place=str(self.path), hint=error.hint) from error
        recipe = loader.parse(self.text, f"{self.name} (recipe)").plain()
        recipe["model"] = {**recipe["model"], **plain(model.config)}
        return replace(self, model=model, text=dump_yaml(recipe))

    def reconstruct(self, drawings: Drawing | Sequence[Drawing]) -> Any:
        """Encode and decode drawings; each cell becomes its most probable character.

        Args:
            drawings: one, or several of any sizes.

        Returns:
            One reconstruction, or a list of them: an array for an array, text for anything else.

        Raises:
            ArtError: a drawing cannot be read.
            ModelError: a drawing is too large for the model.
        """
        if isinstance(drawings, str | Path | np.ndarray):
            return self.reconstruct([drawings])[0]
        made = rebuilt(self.coder, [grid_of(drawing) for drawing in drawings], self.canvas)
        return [
            one.grid if isinstance(drawing, np.ndarray) else art.to_text(one.grid)
            for drawing, one in zip(drawings, made, strict=True)
        ]

    @torch.no_grad()
    def encode(self, drawing: Drawing, size: tuple[int, int] | None = None) -> Tensor:
        """The mean of q(z|x) of one drawing, without a batch dimension, on the model's device.

        Args:
            drawing: the drawing.
            size: (rows, columns) of the page on which it is centred, to give the latents of several drawings one shape;
                by default the model's page for the drawing.

        Raises:
            ArtError: the drawing cannot be read, or is larger than `size`.
            ModelError: it is too large for the model.
        """
        grid = grid_of(drawing)
        page = self.canvas.place(grid, self.canvas.size_for(*size))[0] if size else self.canvas.page(grid)
        page = page.astype(np.int64)
        return self.model.encode(torch.from_numpy(page)[None].to(self.model.device)).mean[0].float()

    @torch.no_grad()
    def decode(self, z: Tensor, form: Form = "text") -> Any:
        """Decode one latent of the shape that `encode` returns; each cell becomes its most probable character.

        Args:
            z: the latent.
            form: `text`, or `array` for characters (H, W) uint8.
        """
        dimensions = len(self.model.latent_shape(*self.canvas.size_for(1, 1)))
        if z.ndim != dimensions:
            raise ModelError(
                f"a latent of this model has {dimensions} dimensions, not {z.ndim}",
                place=f"latent {tuple(z.shape)}",
                hint="give one latent as `encode` returns it, without a batch dimension",
            )
        logits = self.model.decode(z[None].to(self.model.device, next(self.model.parameters()).dtype))
        return in_form(logits.argmax(1)[0].to("cpu", torch.uint8).numpy(), form)

    def interpolate(self, start: Drawing, end: Drawing, steps: int = 8, form: Form = "text") -> list[Any]:
        """Interpolate between the reconstructions of two drawings, at even steps of the picture.

        Args:
            start: the first drawing.
            end: the last drawing.
            steps: number of pages, including both ends; at least 2.
            form: form of the pages, see `decode`.
        """
        arc = Arc(self.coder, self.canvas, grid_of(start), grid_of(end))
        return [in_form(page, form) for page in interpolate(arc, steps, self.glyphs).frames]

    def sample(
        self,
        count: int = 1,
        size: tuple[int, int] = (24, 48),
        *,
        seed: int = 0,
        temperature: float = 1.0,
        like: Sequence[Drawing] | None = None,
        form: Form = "text",
    ) -> list[Any]:
        """Sample pages from the prior, or from a Gaussian fitted to the latents of given drawings.

        Args:
            count: number of pages.
            size: (rows, columns), rounded up to a page size of the model.
            seed: seed of the samples.
            temperature: factor of the standard deviation.
            like: at least two drawings that fit on the page.
            form: form of the pages, see `decode`.

        Raises:
            ModelError: the size is too large for the model.
        """
        page = self.canvas.size_for(*size)
        around = None
        if like is not None:
            around = latents_of(self.coder, [self.canvas.content(grid_of(one)) for one in like], self.canvas, page)
        pages = sample(self.coder, page, count, seed=seed, temperature=temperature, like=around)
        return [in_form(one, form) for one in pages]

    def render(self, drawing: Drawing) -> Image:
        """Draw a drawing with the glyphs that the model was trained with, as an 8-bit greyscale picture."""
        from PIL import Image

        from asciivae.report.png import grey_picture

        return Image.fromarray(grey_picture(grid_of(drawing), self.glyphs))

    @property
    def kind(self) -> str:
        """Of its recipe."""
        return "model"

    @property
    def module(self) -> torch.nn.Module:
        """Its network."""
        return self.model

    def save(self, path: str | Path, *, half: bool = False) -> None:
        """See `Savable.save`.

        Raises:
            UsageError: the model was passed from Python, and no recipe names it.
        """
        if self.python_model:
            raise UsageError(
                f"was trained with {self.python_model}, a model passed from Python that no recipe names",
                place=str(path),
                hint="make it a plugin, so that a recipe can name it: asciivae plugins new model NAME",
            )
        super().save(path, half=half)
