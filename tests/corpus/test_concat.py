"""Several corpora as one, and pieces left out by what is recorded about them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asciivae.corpus.concat import open_corpora
from asciivae.corpus.filters import exclude
from asciivae.corpus.source import open_corpus
from asciivae.corpus.splits import Rule, split
from asciivae.corpus.store import Corpus
from asciivae.errors import CorpusError


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))


def jsonl(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def families(path: Path, prefix: str, count: int = 120) -> Path:
    """Different drawings in families of three, one in four of them in none."""
    drawn = ({"text": f"{prefix}{i}", "id": f"{prefix}{i}"} for i in range(count))
    return jsonl(path, *(piece if i % 4 == 0 else {**piece, "cluster": f"c{i // 12}"} for i, piece in enumerate(drawn)))


def validating(corpus: Corpus, rule: Rule = "hash") -> set[str]:
    return {corpus.text(i) for i in split(corpus, rule, 0.1)[1].tolist()}


# ── joining ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_corpus_is_itself(tmp_path: Path) -> None:
    path = families(tmp_path / "a.jsonl", "a")
    one, same = open_corpora([path]), open_corpus(path)

    assert (one.digest, one.source, one.columns) == (same.digest, same.source, same.columns)


def test_the_pieces_of_all_come_in_order_with_what_is_known_about_them(tmp_path: Path) -> None:
    first = jsonl(tmp_path / "a.jsonl", {"text": "x", "id": "cat", "license": "MIT"})
    second = jsonl(tmp_path / "b.jsonl", {"text": " y", "id": "dog", "artist": "jgs"}, {"text": "z", "id": "owl"})
    both = open_corpora([first, second])

    assert [both.text(i) for i in range(3)] == ["x\n", " y\n", "z\n"]
    assert list(both.column("id")) == ["cat", "dog", "owl"]
    assert list(both.column("license")) == ["MIT", "", ""]
    assert list(both.column("artist")) == ["", "jgs", ""]
    assert both.source == f"{first} + {second}"


def test_a_drawing_that_stands_in_two_corpora_counts_once_and_the_first_wins(tmp_path: Path) -> None:
    first = jsonl(tmp_path / "a.jsonl", {"text": "<>\n()", "id": "a"}, {"text": "<>\n()", "id": "again"})
    second = jsonl(tmp_path / "b.jsonl", {"text": "\n  <>\n  ()", "id": "b"}, {"text": "<>()", "id": "flat"})

    # The copies within a corpus are its own affair.
    assert list(open_corpora([first, second]).column("id")) == ["a", "again", "flat"]
    assert list(open_corpora([second, first]).column("id")) == ["b", "flat"]


def test_an_id_of_an_earlier_corpus_gets_its_corpus_in_front(tmp_path: Path) -> None:
    first = jsonl(tmp_path / "a.jsonl", {"text": "x", "id": "cat"})
    second = jsonl(tmp_path / "b.jsonl", {"text": "y", "id": "cat"}, {"text": "z", "id": "dog"})

    assert list(open_corpora([first, second]).column("id")) == ["cat", f"{second}:cat", "dog"]


def test_what_could_not_be_read_is_told_of_all(tmp_path: Path) -> None:
    first = jsonl(tmp_path / "a.jsonl", {"text": "x"}, {"text": "é"})
    second = jsonl(tmp_path / "b.jsonl", {"text": "y"}, {"text": ""}, {"text": "ü"})
    both = open_corpora([first, second])

    assert both.refused_total == 3
    assert [piece.place.partition(":")[0] for piece in both.refused] == [str(first), str(second), str(second)]


def test_the_digest_is_that_of_the_content(tmp_path: Path) -> None:
    first, second = families(tmp_path / "a.jsonl", "a"), families(tmp_path / "b.jsonl", "b")
    digests = [open_corpora(specs).digest for specs in ([first, second], [first, second], [second, first])]

    assert digests[0] == digests[1] != digests[2]


def test_a_corpus_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=f"{tmp_path}/no: no such corpus"):
        open_corpora(["embedded", tmp_path / "no"])


# ── splits ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_by_hash_every_piece_stays_on_the_side_that_it_has_in_its_own_corpus(tmp_path: Path) -> None:
    specs = [families(tmp_path / "a.jsonl", "a"), families(tmp_path / "b.jsonl", "b")]
    alone = [validating(open_corpus(spec)) for spec in specs]

    assert validating(open_corpora(specs)) == alone[0] | alone[1]
    assert all(alone)


def test_a_piece_whose_id_changed_stays_too(tmp_path: Path) -> None:
    first, second = (
        jsonl(tmp_path / f"{name}.jsonl", *({"text": f"{name}{i}", "id": str(i)} for i in range(60))) for name in "ab"
    )
    both = open_corpora([first, second])

    assert validating(both) == validating(open_corpus(first)) | validating(open_corpus(second))
    assert len(set(both.column("id"))) == 120


@pytest.mark.parametrize("rule", ["hash", "random"])
def test_families_of_one_name_fall_on_one_side_from_whatever_corpus(tmp_path: Path, rule: Rule) -> None:
    both = open_corpora([families(tmp_path / "a.jsonl", "a"), families(tmp_path / "b.jsonl", "b")])
    sides = [{both.column("cluster")[i] for i in side.tolist()} for side in split(both, rule, 0.1)]

    assert not sides[0] & sides[1]


def test_the_embedded_corpus_beside_another_keeps_the_others_published_split(real_drawings: Path) -> None:
    both = open_corpora(["embedded", real_drawings])
    chosen = set(split(both, "hash", 0.1)[1].tolist())
    own = len(open_corpus("embedded"))
    clusters = both.column("cluster")

    assert len(both) == own + len(open_corpus(real_drawings))
    for i in range(own, len(both)):
        digest = hashlib.sha256(clusters[i].encode()).hexdigest()
        assert (int(digest, 16) % 10 == 0) == (i in chosen)


# ── leaving out ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def licensed(tmp_path: Path) -> Corpus:
    terms = ["MIT", "CC BY-NC 4.0", "CC BY-NC-SA", "", "MIT", "once"]
    return open_corpus(
        jsonl(tmp_path / "l.jsonl", *({"text": str(i), "id": f"p{i}", "license": t} for i, t in enumerate(terms)))
    )


@pytest.mark.parametrize(
    ("patterns", "kept", "taken"),
    [
        ({}, [0, 1, 2, 3, 4, 5], {}),
        ({"license": ["*NC*"]}, [0, 3, 4, 5], {"license '*NC*'": 2}),
        ({"license": ["*-NC-*", "*NC*"]}, [0, 3, 4, 5], {"license '*-NC-*'": 1, "license '*NC*'": 1}),
        ({"license": [""]}, [0, 1, 2, 4, 5], {"license ''": 1}),
        ({"license": ["MIT"], "id": ["p[01]"]}, [2, 3, 5], {"license 'MIT'": 2, "id 'p[01]'": 1}),
        ({"artist": ["jgs"]}, [0, 1, 2, 3, 4, 5], {"artist 'jgs'": 0}),
    ],
)
def test_patterns_leave_pieces_out_and_say_how_many(
    licensed: Corpus, patterns: dict[str, list[str]], kept: list[int], taken: dict[str, int]
) -> None:
    left, told = exclude(licensed, patterns)

    assert [left.text(i) for i in range(len(left))] == [f"{i}\n" for i in kept]
    assert told == taken


def test_to_leave_nothing_is_an_error(licensed: Corpus) -> None:
    with pytest.raises(CorpusError, match=r"l\.jsonl: data\.exclude leaves none of 6 pieces") as caught:
        exclude(licensed, {"license": ["*"]})
    assert caught.value.hint == "--unset data.exclude"


def test_leaving_out_changes_the_identity_of_the_corpus(licensed: Corpus) -> None:
    assert exclude(licensed, {"id": ["none"]})[0].digest == licensed.digest
    assert exclude(licensed, {"id": ["p1"]})[0].digest != licensed.digest
    assert np.array_equal(exclude(licensed, {"id": ["p1"]})[0].grid(1), licensed.grid(2))
