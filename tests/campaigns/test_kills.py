"""Campaigns of kills: whenever a command is killed, nothing is lost, and the next one goes on.

They are small by default; see README.md. What ends before it is killed does not count.
"""

import hashlib
import json
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from campaign import ENVIRONMENT, SEED, TIMES, command
from tiny_runs import checkpoint, drawings, records, tiny_recipe, written

from asciivae.corpus.source import open_corpus

pytestmark = [pytest.mark.slow, pytest.mark.timeout(14400)]


def seconds_of(words: Sequence[str]) -> float:
    """How long a command takes that is not killed."""
    began = time.monotonic()
    subprocess.run(words, check=True, capture_output=True, env=ENVIRONMENT)
    return time.monotonic() - began


def killed(words: Sequence[str], seconds: float, number: int = signal.SIGKILL) -> bool:
    """Run a command and kill it after this time; whether it was not yet at its end."""
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        try:
            _, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
            return True
    assert process.returncode == 0, said
    return False


def test_a_training_goes_on_bitwise(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    recipe = tiny_recipe(drawings(tmp_path / "art"), every={"log": 1, "evaluate": 3, "checkpoint": 1, "sample": 3})
    file = written(tmp_path / "tiny.yaml", recipe)
    whole = tmp_path / "whole"
    lasts = seconds_of(command("train", "--recipe", file, "--out", whole))
    kills = 0
    while kills < 3 * TIMES:
        run = tmp_path / f"killed-{kills}"
        for number in range(20):
            started = (run / "resolved.yaml").exists()
            words = ["train", "--resume", run] if started else ["train", "--recipe", file, "--out", run]
            # Longer with every kill, since other work of the machine may slow a life down.
            seconds = lasts * draw.uniform(0.5, 1.3) * (1 + number / 5)
            if not killed(command(*words), seconds, draw.choice([signal.SIGKILL, signal.SIGTERM])):
                break
            kills += 1
        else:
            pytest.fail("20 times killed")
        assert checkpoint(run) == checkpoint(whole)
        assert records(run) == records(whole)
        assert not [path for path in run.rglob("*") if path.name.endswith((".partial", ".before"))]
        shutil.rmtree(run)


def test_an_export_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    drawings(tmp_path / "art", count=400)
    out = tmp_path / "out.jsonl"
    words = command("corpus", "export", tmp_path / "art", "--out", out)
    lasts = seconds_of(words)
    new = out.read_bytes()
    kills = 0
    while kills < 3 * TIMES:
        out.write_text("old")
        kills += killed(words, lasts * draw.uniform(0.5, 1.1))
        assert out.read_bytes() in (b"old", new)


def test_a_cleaning_leaves_the_old_store_or_the_new_one(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    drawings(tmp_path / "art", count=300)
    out, refused = tmp_path / "clean.safetensors", tmp_path / "refused.jsonl"
    words = command("corpus", "clean", tmp_path / "art", "--out", out, "--refused", refused)
    lasts = seconds_of(words)
    new, new_refused = out.read_bytes(), refused.read_bytes()
    old, kills = b"old", 0
    while kills < 3 * TIMES:
        out.write_bytes(old)
        refused.write_bytes(old)
        kills += killed(words, lasts * draw.uniform(0.4, 1.1))
        assert out.read_bytes() in (old, new)
        assert refused.read_bytes() in (old, new_refused)
        if draw.random() < 0.2:  # and the next one cleans up
            seconds_of(words)
            assert sorted(path.name for path in tmp_path.iterdir()) == ["art", "clean.safetensors", "refused.jsonl"]


def test_a_scrape_loses_no_piece_and_doubles_none(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    drawings(tmp_path / "art", count=250)
    whole = tmp_path / "whole"
    lasts = seconds_of(command("scrape", "folder", tmp_path / "art", "--out", whole))
    wanted, kills = pieces(whole), 0
    while kills < 3 * TIMES:
        archive = tmp_path / "archive"
        words = command("scrape", "folder", tmp_path / "art", "--out", archive, "--resume")
        if killed(words, lasts * draw.uniform(0.3, 1.0)):
            kills += 1
            assert pieces(archive, torn=True).items() <= wanted.items()
            seconds_of(words)
        assert pieces(archive) == wanted
        assert len(open_corpus(archive, cache=tmp_path / "cache")) == len(wanted)
        shutil.rmtree(archive)


def pieces(archive: Path, *, torn: bool = False) -> dict[str, str]:
    """The texts of an archive by digest; every line of the manifest has its file, once."""
    found: dict[str, str] = {}
    manifest = archive / "manifest.jsonl"
    lines = manifest.read_text().splitlines(keepends=True) if manifest.exists() else []
    for line in lines:
        if torn and line is lines[-1] and not line.endswith("\n"):
            continue
        record = json.loads(line)
        text = (archive / record["file"]).read_text()
        assert hashlib.sha256(text.encode()).hexdigest() == record["digest"]
        assert record["digest"] not in found
        found[record["digest"]] = text
    return found
