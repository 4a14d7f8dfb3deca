from __future__ import annotations

import math
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from asciivae_tensorboard import TensorBoard, TensorBoardConfig, crc, masked_crc

from asciivae.contract import RunFacts
from asciivae.testing import observer_checks


@observer_checks(TensorBoard)
def test_contract(check: Callable[[], None]) -> None:
    check()


@pytest.mark.parametrize("options", [{"every": 0}, {"folder": "/tmp"}, {"folder": "../x"}, {"folder": ""}])
def test_invalid_options_are_rejected(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        TensorBoardConfig(**options)  # type: ignore[arg-type]


def test_the_crc_is_that_of_rfc_3720() -> None:
    assert crc(b"\0" * 32) == 0x8A9136AA
    assert crc(bytes(range(32))) == 0x46DD794E
    assert crc(b"123456789") == 0xE3069283


def told(folder: Path) -> Path:
    observer = TensorBoard(TensorBoardConfig(every=2))
    observer.started(RunFacts(name="a run", folder=folder, recipe={}, step=0, total_steps=300))
    for step in (1, 2, 200):
        observer.stepped(step, {"ce": 1 / step, "far.off": math.nan, "grad_norm": 1e300})
    observer.validated(200, {"char_f1": 0.25})
    observer.sampled(200, "/\\_/\\\n( o.o )\n")
    (file,) = (folder / "tensorboard").iterdir()
    return file


def test_records_have_their_lengths_and_sums(tmp_path: Path) -> None:
    data, events = told(tmp_path).read_bytes(), []
    while data:
        (length,), (first,) = struct.unpack("<Q", data[:8]), struct.unpack("<I", data[8:12])
        event, (second,) = data[12 : 12 + length], struct.unpack("<I", data[12 + length : 16 + length])
        assert (first, second) == (masked_crc(data[:8]), masked_crc(event))
        events.append(event)
        data = data[16 + length :]
    assert len(events) == 5
    assert b"brain.Event:2" in events[0]
    assert b"train/ce" in events[1]
    assert b"    /\\_/\\\n    ( o.o )\n" in events[4]


def test_tensorboard_reads_it(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    found = accumulator.EventAccumulator(str(told(tmp_path).parent)).Reload()
    assert found.Tags()["scalars"] == ["train/ce", "train/far.off", "train/grad_norm", "validation/char_f1"]
    assert [(one.step, one.value) for one in found.Scalars("train/ce")] == [(2, 0.5), (200, pytest.approx(0.005))]
    assert math.isnan(found.Scalars("train/far.off")[0].value)
    assert found.Scalars("train/grad_norm")[0].value == math.inf
    (text,) = found.Tensors("sample")
    assert text.tensor_proto.string_val[0] == b"    /\\_/\\\n    ( o.o )\n"
