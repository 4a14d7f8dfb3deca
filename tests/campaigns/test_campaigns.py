"""Campaigns against enemies and accidents: many random cases of one kind each.

They are small by default; `ASCIIVAE_CAMPAIGN=N` multiplies every count by N, and `ASCIIVAE_SEED` draws others. N = 20
tries 60 kills and 60 exports, 80 pairs at once, 500 weights files, 300 fonts and 480 drawings.
"""

import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import asciivae, checkpoint, drawings, records, tiny_recipe, trained, written

from asciivae.cli.output import INTERNAL_ERROR
from asciivae.errors import AsciivaeError

pytestmark = pytest.mark.slow

TIMES = int(os.environ.get("ASCIIVAE_CAMPAIGN", "1"))
SEED = int(os.environ.get("ASCIIVAE_SEED", "0"))
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "asciivae", *map(str, words)]


def assert_no_fault(done: Any, what: object) -> None:
    """Whatever happens is said in one message, with an exit code of ours."""
    assert done.exit_code in (0, 1, 2, 3), f"{what}: {done.exit_code} {done.stderr}"
    assert "Traceback" not in done.stderr
    if done.exit_code:
        assert done.stderr.strip()
        assert "\x1b[2J" not in done.stderr


# ── kills ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_training_that_is_killed_at_any_time_goes_on_bitwise(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    recipe = tiny_recipe(drawings(tmp_path / "art"), every={"log": 1, "evaluate": 3, "checkpoint": 1, "sample": 3})
    file = written(tmp_path / "tiny.yaml", recipe)
    whole = tmp_path / "whole"
    began = time.monotonic()
    subprocess.run(command("train", "--recipe", file, "--out", whole), check=True, capture_output=True, env=ENVIRONMENT)
    lasts = time.monotonic() - began
    for number in range(3 * TIMES):
        run = tmp_path / f"killed-{number}"
        for _ in range(20):
            if not (run / "resolved.yaml").exists():
                words: list[str | Path] = ["train", "--recipe", file, "--out", run]
            else:
                words = ["train", "--resume", run]
            with subprocess.Popen(
                command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
            ) as process:
                try:
                    _, said = process.communicate(timeout=lasts * draw.uniform(0.3, 1.5))
                except subprocess.TimeoutExpired:
                    process.send_signal(draw.choice([signal.SIGKILL, signal.SIGTERM]))
                    continue
            assert process.returncode == 0, said
            break
        assert checkpoint(run) == checkpoint(whole)
        assert records(run) == records(whole)
        shutil.rmtree(run)


def test_an_export_that_is_killed_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    drawings(tmp_path / "art", count=400)
    out = tmp_path / "out.jsonl"
    words = command("corpus", "export", tmp_path / "art", "--out", out)
    began = time.monotonic()
    subprocess.run(words, check=True, capture_output=True, env=ENVIRONMENT)
    lasts, new = time.monotonic() - began, out.read_bytes()
    for _ in range(3 * TIMES):
        out.write_text("old")
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT) as process:
            time.sleep(lasts * draw.uniform(0.5, 1.1))
            process.kill()
        assert out.read_bytes() in (b"old", new)


# ── two at once ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("named", [True, False])
def test_two_trainings_at_once_never_mix(tmp_path: Path, named: bool) -> None:
    drawings(tmp_path / "art")
    for seed in (1, 2):
        recipe = {**tiny_recipe(tmp_path / "art", train={"steps": 1, "batch": 8}), "seed": seed}
        (tmp_path / str(seed)).mkdir()
        written(tmp_path / str(seed) / "tiny.yaml", recipe)
    for number in range(2 * TIMES):
        place = ["--out", str(tmp_path / f"run-{number}")] if named else []
        pair = [
            subprocess.Popen(
                command("train", "--recipe", tmp_path / str(seed) / "tiny.yaml", *place),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=tmp_path,
                env=ENVIRONMENT,
            )
            for seed in (1, 2)
        ]
        told = [process.communicate(timeout=600) for process in pair]
        codes = [process.returncode for process in pair]
        assert sorted(codes) == ([0, 1] if named else [0, 0]), told
        folders = {out.strip(): seed for seed, (out, _), code in zip((1, 2), told, codes, strict=True) if code == 0}
        assert len(folders) == codes.count(0)
        for folder, seed in folders.items():
            run = tmp_path / folder
            text = checkpoint(run)["model.safetensors header"]["recipe"]
            assert f"seed: {seed}\n" in (run / "resolved.yaml").read_text()
            assert f"seed: {seed}\n" in text


