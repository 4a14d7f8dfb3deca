"""Checks of a weights file before it is loaded: the file is untrusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asciivae.errors import ModelError
from asciivae.text.charset import SIZE

if TYPE_CHECKING:
    from torch import Tensor

MODEL_FORMAT = "asciivae-model-1"
RENDERER_FORMAT = "asciivae-renderer-1"
DAMAGED = "the file may be damaged or not from asciivae; copy it again, or train another"
_KINDS = {
    MODEL_FORMAT: ("model", "give a model.safetensors or a run"),
    RENDERER_FORMAT: ("renderer", "give a renderer.safetensors, which asciivae train-renderer writes"),
}
MAX_CELL_SIDE = 64
"""The longest side of a glyph, in pixels."""
_ROUNDING = 1e-6  # the tolerance of `testing` for the output of renderers


def checked_header(file: Path, header: dict[str, str] | None, wanted: str = MODEL_FORMAT) -> dict[str, str]:
    """The header of a weights file of the wanted format.

    Raises:
        ModelError: the format differs.
    """
    if header is None or header.get("format") != wanted:
        kind, hint = _KINDS[wanted]
        raise ModelError(f"is not the weights file of a {kind}", place=str(file), hint=hint)
    return header


# An untrusted header is printed on the terminal, so only a plain name and a number are accepted.
def stated_name(header: dict[str, str]) -> str:
    """The recipe's name, or `?`."""
    return _stated(header, "name", r"[\w.-]{1,80}", "?")


def stated_step(header: dict[str, str]) -> int:
    """The training step at which the file was saved, or 0."""
    return int(_stated(header, "step", r"[0-9]{1,18}", "0"))


def _stated(header: dict[str, str], key: str, pattern: str, otherwise: str) -> str:
    value = header.get(key, "")
    return value if re.fullmatch(pattern, value) else otherwise


def suits(stored: Any, value: Tensor) -> bool:
    """Whether a safetensors slice can be loaded into this tensor; half precision may be widened to float32."""
    kinds = ("F32", "F16", "BF16") if value.is_floating_point() else ("I64",)
    return tuple(stored.get_shape()) == tuple(value.shape) and stored.get_dtype() in kinds


def holds_glyphs(stored: Any) -> bool:
    """Whether a safetensors slice has the shape and dtype of an atlas: (95, h, w) float32."""
    size, *sides = stored.get_shape() or [0]
    small = len(sides) == 2 and all(1 <= side <= MAX_CELL_SIDE for side in sides)
    return size == SIZE and small and stored.get_dtype() == "F32"


def refuse_non_finite(tensors: Mapping[str, Tensor], file: Path) -> None:
    """Refuse weights that hold NaN or infinity.

    Raises:
        ModelError: with the name of the first such tensor.
    """
    for name, value in tensors.items():
        if value.is_floating_point() and not bool(value.isfinite().all()):
            raise ModelError(f"holds NaN or infinity in {name!r}", place=str(file), hint=DAMAGED)


def are_greys(glyphs: Tensor) -> bool:
    """Whether all values are in [0, 1]; False for NaN."""
    return bool(((glyphs >= -_ROUNDING) & (glyphs <= 1 + _ROUNDING)).all())
