from pathlib import Path

import numpy as np
import pytest

from asciivae.corpus.builder import collect
from asciivae.corpus.mapped import Store, save
from asciivae.corpus.store import Corpus, Piece, Refused
from asciivae.errors import CorpusError
from asciivae.text.art import parse

TEXTS = ["/\\\n\\/\n", "#\n", "  long line\n", "a\n b\n  c\n"]


@pytest.fixture
def corpus() -> Corpus:
    facts = [{"id": f"p{i}", "artist": "Ü" * i} for i in range(len(TEXTS))]
    storage, refusals = collect(
        [Piece(parse(text), known) for text, known in zip(TEXTS, facts, strict=True)] + [Refused("x:1", "why")]
    )
    return Corpus(storage, source="mine", digest=storage.digest(), refusals=refusals)


def test_pieces_are_kept_as_drawn(corpus: Corpus) -> None:
    assert len(corpus) == 4
    assert [corpus.text(i) for i in range(4)] == TEXTS
    assert corpus.heights.dtype == corpus.widths.dtype == np.uint16
    assert [corpus.grid(i).shape for i in range(4)] == list(zip(corpus.heights, corpus.widths, strict=True))
    assert corpus.grid(0).dtype == np.uint8


def test_a_grid_is_a_read_only_view(corpus: Corpus) -> None:
    assert corpus.grid(1).base is not None
    assert np.shares_memory(corpus.grid(1), corpus.select([1]).grid(0))
    with pytest.raises(ValueError, match="read-only"):
        corpus.grid(1)[0, 0] = 0


def test_columns_are_sequences_of_strings(corpus: Corpus) -> None:
    assert corpus.columns == ("id", "artist")
    artists = corpus.column("artist")
    assert list(artists) == ["", "Ü", "ÜÜ", "ÜÜÜ"]
    assert artists[-1] == "ÜÜÜ"
    assert artists[1:3] == ["Ü", "ÜÜ"]
    assert "ÜÜ" in artists
    with pytest.raises(IndexError):
        artists[4]


def test_an_unknown_column_is_refused_with_those_there_are(corpus: Corpus) -> None:
    with pytest.raises(CorpusError) as caught:
        corpus.column("cluster")
    assert caught.value.headline == "mine: this corpus has no column 'cluster'"
    assert caught.value.hint == "it has: id, artist"


def test_a_selection_is_a_corpus_in_the_order_asked_for(corpus: Corpus) -> None:
    some = corpus.select(np.array([3, 1]))
    assert [some.text(i) for i in range(2)] == [TEXTS[3], TEXTS[1]]
    assert list(some.column("id")) == ["p3", "p1"]
    assert some.heights.tolist() == [3, 1]
    assert some.widths.tolist() == [3, 1]
    assert some.select([1]).text(0) == TEXTS[1]
    assert some.refused == corpus.refused
    assert len(corpus.select([])) == 0
    with pytest.raises(IndexError):
        corpus.select([4])


def test_the_digest_names_the_content(corpus: Corpus) -> None:
    storage, _ = collect([Piece(parse(TEXTS[0]), {"id": "p0"})])
    other, _ = collect([Piece(parse(TEXTS[0]), {"id": "p1"})])
    assert storage.digest() != other.digest()
    assert corpus.select([0, 1]).digest == corpus.select(np.array([0, 1])).digest
    assert len({corpus.digest, corpus.select([0, 1]).digest, corpus.select([1, 0]).digest}) == 3


def test_a_piece_without_ink_is_refused(tmp_path: Path) -> None:
    grids = [np.ones((2, 3), np.uint8), np.zeros((3, 2), np.uint8), np.ones((1, 1), np.uint8)]
    path = tmp_path / "a.safetensors"
    save(path, *collect(Piece(grid, {"id": str(i)}) for i, grid in enumerate(grids)))
    with pytest.raises(CorpusError) as caught:
        Store(path).verify()
    assert caught.value.headline == (f"{path}: not a corpus store, or a damaged one: it contains a piece without ink")
    assert caught.value.hint == "rebuild it from its source: a folder of .txt files, or a .jsonl file"
