"""Categories: how a corpus's own are merged."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from asciivae.errors import UsageError
from asciivae.pages.categories import CATEGORIES, category_number, merged
from asciivae.pages.network import CATEGORIES as MOST


def test_there_are_at_most_40() -> None:
    assert len(CATEGORIES) <= MOST == 40


@pytest.mark.parametrize(
    ("own", "name"), [("Animals,Cats", "cats"), ("cow", "cows"), ("dogs", "dogs"), ("tie-fighter", "star-wars")]
)
def test_a_corpus_names_its_own(own: str, name: str) -> None:
    assert CATEGORIES[merged(own) - 1] == name
    assert category_number(name) == merged(own)


def test_what_is_in_none_is_0() -> None:
    assert merged("") == merged("98august") == 0


def test_an_unknown_category_is_refused() -> None:
    with pytest.raises(UsageError, match="did you mean 'cats'"):
        category_number("catz")


def test_each_holds_at_least_50_pieces(real_drawings: Path) -> None:
    with gzip.open(real_drawings, "rt", encoding="utf-8") as lines:
        counts = Counter(merged(json.loads(line)["category"]) for line in lines)

    assert min(counts[i + 1] for i in range(len(CATEGORIES))) >= 50
