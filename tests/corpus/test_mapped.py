"""A store as a file: readable by others, refused when damaged."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from asciivae.corpus.builder import collect
from asciivae.corpus.mapped import Store, save
from asciivae.corpus.store import Corpus, Piece, Refusals, Refused
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


def test_a_store_is_a_safetensors_file_that_others_can_read(corpus: Corpus, tmp_path: Path) -> None:
    storage, refusals = collect([Piece(parse(text), {"id": text}) for text in TEXTS])
    path = tmp_path / "new" / "a.safetensors"
    save(path, storage, refusals, key="made of this")
    for name, values in load_file(path).items():
        assert np.array_equal(values, storage.arrays()[name])
        assert values.dtype == storage.arrays()[name].dtype
    store = Store(path)
    assert store.key == "made of this"
    assert store.digest == storage.digest()
    assert [entry.name for entry in path.parent.iterdir()] == ["a.safetensors"]
    assert all(values.flags.aligned for values in store.storage.arrays().values())
    assert not any(values.flags.writeable for values in store.storage.arrays().values())


@pytest.mark.parametrize("total", [float("inf"), float("nan"), 1.5, -1, True, "7", None])
def test_a_count_of_refusals_that_is_none_is_a_damaged_store(tmp_path: Path, total: object) -> None:
    storage, _ = collect([Piece(parse("x"), {"id": "x"})])
    path = tmp_path / "a.safetensors"
    save(path, storage, Refusals((), total))  # type: ignore[arg-type]
    with pytest.raises(CorpusError) as caught:
        Store(path)
    expected = f"its number of refused pieces is invalid: {json.loads(json.dumps(total))!r}"
    assert caught.value.headline.endswith((expected, "NaN is not a JSON number", "Infinity is not a JSON number"))
