"""Reading of weights files, which are untrusted."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asciivae.contract import CHARACTERS
from asciivae.errors import ModelError
from asciivae.files.opening import UnsafePathError, require_regular

if TYPE_CHECKING:
    from torch import Tensor


def format_of(kind: str) -> str:
    """The format that a weights file of a kind of recipe states in its header."""
    return f"asciivae-{kind}-1"


MODEL_FORMAT, RENDERER_FORMAT, PAGE_FORMAT, TRACER_FORMAT = map(format_of, ("model", "renderer", "page", "tracer"))
DAMAGED = "the file may be damaged or not from asciivae; copy it again, or train another"
_KINDS = {
    MODEL_FORMAT: ("model", "give a model.safetensors or a run"),
    PAGE_FORMAT: ("page model", "give a page.safetensors or a run of a recipe of kind page"),
    RENDERER_FORMAT: ("renderer", "give a renderer.safetensors, which asciivae train-renderer writes"),
    TRACER_FORMAT: ("tracer", "give a tracer.safetensors or a run of a recipe of kind tracer"),
}
MAX_CELL_SIDE = 64
"""The longest side of a glyph, in pixels."""
_ROUNDING = 1e-6  # the tolerance of `testing` for the output of renderers


class WeightsFile:
    """An open weights file, whose tensors are read only after their shapes were checked.

    Attributes:
        path: the file.
        header: its metadata, of the wanted format.
        slices: the unread tensors, except `glyphs`, by name.
        glyph_size: (h, w) of its glyphs in pixels, or None if it has no float32 atlas (95, h, w).
    """

    def __init__(self, path: Path, header: dict[str, str], opened: Any) -> None:
        self.path = path
        self.header = header
        self.slices = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118
        self.glyph_size = _glyph_size(self.slices.pop("glyphs", None))
        self._opened = opened

    def read(self, expected: Mapping[str, Tensor], whose: str) -> tuple[dict[str, Tensor], Tensor]:
        """Read all tensors and the glyphs (95, h, w).

        Args:
            expected: the tensors of the model to load, which may be on the meta device.
            whose: the model, for the message.

        Raises:
            ModelError: names, shapes or dtypes differ, or the glyphs are not in [0, 1].
        """
        complete = self.slices.keys() == expected.keys() and self.fitting(expected) == list(expected)
        if not complete or self.glyph_size is None:
            raise self.refusal(f"does not contain the tensors of {whose}")
        glyphs = self._opened.get_tensor("glyphs")
        if not bool(((glyphs >= -_ROUNDING) & (glyphs <= 1 + _ROUNDING)).all()):  # False for NaN as well
            raise self.refusal("contains glyphs with values outside of [0, 1]")
        return self.tensors(expected), glyphs

    def fitting(self, expected: Mapping[str, Tensor]) -> list[str]:
        """The names of tensors with the expected shapes and dtypes; half precision may be widened to float32."""
        return [name for name, value in expected.items() if name in self.slices and _suits(self.slices[name], value)]

    def tensors(self, names: Iterable[str]) -> dict[str, Tensor]:
        """Read these tensors."""
        return {name: self._opened.get_tensor(name) for name in names}

    def refusal(self, message: str) -> ModelError:
        """The error for a file that is rejected."""
        return ModelError(message, place=str(self.path), hint=DAMAGED)


@contextmanager
def open_weights(path: Path, wanted: str = MODEL_FORMAT) -> Iterator[WeightsFile]:
    """Open a weights file. Nothing in it is executed.

    Raises:
        ModelError: it is not a weights file of the wanted format, or cannot be read within the block.
    """
    from safetensors import SafetensorError, safe_open

    try:
        require_regular(os.stat(path), path)  # opening a FIFO would block
        with safe_open(path, framework="pt") as opened:
            header = opened.metadata()
            if header is None or header.get("format") != wanted:
                kind, hint = _KINDS[wanted]
                raise ModelError(f"is not the weights file of a {kind}", place=str(path), hint=hint)
            yield WeightsFile(path, header, opened)
    except (OSError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, UnsafePathError) else error
        raise ModelError(f"cannot be read as a weights file ({reason})", place=str(path), hint=DAMAGED) from error


# An untrusted header is printed on the terminal, so only a plain name and a number are accepted.
def stated_name(header: dict[str, str]) -> str:
    """The recipe's name, or `?`."""
    return stated(header, "name", r"[\w.-]{1,80}", "?")


def stated_step(header: dict[str, str]) -> int:
    """The training step at which the file was saved, or 0."""
    return int(stated(header, "step", r"[0-9]{1,18}", "0"))


def stated(header: dict[str, str], key: str, pattern: str, otherwise: str) -> str:
    """A value of the header, or `otherwise` where it is missing or does not match."""
    value = header.get(key, "")
    return value if re.fullmatch(pattern, value) else otherwise


def _suits(stored: Any, value: Tensor) -> bool:
    kinds = ("F32", "F16", "BF16") if value.is_floating_point() else ("I64",)
    return tuple(stored.get_shape()) == tuple(value.shape) and stored.get_dtype() in kinds


def _glyph_size(stored: Any) -> tuple[int, int] | None:
    if stored is None or stored.get_dtype() != "F32":
        return None
    shape = tuple(stored.get_shape())
    if len(shape) != 3 or shape[0] != CHARACTERS or not all(1 <= side <= MAX_CELL_SIDE for side in shape[1:]):
        return None
    return shape[1:]


def refuse_non_finite(tensors: Mapping[str, Tensor], file: Path) -> None:
    """Refuse weights with non-finite values.

    Raises:
        ModelError: a tensor contains NaN or infinity; names the first one.
    """
    for name, value in tensors.items():
        if value.is_floating_point() and not bool(value.isfinite().all()):
            raise ModelError(f"contains NaN or infinity in {name!r}", place=str(file), hint=DAMAGED)
