"""Networks in ONNX Runtime, on the CPU.

A graph (`NAME.onnx`) holds its weights, or leaves them out: bundled weights are in the package once, as safetensors,
which PyTorch reads too, and the graph beside them, of some kilobytes, has only their names and shapes. It states the
digest of the header of the weights file that it was made for.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asciivae.errors import ModelError

WEIGHTS = "weights"
"""In the metadata of a graph without weights: `header_digest` of the file that has them."""

FLOAT = 4
"""Bytes of a float32."""

_MOVED = np.int32(23 - 10)  # the bits of a float16's mantissa, to their place in float32
_BITS = np.int32(-0x80000000 + 0x0FFFE000)  # of a moved float16: its sign, and its exponent with the mantissa
_BIAS = np.float32(2.0 ** (127 - 15))  # what its exponent lacks
_BEYOND = 2.0**16  # no finite float16 is as large

MOST_BYTES = 1 << 30
_MOST_HEADER = 100_000_000
DAMAGED = "the file may be damaged or not from asciivae; export it again: asciivae export RUN model.onnx"


class OnnxNetwork:
    """A network, ready to run.

    Args:
        graph: the bytes of an .onnx file.
        weights: those that the graph leaves out, by name, float32.
        place: what to call it in errors.
        light: for little work: weights are not laid out anew, which takes as long as a small page, and memory.

    Attributes:
        metadata: what the graph states.
        glyphs: (95, h, w) float32, the atlas that it was trained with, if that is known.

    Raises:
        ModelError: it is not a graph that ONNX Runtime reads, or weights are missing.
    """

    def __init__(
        self, graph: bytes, weights: Mapping[str, NDArray[Any]] | None = None, *, place: str, light: bool = False
    ) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        levels = onnxruntime.GraphOptimizationLevel
        options.graph_optimization_level = levels.ORT_ENABLE_BASIC if light else levels.ORT_ENABLE_ALL
        options.log_severity_level = 4
        # As many threads as PyTorch would take; they sleep, instead of waiting busily, between two runs.
        options.intra_op_num_threads = _threads()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if weights:
            values = [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in weights.values()]
            options.add_external_initializers(list(weights), values)
        try:
            self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its classes are private and have no common base but this
            raise ModelError(f"cannot be read as an ONNX graph ({_brief(error)})", place=place, hint=DAMAGED) from None
        self.glyphs: NDArray[np.float32] | None = None
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self._options = onnxruntime.RunOptions()
        self._options.only_execute_path_to_fetches = True
        self._place = place

    def sizes(self, names: Sequence[str], form: str, what: str, place: str) -> list[int]:
        """Whole numbers below 10,000 that the graph states by these names.

        Args:
            names: of its metadata.
            form: the format of weights that it must state.
            what: a graph of this format, as in "a tracer".
            place: what to call it in errors.

        Raises:
            ModelError: it states another format, or no such number.
        """
        stated = [self.metadata.get(name, "") for name in names]
        if self.metadata.get("format") != form or not all(re.fullmatch("[0-9]{1,4}", one) for one in stated):
            raise ModelError(f"is not the graph of {what}", place=place, hint=DAMAGED)
        return [int(one) for one in stated]

    def __call__(self, *outputs: str, **inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """Run it.

        Args:
            outputs: the names of what is wanted; only that is computed.
            inputs: by the names that the graph gives them.

        Raises:
            ModelError: they do not fit, or the answer contains NaN or infinity.
        """
        try:
            found = [np.asarray(value) for value in self._session.run(list(outputs), inputs, self._options)]
        except Exception as error:
            raise ModelError(f"does not run ({_brief(error)})", place=self._place, hint=DAMAGED) from None
        if not all(np.isfinite(value).all() for value in found if np.issubdtype(value.dtype, np.floating)):
            raise ModelError("answers with NaN or infinity", place=self._place, hint=DAMAGED)
        return found


def open_graph(path: Path, *, light: bool = False) -> OnnxNetwork:
    """Open a graph that holds its weights; `light` as for `OnnxNetwork`.

    Raises:
        ModelError: the file cannot be read, or is not such a graph.
    """
    return OnnxNetwork(_bytes(path), place=str(path), light=light)


def open_beside(graph: Path, weights: Path, *, light: bool = False) -> OnnxNetwork | None:
    """Open a graph without weights, and the weights file that it was made for; `light` as for `OnnxNetwork`.

    Returns:
        The network, with the `glyphs` of the weights file; None if there is no such graph, or the weights are others.

    Raises:
        ModelError: one of the files cannot be read.
    """
    from safetensors import SafetensorError, safe_open

    if not graph.is_file():
        return None
    try:
        digest = header_digest(weights)
        with safe_open(weights, framework="numpy") as opened:
            values = {name: widened(opened.get_tensor(name)) for name in opened.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as error:
        raise ModelError(f"cannot be read ({error})", place=str(weights), hint="install the package again") from None
    glyphs = values.pop("glyphs", None)
    network = OnnxNetwork(_bytes(graph), values, place=str(graph), light=light)
    network.glyphs = glyphs
    return network if network.metadata.get(WEIGHTS) == digest else None


def header_digest(weights: Path) -> str:
    """A hash of the header of a safetensors file: names, shapes, recipe and step; 64 hexadecimal digits."""
    with weights.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        return hashlib.sha256(file.read(min(length, _MOST_HEADER))).hexdigest()


def places(weights: Path) -> dict[str, int]:
    """Where each tensor of a safetensors file begins, in bytes, if all are laid end to end as float32 in their order.

    A graph without weights states it, for engines that are given one block of memory: web/src/weights.ts makes it.
    """
    with weights.open("rb") as file:
        header = json.loads(file.read(min(int.from_bytes(file.read(8), "little"), _MOST_HEADER)))
    header.pop("__metadata__", None)
    found, end = {}, 0
    for name in sorted(header, key=lambda one: header[one]["data_offsets"]):
        found[name] = end
        end += FLOAT * math.prod(header[name]["shape"])
    return found


def widened(value: NDArray[Any]) -> NDArray[Any]:
    """Float16 as float32, other dtypes as they are.

    By bits, four times as fast as NumPy's conversion: sign, exponent and mantissa are moved to their places in float32,
    and the product corrects the bias of the exponent, also of subnormal numbers.

    Raises:
        ValueError: a float16 is NaN or infinite.
    """
    if value.dtype != np.float16:
        return value
    bits = value.view(np.int16).astype(np.int32)
    bits <<= _MOVED
    bits &= _BITS
    wide = bits.view(np.float32)
    wide *= _BIAS
    if max(wide.max(initial=0), -wide.min(initial=0)) >= _BEYOND:
        raise ValueError("a weight is NaN or infinite")
    return wide


def _bytes(path: Path) -> bytes:
    from asciivae.files.opening import open_file

    try:
        with open_file(path) as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ModelError(f"cannot be read ({error.strerror})", place=str(path), hint=DAMAGED) from None
    if len(data) > MOST_BYTES:
        raise ModelError("is over 1 GiB", place=str(path), hint=DAMAGED)
    return data


def _threads() -> int:
    """What OMP_NUM_THREADS says, or 0: as many as there are cores."""
    stated = os.environ.get("OMP_NUM_THREADS", "")
    return int(stated) if stated.isdecimal() and len(stated) < 4 else 0


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
