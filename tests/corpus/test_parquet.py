"""Parquet: what is written is read by others and by us; hostile files are refused, and none takes much memory."""

import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from asciivae.corpus import parquet
from asciivae.corpus.export import write_jsonl
from asciivae.corpus.parquet import read_records, write_parquet
from asciivae.corpus.raw_texts import read_raw_texts
from asciivae.corpus.source import open_corpus
from asciivae.corpus.steps import RawText
from asciivae.corpus.store import Corpus, Refused
from asciivae.errors import CorpusError

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))


def table(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def refused(path: Path) -> CorpusError:
    with pytest.raises(CorpusError) as caught:
        open_corpus(path)
    assert caught.value.hint
    return caught.value


def contents(corpus: Corpus) -> list[dict[str, str]]:
    columns = {name: corpus.column(name) for name in corpus.columns}
    return [{**{name: c[i] for name, c in columns.items()}, "text": corpus.text(i)} for i in range(len(corpus))]


def test_a_corpus_comes_back_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_WRITTEN", 100)
    monkeypatch.setattr(parquet, "_GROUP", 250)
    corpus = open_corpus("embedded")
    path = tmp_path / "new" / "a.PARQUET"
    write_parquet(corpus, path)
    again = open_corpus(path)
    assert again.digest == corpus.digest
    assert pq.ParquetFile(path).metadata.num_row_groups == -(-len(corpus) // 250)
    write_jsonl(again, tmp_path / "a.jsonl")
    assert open_corpus(tmp_path / "a.jsonl").digest == corpus.digest


def test_others_read_what_is_written(tmp_path: Path) -> None:
    corpus = open_corpus(table(tmp_path / "a.parquet", {"text": [CAT, "#"], "id": ["cat", "x"], "artist": ["É", None]}))
    write_parquet(corpus, tmp_path / "b.parquet")
    rows = [{"id": "cat", "artist": "É", "text": CAT}, {"id": "x", "artist": None, "text": "#\n"}]
    assert pyarrow.dataset.dataset(tmp_path / "b.parquet").to_table().to_pylist() == rows
    schema = pq.read_schema(tmp_path / "b.parquet")
    assert [(field.name, str(field.type)) for field in schema] == [(n, "string") for n in ("id", "artist", "text")]


def test_columns_of_other_kinds_and_other_columns(tmp_path: Path) -> None:
    columns = {
        "embedding": pa.array([[1.0], [2.0], [3.0]]),
        "text": pa.array([CAT, "#", None], pa.large_string()),
        "id": pa.array([7, 8, 9]),
        "category": pa.array(["pets", "pets", None]).dictionary_encode(),
        "several": pa.array([True, False, None]),
    }
    path = table(tmp_path / "a.parquet", columns)
    corpus = open_corpus(path)
    assert contents(corpus) == [
        {"id": "7", "category": "pets", "text": CAT},
        {"id": "8", "category": "pets", "text": "#\n"},
    ]
    assert corpus.refused == ((f"{path}:3", "'text' is null"),)
    raw = list(read_raw_texts(path))
    assert isinstance(raw[0], RawText)
    assert raw[0].several
    assert raw[2] == Refused(f"{path}:3", "'text' is null")


def test_bytes_that_are_no_text_are_refused_with_their_row(tmp_path: Path) -> None:
    text = pa.array([b"#", b"\xff", b"@"], pa.binary()).view(pa.string())
    path = table(tmp_path / "a.parquet", {"text": text})
    corpus = open_corpus(path)
    assert [corpus.text(i) for i in range(2)] == ["#\n", "@\n"]
    assert corpus.refused == ((f"{path}:2", "'text': byte 0xFF is not UTF-8 text"),)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"art": ["#"]}, "the file has no column 'text'"),
        ({"text": [1]}, "the column 'text' is not one of strings: int64"),
        ({"text": ["#"], "id": [[1]]}, "the column 'id' is not one of strings: list<"),
        ({"text": ["#"], "id": [0.5]}, "the column 'id' is not one of strings: double"),
        ({"text": ["#"], "several": ["yes"]}, "the column 'several' is not one of booleans: string"),
    ],
)
def test_columns_that_cannot_be_used(tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    path = table(tmp_path / "a.parquet", columns)
    assert refused(path).headline.startswith(f"{path}: {message}")


def cut(data: bytes) -> bytes:
    return data[:-20]


def long_footer(data: bytes) -> bytes:
    return data[:-8] + (1 << 30).to_bytes(4, "little") + b"PAR1"


def short_footer(data: bytes) -> bytes:
    return data[:-8] + (5).to_bytes(4, "little") + b"PAR1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: b"", "this is not a Parquet file"),
        (lambda _: b"PAR1PAR1", "this is not a Parquet file"),
        (cut, "this is not a Parquet file"),
        (long_footer, "the file cannot be read: its footer is longer than the limit or the file"),
        (short_footer, "the file cannot be read: "),
        (lambda data: b"\0" * (len(data) - 200) + data[-200:], "the file cannot be read: "),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, change: Callable[[bytes], bytes], reason: str) -> None:
    path = table(tmp_path / "a.parquet", {"text": [CAT] * 50, "id": [str(i) for i in range(50)]})
    path.write_bytes(change(path.read_bytes()))
    error = refused(path)
    assert error.message.startswith(reason)
    assert error.hint == "write it again; one row holds one piece"


