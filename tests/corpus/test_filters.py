"""Which pieces fit."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from asciivae.corpus.filters import fits
from asciivae.corpus.source import open_corpus
from asciivae.corpus.store import Corpus

Make = Callable[..., Corpus]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def build(*records: dict[str, str]) -> Corpus:
        path = tmp_path / "c.jsonl"
        path.write_text("".join(json.dumps({"text": "x", **record}) + "\n" for record in records))
        return open_corpus(path, cache=tmp_path / "cache")

    return build


def test_fits_looks_at_both_sides(make: Make) -> None:
    corpus = make({"text": "x" * 5}, {"text": "x\n" * 5}, {"text": "x" * 6}, {"text": "x\n" * 6})
    assert fits(corpus, 5).tolist() == [0, 1]
    assert fits(corpus, 4).tolist() == []
