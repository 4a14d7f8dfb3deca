"""Cleaning: each step, the whole, and that a second time changes nothing."""

import hashlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asciivae.corpus.cleaning import EXACT, NEAR, Tally, _Seen, clean
from asciivae.corpus.mapped import Store, save
from asciivae.corpus.raw_texts import read_raw_texts
from asciivae.corpus.shingles import similarities
from asciivae.corpus.source import open_corpus
from asciivae.corpus.steps import Limits, RawText, steps
from asciivae.corpus.store import Corpus, Refused
from asciivae.errors import CorpusError

CAT = " /\\_/\\\n( o.o )\n > ^ <"
HOUSE = "    /\\    \n   /  \\   \n  /____\\  \n  |    |  \n  | [] |  \n  |____|  "
SHIP = "       |    \n      )_)   \n     )___)  \n    )____)__\n____|_______\n\\___________/"
SMALL = Limits(min_bytes=1, min_lines=1)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))


def cleaned(raw_texts: Any, **options: Any) -> tuple[Corpus, Tally, list[Refused]]:
    refused: list[Refused] = []
    storage, refusals, tally = clean(raw_texts, steps(SMALL), on_rejected=refused.append, **options)
    assert refusals.total == len(refused) == tally.refused.total()
    return Corpus(storage, source="", digest=storage.digest(), refusals=refusals), tally, refused


def raw_texts(*texts: str, **facts: str) -> Iterator[RawText]:
    return (RawText(text, {"id": f"p{i}", **facts}, f"file{i}") for i, text in enumerate(texts))


# --- the whole


def test_counts_reasons_and_facts() -> None:
    page = RawText(f"{SHIP}\n\n\n{CAT}", {"id": "page", "category": "sea"}, "page.txt", several=True)
    corpus, tally, refused = cleaned(
        [*raw_texts(CAT, HOUSE, "\té/", CAT.replace("\n", "\r\n"), artist="A"), page, Refused("gone.txt", "not there")]
    )
    assert list(corpus.column("id")) == ["p0", "p1", "page.1"]
    assert list(corpus.column("category")) == ["", "", "sea"]
    assert list(corpus.column("artist")) == ["A", "A", ""]
    assert refused == [
        Refused("file2", "characters that are not printable ASCII"),
        Refused("p3", EXACT),
        Refused("page.2", EXACT),
        Refused("gone.txt", "not there"),
    ]
    assert tally.as_dict() == {
        "read": 6,
        "kept": 3,
        "changed": {"lines": 3, "tabs": 1, "cut": 1, "indentation": 1},
        "refused": {EXACT: 2, "characters that are not printable ASCII": 1, "not there": 1},
        "families": 0,
    }


def test_near_duplicates_go_and_families_stay_together() -> None:
    big = "\n".join("|" + "/\\" * (3 + i % 5) + "_" * (i % 7) + f"{i:03}|" for i in range(24))
    signed = big + "\n me"
    relative = "\n".join(line if i > 3 else line[::-1] for i, line in enumerate(big.split("\n")))
    corpus, tally, refused = cleaned(raw_texts(big, signed, HOUSE, relative))
    assert list(corpus.column("id")) == ["p0", "p2", "p3"]
    assert refused == [Refused("p1", f"{NEAR}: p0")]
    first, other, third = corpus.column("cluster")
    assert first == third != ""
    assert other == ""
    assert tally.families == 1


def test_families_that_were_known_stay() -> None:
    known = [RawText(text, {"id": text[:2], "cluster": "c"}, "") for text in (CAT, HOUSE)]
    corpus, _, _ = cleaned([*known, *raw_texts(SHIP)])
    first, second, third = corpus.column("cluster")
    assert first == second != ""
    assert third == ""


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(CorpusError) as caught:
        cleaned(raw_texts("é", "é", "", "x" * 9000))
    assert caught.value.message == (
        "no piece is left of 4; 2 refused: characters that are not printable ASCII; 1 refused: only blanks; "
        "1 refused: more than 6000 bytes"
    )
    assert "--refused FILE" in str(caught.value.hint)


