"""Campaigns of hostile folders: every file of a run and of an archive as something else, under every command.

They are small by default; see README.md.
"""

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from campaign import SEED, TIMES, assert_no_fault
from tiny_runs import asciivae, drawings, trained

pytestmark = [pytest.mark.slow, pytest.mark.timeout(14400)]


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


def content(elsewhere: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in elsewhere.iterdir()}


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
        assert content(elsewhere) == {"notes": b"mine"}, what
        subprocess.run(["rm", "-rf", str(run)], check=True)


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
        assert content(elsewhere) == {"notes": b"mine"}, what
        subprocess.run(["rm", "-rf", str(archive)], check=True)
