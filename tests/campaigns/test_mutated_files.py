"""Campaigns of damaged files: each is used or refused, in one message. They are small by default; see README.md."""

import json
import random
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from campaign import SEED, TIMES, assert_no_fault
from tiny_runs import asciivae, tiny_recipe, trained, written

from asciivae.errors import AsciivaeError

pytestmark = [pytest.mark.slow, pytest.mark.timeout(14400)]


def mutated(data: bytes, draw: random.Random) -> bytes:
    """A file with a few of its bytes changed, removed or added."""
    made = bytearray(data)
    for _ in range(draw.choice([1, 1, 3, 20])):
        at = draw.randrange(len(made)) if made else 0
        kind = draw.randrange(4)
        if kind == 0 and made:
            made[at] = draw.randrange(256)
        elif kind == 1:
            del made[at : at + draw.choice([1, 8, 1000])]
        elif kind == 2:
            made[at:at] = draw.randbytes(draw.choice([1, 8]))
        else:
            made[at : at + 2] = draw.choice([b"\0\0", b"[[", b"{{", b"1e", b"-9", b'""', b"\xff\xff"])
    return bytes(made)


def test_mutated_weights_are_used_or_refused(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    weights = trained(tmp_path) / "checkpoints" / "step-6" / "model.safetensors"
    data = weights.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    (tmp_path / "house.txt").write_text("/\\\n||\n")
    for number in range(25 * TIMES):
        file = tmp_path / "mutated.safetensors"
        head = mutated(data[: 8 + length], draw) if number % 2 else data[: 8 + length]
        file.write_bytes(head + (data[8 + length :] if number % 2 else mutated(data[8 + length :], draw)))
        assert_no_fault(asciivae("reconstruct", tmp_path / "house.txt", "--model", file), number)


def test_mutated_fonts_are_drawn_or_refused(tmp_path: Path) -> None:
    import io

    from PIL import ImageFont

    from asciivae.render.rasterise import rasterise

    draw = random.Random(SEED)
    default = ImageFont.load_default(size=10)
    assert isinstance(default, ImageFont.FreeTypeFont)
    assert isinstance(default.path, io.BytesIO)
    data = default.path.getvalue()
    for _ in range(15 * TIMES):
        file = tmp_path / "mutated.ttf"
        file.write_bytes(mutated(data, draw))
        with suppress(AsciivaeError):  # and nothing else
            assert rasterise(file)["tight"].shape == (95, 64, 64)


ENCODINGS = (
    *("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp437", "cp1252", "latin-1"),
    *("shift_jis", "koi8-r", "utf-7"),
)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_drawings_in_every_encoding_are_read_or_refused(tmp_path: Path, encoding: str) -> None:
    draw = random.Random(f"{SEED} {encoding}")
    alphabet = " /\\|_-()ox.\n\n\t" + draw.choice(["", "é", "█─│", "\x1b[31m", "\x1b[2J", "\x1a", "\0", "漢", "“”"])
    for number in range(2 * TIMES):
        text = "".join(draw.choices(alphabet, k=draw.choice([0, 1, 50, 3000])))
        data = text.encode(encoding, "replace")
        file = tmp_path / f"{number}.txt"
        file.write_bytes(mutated(data, draw) if number % 2 else data)
        assert_no_fault(asciivae("edges", file, "--text", *(["--transliterate"] * draw.randrange(2))), data[:80])


def test_mutated_recipes_are_used_or_refused(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    data = written(tmp_path / "tiny.yaml", tiny_recipe(tmp_path / "art")).read_bytes()
    for number in range(75 * TIMES):
        file = tmp_path / "mutated.yaml"
        file.write_bytes(mutated(data, draw))
        assert_no_fault(asciivae("recipes", "check", file), number)


def test_mutated_corpora_are_read_or_refused(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    lines = [json.dumps({"text": "/\\\n||", "id": number, "category": "x"}) for number in range(20)]
    for number in range(15 * TIMES):
        file = tmp_path / f"{number}.jsonl"
        file.write_bytes(mutated("\n".join(lines).encode(), draw))
        assert_no_fault(asciivae("corpus", "stats", file), number)
