import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from asciivae.corpus.source import open_corpus
from asciivae.corpus.splits import Rule, split, tail_size
from asciivae.corpus.store import Corpus
from asciivae.errors import CorpusError

Make = Callable[..., Corpus]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def build(*records: dict[str, str]) -> Corpus:
        path = tmp_path / "c.jsonl"
        path.write_text("".join(json.dumps({"text": "x", **record}) + "\n" for record in records))
        return open_corpus(path, cache=tmp_path / "cache")

    return build


@pytest.fixture
def many(make: Make) -> Corpus:
    """200 pieces: families of three, and one piece in four that belongs to none."""
    return make(*({"id": f"p{i:03}", "cluster": "" if i % 4 == 0 else f"family {i // 12}.{i % 4}"} for i in range(200)))


@pytest.mark.parametrize("rule", ["hash", "random", "tail"])
def test_every_piece_is_on_exactly_one_side(many: Corpus, rule: Rule) -> None:
    train, validation = split(many, rule, 0.2)
    assert train.dtype == validation.dtype == np.int64
    assert sorted([*train, *validation]) == list(range(200))
    assert 20 <= len(validation) <= 60


@pytest.mark.parametrize("rule", ["hash", "random"])
def test_families_stay_together(many: Corpus, rule: Rule) -> None:
    train, validation = (many.select(side).column("cluster") for side in split(many, rule, 0.2))
    assert not (set(train) & set(validation)) - {""}


def test_a_tenth_by_hash_is_the_published_rule(many: Corpus) -> None:
    keys = [cluster or own for cluster, own in zip(many.column("cluster"), many.column("id"), strict=True)]
    expected = [i for i, key in enumerate(keys) if int(hashlib.sha256(key.encode()).hexdigest(), 16) % 10 == 0]
    assert split(many, "hash", 0.1)[1].tolist() == expected


def test_a_share_that_is_no_whole_part_goes_by_the_leading_64_bits(make: Make) -> None:
    corpus = make(*({"id": str(i)} for i in range(300)))
    expected = [i for i in range(300) if int(hashlib.sha256(str(i).encode()).hexdigest()[:16], 16) / 2**64 < 0.15]
    assert split(corpus, "hash", 0.15)[1].tolist() == expected


def test_hash_does_not_depend_on_what_else_is_there(make: Make) -> None:
    records = [{"id": f"p{i}"} for i in range(60)]
    before = make(*records)
    chosen = set(before.select(split(before, "hash", 0.25)[1]).column("id"))
    after = make(*reversed(records[10:]), {"id": "new"})
    assert set(after.select(split(after, "hash", 0.25)[1]).column("id")) - {"new"} == chosen & {
        f"p{i}" for i in range(10, 60)
    }


def test_random_depends_on_the_seed_alone(many: Corpus) -> None:
    assert split(many, "random", 0.1, seed=3)[1].tolist() == split(many, "random", 0.1, seed=3)[1].tolist()
    assert split(many, "random", 0.1, seed=3)[1].tolist() != split(many, "random", 0.1, seed=4)[1].tolist()


def test_random_takes_exactly_the_share_where_there_are_no_families(make: Make) -> None:
    corpus = make(*({"id": str(i)} for i in range(40)))
    assert len(split(corpus, "random", 0.1)[1]) == 4


def test_tail_takes_the_end_of_the_sorted_ids(make: Make) -> None:
    corpus = make(*({"id": name} for name in "dacb"))
    train, validation = split(corpus, "tail", 0.5)
    assert train.tolist() == [1, 3]
    assert validation.tolist() == [2, 0]


def test_tail_keeps_the_arithmetic_of_float64() -> None:
    assert tail_size(10, 0.9) == 0  # 10 · 0.09999… is 0.9999…
    assert tail_size(10, 0.1) == 9


@pytest.mark.parametrize(("rule", "share", "side"), [("tail", 0.9, "training"), ("random", 0.01, "validation")])
def test_an_empty_side_is_refused(make: Make, rule: Rule, share: float, side: str) -> None:
    corpus = make(*({"id": str(i)} for i in range(10)))
    with pytest.raises(CorpusError) as caught:
        split(corpus, rule, share)
    assert caught.value.message == (
        f"the split '{rule}' with a validation share of {share:g} leaves none of 10 pieces for {side}"
    )
    assert caught.value.place == corpus.source
    assert caught.value.hint == "choose a share closer to one half, or a larger corpus"


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_a_share_that_is_no_part_is_refused(many: Corpus, share: float) -> None:
    with pytest.raises(CorpusError, match=f"a validation share of {share:g} is not between 0 and 1") as caught:
        split(many, "tail", share)
    assert caught.value.hint == "for example 0.1"


def test_an_unknown_rule_is_refused(many: Corpus) -> None:
    with pytest.raises(CorpusError, match="unknown split 'first'") as caught:
        split(many, "first", 0.1)  # type: ignore[arg-type]
    assert caught.value.hint == "choose one of hash, tail, random"
