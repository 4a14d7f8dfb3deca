"""What is in a corpus, in numbers."""

import json
from pathlib import Path

import pytest

from asciivae.corpus.source import open_corpus
from asciivae.corpus.summary import summarise

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
FISH = "><>  ><>\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))


def test_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    records = [
        {"text": CAT, "category": "pets", "source": "a", "cluster": "f"},
        {"text": CAT, "category": "pets", "source": "b", "cluster": "f"},
        {"text": FISH, "category": "sea", "source": "b", "license": "CC0"},
        {"text": "é"},
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    found = summarise(open_corpus(path))
    assert (found["pieces"], found["cells"], found["refused"], found["copies"]) == (3, 50, 1, 1)
    assert found["height"] == {"0": 1, "25": 1, "50": 3, "75": 3, "95": 3, "100": 3}
    assert found["ink"]["100"] == 13
    assert found["ink_fraction"] == pytest.approx(32 / 50)
    assert next(iter(found["characters"].items())) == (" ", 18)
    assert found["characters"]["<"] == 4
    assert sum(found["characters"].values()) == 50
    assert found["categories"] == {"pets": 2, "sea": 1}
    assert found["sources"] == {"b": 2, "a": 1}
    assert found["licenses"] == {"": 2, "CC0": 1}
    assert (found["families"], found["in_families"]) == (1, 2)
