"""Corpora that are small on disk and large in memory: limits are checked before anything is unpacked, and named."""

import gzip
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from asciivae.corpus import builder, formats
from asciivae.corpus.source import open_corpus
from asciivae.errors import CorpusError

# Not ru_maxrss, which begins with what the process that started it had.
MEASURED = """
import re, sys
from asciivae.cli import app
try:
    app(sys.argv[1:])
finally:
    print("RSS", re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
"""


def megabytes_of(*words: str | Path) -> tuple[float, str, float]:
    """The largest memory of a command, what it said, and its time in seconds."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", MEASURED, *map(str, words)], capture_output=True, text=True)
    said, _, memory = done.stderr.rpartition("RSS ")
    return int(memory) / 1000, said, time.monotonic() - began


def write(path: Path, text: str, count: int) -> Path:
    lines = [json.dumps({"text": text, "id": str(number)}) + "\n" for number in range(count)]
    path.write_text("".join(lines))
    return path


def sparse(side: int) -> str:
    """A piece of side × side cells in 2 · side bytes."""
    return "#" * side + "\n" * (side - 1) + "#"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))


@pytest.mark.slow
def test_enormous_pieces_are_refused_one_by_one(tmp_path: Path) -> None:
    file = write(tmp_path / "big.jsonl", sparse(4096), 140)  # 2.3 GB of cells
    for words in (["corpus", "stats", file], ["train", "--recipe", "base", "--set", f"data.corpus={file}"]):
        memory, said, _ = megabytes_of(*words)
        assert memory < 1000
        assert "none of its 140 pieces can be read" in said
        assert "the piece has 4096 lines of up to 4096 columns, more than the limit of 4194304 cells" in said
    memory, said, _ = megabytes_of("corpus", "stats", write(tmp_path / "mid.jsonl", sparse(2048), 140))
    assert memory < 1500
    assert "the corpus has more than 536870912 cells" in said


@pytest.mark.slow
@pytest.mark.parametrize("line", ["\n", '{"text":"x"}\n', "{}\n", "[" * 1000 + "\n"])
def test_a_file_that_unpacks_to_very_much_is_refused_early(tmp_path: Path, line: str) -> None:
    file = tmp_path / "bomb.jsonl.gz"
    with gzip.open(file, "wb", 9) as packed:
        block = line.encode() * (1_000_000 // len(line))
        for _ in range(500):
            packed.write(block)
    assert file.stat().st_size < 3_000_000
    for words in (["corpus", "stats", file], ["corpus", "clean", file, "--out", tmp_path / "c.safetensors"]):
        memory, said, seconds = megabytes_of(*words)
        assert memory < 1000
        assert seconds < 240
        assert "times its size" in said or "blank lines in a row" in said


def test_the_limits_of_a_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "a.jsonl", "<>", 10)
    monkeypatch.setattr(builder, "MAX_PIECES", 9)
    with pytest.raises(CorpusError, match="more than 9 pieces"):
        open_corpus(file)
    monkeypatch.setattr(builder, "MAX_PIECES", 10)
    monkeypatch.setattr(builder, "MAX_FACTS", 9)
    with pytest.raises(CorpusError, match="the column 'id' has more than 9 bytes"):
        open_corpus(file)
    monkeypatch.setattr(builder, "MAX_FACTS", 10)
    assert len(open_corpus(file)) == 10


def test_only_what_is_packed_too_well_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "FREE", 1000)
    plain = write(tmp_path / "a.jsonl", "<>" * 500, 100)
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    monkeypatch.setattr(formats, "MAX_RATIO", 1)
    assert len(open_corpus(plain)) == 100  # not compressed at all
    with pytest.raises(CorpusError, match="the file unpacks to more than 1 times its size") as caught:
        open_corpus(packed)
    assert caught.value.hint == f"unpack it first if you trust it: gzip -dk {packed}"


@pytest.mark.slow
@pytest.mark.parametrize("source", ["folder", "fortune", "jsonl", "html", "asciiartjsondb", "cowfile"])
def test_a_file_of_line_feeds_takes_little_more_than_itself(tmp_path: Path, source: str) -> None:
    suffix = {"jsonl": "jsonl", "html": "html", "asciiartjsondb": "json", "cowfile": "cow"}.get(source, "txt")
    file = tmp_path / f"many.{suffix}.gz"
    with gzip.open(file, "wb", 1) as packed:
        for _ in range(200):
            packed.write(b"\n" * 1_000_000)
        packed.write(b"x")
    memory, said, seconds = megabytes_of("scrape", source, file, "--out", tmp_path / "out")
    assert memory < 1200
    assert seconds < 240
    assert "error: " in said


def test_many_bad_lines_are_counted_and_not_kept() -> None:
    from asciivae.contract import Page
    from asciivae.scrape.local import JsonLines, NoOptions

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    page = Page(text="\n\n" + "{}\n" * 300_000 + '{"text": "<>"}', address="a", folder="")
    found: list[str] = []
    with pytest.raises(ValueError, match=r"^line 3: 'text' is not a string; and 299999 more lines$"):
        found.extend(art.text for art in JsonLines(NoOptions()).read(page))
    assert found == ["<>"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.jsonl.gz", "a.safetensors", "scraped/manifest.jsonl", "scraped/clean.safetensors"]
)
def test_sparse_files_are_not_read_to_their_end(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    if file.name == "clean.safetensors":
        (file.parent / "manifest.jsonl").write_text("")
    with file.open("wb") as sparse_file:
        sparse_file.truncate(1 << 40)
    with pytest.raises(CorpusError, match=r"(it|the file) is longer than"):
        open_corpus(file.parent if file.parent != tmp_path else file)