def test_the_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path / "a.parquet", {"text": [CAT + str(i) for i in range(50)]})
    hint = "one row holds one piece; split a large corpus into several files"
    for name, value, message in (
        ("MAX_ROWS", 49, "the file has more than 49 rows"),
        ("MAX_GROUP", 99, "row group 0 is larger than 99 bytes"),
        ("MAX_UNPACKED", 99, "the file is longer than 99 bytes"),
        ("MAX_FOOTER", 99, "the file cannot be read: its footer is longer than the limit or the file"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(parquet, name, value)
            error = refused(path)
            assert error.message == message
            assert error.hint == hint or name == "MAX_FOOTER"
    monkeypatch.setattr(parquet, "FREE", 100)
    monkeypatch.setattr(parquet, "MAX_RATIO", 0.1)
    assert refused(path).message == "the file unpacks to more than 0.1 times its size"


def test_a_text_that_is_repeated_very_often_is_refused_in_little_memory(tmp_path: Path) -> None:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 300_000, pa.int32()), pa.array(["<>\n" * 300_000]))
    path = table(tmp_path / "a.parquet", {"text": text}, compression="zstd")
    assert path.stat().st_size < 10_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(path).message == "the file unpacks to more than 200 times its size"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def test_long_texts_are_decoded_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path / "a.parquet", {"text": [CAT, None, "#"], "id": ["a", "b", "c"]})
    together = list(read_records(path))
    monkeypatch.setattr(parquet, "_HELD", 0)
    assert list(read_records(path)) == together


@pytest.mark.parametrize("name", ["a.parquet"])
def test_a_fifo_is_refused_at_once(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert "not a regular file" in refused(tmp_path / name).message


def test_without_pyarrow_the_hint_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path / "a.parquet", {"text": ["#"]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    error = refused(path)
    assert error.message == "Parquet needs the package pyarrow"
    assert error.hint == "install it: pip install 'asciivae[parquet]'"
    with pytest.raises(CorpusError, match="Parquet needs the package pyarrow"):
        write_parquet(open_corpus("embedded"), tmp_path / "b.parquet")
    assert not (tmp_path / "b.parquet").exists()


def test_any_byte_may_change(tmp_path: Path) -> None:
    """Each changed file is read as it is then, or refused."""
    path = table(tmp_path / "a.parquet", {"text": [CAT, "#"] * 20, "id": [str(i) for i in range(40)]})
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(150):
        changed = bytearray(data)
        changed[rng.integers(len(data))] = rng.integers(256)
        path.write_bytes(changed)
        with suppress(CorpusError):
            list(read_records(path))