# ── files of others ─────────────────────────────────────────────────────────────────────────────────────────


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


# ── hostile folders ─────────────────────────────────────────────────────────────────────────────────────────


def link(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere / "notes")


def link_to_folder(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere)


def dangling(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere / "new")


def device(path: Path, elsewhere: Path) -> None:
    path.symlink_to("/dev/zero")


def fifo(path: Path, elsewhere: Path) -> None:
    os.mkfifo(path)


def folder(path: Path, elsewhere: Path) -> None:
    path.mkdir()


def empty(path: Path, elsewhere: Path) -> None:
    path.write_bytes(b"")


def huge(path: Path, elsewhere: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a sparse file


def garbage(path: Path, elsewhere: Path) -> None:
    path.write_bytes(b"[" * 100_000 + b"\0\xff1e999")


KINDS = [link, link_to_folder, dangling, device, fifo, folder, empty, huge, garbage]
IN_RUN = (
    *("resolved.yaml", "recipe.yaml", "provenance.json", "metrics.jsonl", "samples", "checkpoints", "diverged"),
    *("checkpoints/latest", "checkpoints/step-6", "checkpoints/step-6/state.json"),
    *("checkpoints/step-6/model.safetensors", "checkpoints/step-6/training.safetensors", "samples/step-8.txt"),
)
IN_ARCHIVE = (
    *("manifest.jsonl", "clean.safetensors", ".scrape", ".scrape/lock", ".scrape/log", ".scrape/pages"),
    *("uncategorised", "uncategorised/folder-*.txt"),
)


def replaced(root: Path, name: str, make: Callable[[Path, Path], None], elsewhere: Path) -> None:
    place = next(iter(root.glob(name)), root / name) if "*" in name else root / name
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.parent.mkdir(exist_ok=True)
    make(place, elsewhere)


def content(elsewhere: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in elsewhere.iterdir()}


@pytest.mark.timeout(3600)
def test_every_file_of_a_run_as_something_else(tmp_path: Path) -> None:
    original = trained(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "notes").write_text("mine")
    cases = [(name, make) for name in IN_RUN for make in KINDS]
    random.Random(SEED).shuffle(cases)
    for name, make in cases[: 12 * TIMES]:
        run = tmp_path / "hostile"
        shutil.copytree(original, run)
        replaced(run, name, make, elsewhere)
        what = (name, make.__name__)
        began = time.monotonic()
        assert_no_fault(asciivae("train", "--resume", run, "--set", "train.steps=8"), what)
        assert_no_fault(asciivae("compare", run, original, "--png", tmp_path / "c.png"), what)
        assert_no_fault(asciivae("sample", "--model", run, "-n", "1"), what)
        assert time.monotonic() - began < 300, what
        assert content(elsewhere) == {"notes": "mine"}, what
        subprocess.run(["rm", "-rf", str(run)], check=True)


@pytest.mark.timeout(3600)
def test_every_file_of_an_archive_as_something_else(tmp_path: Path) -> None:
    drawings(tmp_path / "art", count=6)
    (tmp_path / "art" / "one.txt").write_text("/\\\n||\n==\n" * 4)
    original = tmp_path / "original"
    assert asciivae("scrape", "folder", tmp_path / "art", "--out", original).exit_code == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "notes").write_text("mine")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "new.txt").write_text("<>\n" * 6)
    cases = [(name, make) for name in IN_ARCHIVE for make in KINDS]
    random.Random(SEED).shuffle(cases)
    for name, make in cases[: 12 * TIMES]:
        archive = tmp_path / "hostile"
        shutil.copytree(original, archive)
        replaced(archive, name, make, elsewhere)
        what = (name, make.__name__)
        began = time.monotonic()
        assert_no_fault(asciivae("scrape", "folder", tmp_path / "more", "--out", archive, "--resume"), what)
        assert_no_fault(asciivae("corpus", "stats", archive), what)
        assert_no_fault(asciivae("corpus", "clean", archive), what)
        assert time.monotonic() - began < 300, what
        assert content(elsewhere) == {"notes": "mine"}, what
        subprocess.run(["rm", "-rf", str(archive)], check=True)


def test_internal_errors_would_be_seen() -> None:
    assert INTERNAL_ERROR not in (0, 1, 2, 3)
