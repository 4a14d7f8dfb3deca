"""The observer `tensorboard`: losses, metrics and samples of a run as a file that TensorBoard reads.

The format is a sequence of records, length and data each with a masked CRC-32C (TFRecord), of `Event` messages in
protocol-buffer encoding: https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto. It is written
here, so that neither TensorBoard nor protobuf is needed where a model is trained.
"""

from __future__ import annotations

import math
import os
import struct
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from asciivae.contract import RunFacts


@dataclass(frozen=True, kw_only=True)
class TensorBoardConfig:
    """Options of `tensorboard`.

    Attributes:
        folder: the folder for the file, within that of the run.
        every: steps between two values of the losses.
        samples: whether to write the reconstructions as text.
    """

    folder: str = "tensorboard"
    every: int = 1
    samples: bool = True

    def __post_init__(self) -> None:
        """Validate the options."""
        if self.every < 1:
            raise ValueError("every must be at least 1")
        if not self.folder or Path(self.folder).is_absolute() or ".." in Path(self.folder).parts:
            raise ValueError("folder must be a relative path below the run's folder")


class TensorBoard:
    """Writes losses, metrics and samples for TensorBoard: `tensorboard --logdir runs`."""

    contract = 2
    Config = TensorBoardConfig
    examples = (TensorBoardConfig(every=5, samples=False),)

    def __init__(self, config: TensorBoardConfig) -> None:
        self.config = config
        self.file = Path()

    def started(self, run: RunFacts) -> None:
        """Begin a file; a resumed run has one for each part."""
        folder = run.folder / self.config.folder
        folder.mkdir(parents=True, exist_ok=True)
        # The name that TensorBoard looks for; with the step, so that parts are shown in order.
        self.file = folder / f"events.out.tfevents.{time.time():.6f}.{run.step}.{os.getpid()}"
        self._write(_text(3, "brain.Event:2"), 0)

    def stepped(self, step: int, values: Mapping[str, float]) -> None:
        """Write the values of a step."""
        if step % self.config.every == 0:
            self._write(_summary(_scalar(f"train/{name}", value) for name, value in values.items()), step)

    def validated(self, step: int, values: Mapping[str, float]) -> None:
        """Write the values of a validation."""
        self._write(_summary(_scalar(f"validation/{name}", value) for name, value in values.items()), step)

    def sampled(self, step: int, text: str) -> None:
        """Write the reconstructions, as preformatted text."""
        if self.config.samples:
            block = "".join(f"    {line}\n" for line in text.splitlines())
            self._write(_summary([_markdown("sample", block)]), step)

    def _write(self, message: bytes, step: int) -> None:
        event = _key(1, 1) + struct.pack("<d", time.time()) + _key(2, 0) + _varint(step) + message
        length = struct.pack("<Q", len(event))
        record = length + struct.pack("<I", masked_crc(length)) + event + struct.pack("<I", masked_crc(event))
        with self.file.open("ab") as file:
            file.write(record)


# ── protocol buffers ────────────────────────────────────────────────────────────────────────────────────────


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _key(field: int, wire: int) -> bytes:
    return _varint(field << 3 | wire)


def _message(field: int, data: bytes) -> bytes:
    return _key(field, 2) + _varint(len(data)) + data


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode())


def _summary(values: Iterable[bytes]) -> bytes:
    """`Event.summary` with these `Summary.Value`s."""
    return _message(5, b"".join(_message(1, value) for value in values))


def _scalar(tag: str, value: float) -> bytes:
    """`tag` and `simple_value`; what is beyond float32 becomes infinite."""
    largest = 3.4e38
    single = math.copysign(math.inf, value) if math.isfinite(value) and abs(value) > largest else value
    return _text(1, tag) + _key(2, 5) + struct.pack("<f", single)


def _markdown(tag: str, text: str) -> bytes:
    """`tag`, a string `tensor` of shape [1], and the `metadata` of TensorBoard's text plugin."""
    shape = _message(2, _message(2, _key(1, 0) + _varint(1)))
    tensor = _key(1, 0) + _varint(7) + shape + _text(8, text)
    return _text(1, tag) + _message(8, tensor) + _message(9, _message(1, _text(1, "text")))


# ── CRC-32C ─────────────────────────────────────────────────────────────────────────────────────────────────


def _table() -> list[int]:
    """The remainders of all bytes by the Castagnoli polynomial, reflected."""
    found = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        found.append(byte)
    return found


_REMAINDERS = _table()


def crc(data: bytes) -> int:
    """CRC-32C (Castagnoli), as in RFC 3720, appendix B.4."""
    value = 0xFFFFFFFF
    for byte in data:
        value = _REMAINDERS[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


def masked_crc(data: bytes) -> int:
    """The CRC of a record, rotated and shifted, so that the CRC of data with CRCs in it is no constant."""
    value = crc(data)
    return ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF
