"""Verification once: a changed file is noticed, an unchanged one is not read again."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from asciivae.corpus import source
from asciivae.corpus.builder import collect
from asciivae.corpus.mapped import Store, save
from asciivae.corpus.source import open_corpus
from asciivae.corpus.store import Piece, Storage
from asciivae.errors import CorpusError
from asciivae.text.art import parse


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("asciivae.corpus.verified.SMALL", 0)
    return tmp_path / "cache"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "a.safetensors"
    save(path, *collect(Piece(parse(text), {"id": text}) for text in ("><>", "/\\\n\\/", "(o)")))
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was read in full."""
    found: list[str] = []
    digest = Storage.digest

    def counted(storage: Storage) -> str:
        found.append("store")
        return digest(storage)

    monkeypatch.setattr(Storage, "digest", counted)
    real = source.hashlib.file_digest

    def hashed(file: object, name: str) -> object:
        found.append("file")
        return real(file, name)  # type: ignore[type-var]

    monkeypatch.setattr("hashlib.file_digest", hashed)
    return found


def test_a_store_is_read_in_full_once(store: Path, read: list[str]) -> None:
    first = open_corpus(store)
    assert read == ["store"]
    assert open_corpus(store).digest == first.digest
    assert read == ["store"]
    assert open_corpus(store, verify=True).digest == first.digest
    assert read == ["store"] * 2


def test_json_lines_are_hashed_once_and_their_store_was_just_built(tmp_path: Path, read: list[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "><>"}\n')
    first = open_corpus(path)
    read.clear()
    assert open_corpus(path).digest == first.digest
    assert read == []
    path.write_text('{"text": "<><"}\n')
    assert open_corpus(path).text(0) == "<><\n"


def in_place(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-9, os.SEEK_END)
        file.write(b"!")


def with_its_times(path: Path) -> None:
    status = path.stat()
    in_place(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replaced(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-9] ^= 1
    other = path.with_name("other")
    other.write_bytes(data)
    shutil.copystat(path, other)
    other.replace(path)


@pytest.mark.parametrize("change", [in_place, with_its_times, replaced])
def test_a_store_that_changed_is_noticed(store: Path, change: Callable[[Path], None]) -> None:
    open_corpus(store)
    time.sleep(0.03)
    change(store)
    with pytest.raises(CorpusError, match="its content does not match its digest"):
        open_corpus(store)


def test_a_moved_store_is_verified_where_it_is(store: Path, read: list[str]) -> None:
    open_corpus(store)
    moved = store.rename(store.with_name("b.safetensors"))
    open_corpus(moved)
    assert read == ["store"] * 2


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"state": 1, "digest": 2}', "\xff", "[" * 9000])
def test_a_damaged_record_is_no_record(store: Path, cache: Path, read: list[str], record: str) -> None:
    open_corpus(store)
    (written,) = (cache / "verified").iterdir()
    assert json.loads(written.read_text())["path"] == str(store)
    written.write_text(record, encoding="latin-1")
    open_corpus(store)
    assert read == ["store"] * 2


def test_nothing_is_recorded_of_a_file_that_may_still_change(
    store: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asciivae.corpus.verified.time.time_ns", lambda: store.stat().st_ctime_ns + 1)
    open_corpus(store)
    assert not (cache / "verified").exists()


def test_without_a_cache_it_is_verified_each_time(store: Path, tmp_path: Path, read: list[str]) -> None:
    (tmp_path / "file").write_text("")
    for _ in range(2):
        open_corpus(store, cache=tmp_path / "file")
    assert read == ["store"] * 2


def test_opening_reads_the_header_only(store: Path) -> None:
    """The cells may be anything until they are verified."""
    in_place(store)
    opened = Store(store)
    with pytest.raises(CorpusError, match="its content does not match its digest"):
        opened.verify()