INK = st.text(st.sampled_from("/\\|_ .\n\t-oé@\r╔w"), max_size=120)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(INK, st.booleans()), min_size=1, max_size=12), st.booleans(), st.booleans())
def test_cleaning_twice_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, bool]], transliterate: bool, signatures: bool
) -> None:
    chosen = steps(Limits(min_bytes=2, min_lines=1, max_lines=5), transliterate=transliterate, signatures=signatures)
    path = tmp_path_factory.getbasetemp() / "twice.safetensors"
    found = [RawText(text, {"id": f"p{i}"}, "", several) for i, (text, several) in enumerate(texts)]
    try:
        once, refusals, _ = clean(found, chosen, near=0.7)
    except CorpusError:
        return
    path.unlink(missing_ok=True)
    save(path, once, refusals)
    twice, _, tally = clean(read_raw_texts(path), chosen, near=0.7)
    assert twice.digest() == once.digest()
    assert not tally.refused
    assert not tally.changed


def many() -> Iterator[RawText | Refused]:
    for i in range(5000):
        yield RawText(
            SHIP + f"\n{i % 4000:04}" * 3 + ("\n\n\n" + CAT if i % 7 == 0 else ""), {"id": f"p{i}"}, f"f{i}", True
        )
        if i % 100 == 0:
            yield Refused(f"f{i}", "gone")


def test_workers_and_temporary_files_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = cleaned(many())
    monkeypatch.setattr("asciivae.corpus.scratch.SMALL", 1000)
    together = cleaned(many(), workers=2, scratch=tmp_path)
    assert alone[0].digest == together[0].digest
    assert alone[1].as_dict() == together[1].as_dict()
    assert alone[2] == together[2]
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_is_killed_is_an_error() -> None:
    def deadly(raw: RawText) -> str:
        if raw.facts["id"] == "p4600":
            os.kill(os.getpid(), signal.SIGKILL)
        return raw.text

    with pytest.raises(CorpusError) as caught:
        clean(many(), {"deadly": deadly}, workers=2)
    assert caught.value.headline == "2 workers: a process that reads pieces was killed"
    assert caught.value.hint == "free some memory, or go on without: --workers 1"


def test_no_room_for_temporary_files_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asciivae.corpus.scratch.SMALL", 1000)
    with pytest.raises(CorpusError) as caught:
        clean(many(), steps(SMALL), scratch=tmp_path / "none")
    assert caught.value.headline == f"{tmp_path / 'none'}: temporary files cannot be written: no such file or directory"
    assert caught.value.hint == "free some space there, or use another folder"


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5), max_size=9)))
def test_what_was_seen_before(lists: list[list[int]]) -> None:
    seen, known = _Seen(), set[int]()
    for names in lists:
        expected = []
        for name in names:
            expected.append(name not in known)
            known.add(name)
        assert seen.add(np.array(names, np.uint64)).tolist() == expected


# --- real art


@pytest.mark.slow
def test_a_real_corpus_passes(real_drawings: Path, tmp_path: Path) -> None:
    refused: list[Refused] = []
    storage, refusals, tally = clean(read_raw_texts(real_drawings), steps(Limits()), on_rejected=refused.append)
    assert tally.read > 10_000
    assert len(refused) <= 0.03 * tally.read
    assert all(entry.reason and entry.place for entry in refused)
    save(tmp_path / "clean.safetensors", storage, refusals)
    store = Store(tmp_path / "clean.safetensors")
    corpus = Corpus(store.storage, source="", digest=store.digest)

    texts = {hashlib.sha256(corpus.text(i).encode()).digest() for i in range(len(corpus))}
    assert len(texts) == len(corpus)
    order = sorted(range(len(corpus)), key=lambda i: hashlib.sha256(corpus.column("id")[i].encode()).digest())
    everyone = np.arange(len(corpus))
    for i in order[:40]:
        similar = similarities(corpus, np.full(len(corpus), i), everyone) >= 0.9
        assert np.flatnonzero(similar).tolist() == [i]

    again, _, second = clean(read_raw_texts(tmp_path / "clean.safetensors"), steps(Limits()))
    assert again.digest() == storage.digest()
    assert (second.refused, second.changed) == ({}, {})
    assert len(open_corpus(tmp_path / "clean.safetensors")) == tally.kept
