"""Texts are read as they were found."""

import json
from pathlib import Path

import pytest

from asciivae.corpus.raw_texts import read_raw_texts
from asciivae.corpus.steps import RawText
from asciivae.errors import CorpusError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))


# --- reading for cleaning


def test_texts_are_read_as_they_were_found(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "a.txt").write_bytes(b"\t/\xe9\\")
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "\té", "id": "x", "several": True}) + "\n")
    assert list(read_raw_texts(tmp_path / "art")) == [RawText("\t/\udce9\\", {"id": "a.txt", "category": ""}, "a.txt")]
    (record,) = read_raw_texts(tmp_path / "a.jsonl")
    assert record == RawText("\té", {"id": "x"}, f"{tmp_path}/a.jsonl:1", several=True)
    assert len(list(read_raw_texts("embedded"))) > 100
    with pytest.raises(CorpusError, match="no such corpus"):
        list(read_raw_texts(tmp_path / "nothing.jsonl"))
