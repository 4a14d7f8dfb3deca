"""Strict YAML: values by the 1.2 core schema, places, and everything that is refused."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asciivae.errors import Place, RecipeError, RecipeProblems
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.loader import MAX_BYTES, parse, read_file


def refused(text: str) -> str:
    with pytest.raises((RecipeError, RecipeProblems)) as caught:
        parse(text, "r.yaml")
    return caught.value.headline


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-4", 1e-4),
        ("-1.5E3", -1500.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("+3", 3),
        ("0o17", 15),
        ("0x1F", 31),
        ("0123", 123),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2020-01-01", "2020-01-01"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("=", "="),
        ("~", None),
        ("Null", None),
        ("", None),
        ("True", True),
        ("false", False),
        ("'1'", "1"),
        ('"~"', "~"),
        ("[1, two, 3.0]", [1, "two", 3.0]),
        ("{<<: 1}", {"<<": 1}),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_scalars_follow_yaml_1_2(written: str, value: Any) -> None:
    read = parse(f"key: {written}", "r.yaml").plain()["key"]
    assert read == value
    assert type(read) is type(value)


def test_every_key_and_value_knows_its_place() -> None:
    tree = parse("a: 1\nb:\n  - {c: 2}\n  - x\n", "r.yaml")
    inner = tree.at(("b", 0, "c"))
    assert inner is not None
    assert inner.place == Place("r.yaml", 3, 9)
    assert inner.key_place == Place("r.yaml", 3, 6)
    assert tree.at(("b", 1)).place == Place("r.yaml", 4, 5)
    assert tree.at(("b", 2)) is None
    assert tree.at(("a", "c")) is None
    assert str(tree.nearest(("b", 0, "nothing")).place) == "r.yaml:3:5"


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("a: 1\nb: 2\na: 3", "r.yaml:3:1: a: duplicate key, first defined in line 1; remove one of them"),
        ("a: &x 1\nb: *x", "r.yaml:2:4: aliases are not allowed (*x); write the value again"),
        ("a: !!python/name:os.system", "r.yaml:1:4: tags are not allowed"),
        ("a: !x [1]", "r.yaml:1:4: tags are not allowed (!x); a recipe is plain data"),
        ("a: {b: .nan}", "r.yaml:1:8: a.b: a number must be finite, not .nan"),
        ("a: [1, -.INF]", "r.yaml:1:8: a[1]: a number must be finite, not -.INF"),
        ("a: 1e999", "r.yaml:1:4: a: a number must be finite, not 1e999"),
        ("a: " + "9" * 101, "r.yaml:1:4: a: a number has at most 100 digits"),
        ("1: a", "r.yaml:1:1: keys must be strings"),
        ("~: a", "r.yaml:1:1: keys must be strings"),
        ("[a]: 1", "r.yaml:1:1: keys must be strings"),
        (r'a: "\ud800"', "r.yaml:1:4: a: an escape encodes a character that is not allowed"),
        (r'a: "\0"', "r.yaml:1:4: a: an escape encodes a character that is not allowed"),
        (r'a: "\U00110000"', "r.yaml: invalid YAML: an escape is not a Unicode character"),
        ("a: [", "r.yaml:1:5: invalid YAML: while parsing a flow node, expected the node content"),
        ("a: 1\n\tb: 2", "r.yaml:2:1: invalid YAML"),
        ("a: \x07", "r.yaml:1:4: this character is not allowed in YAML"),
        ("--- a\n--- b", "r.yaml:2:1: invalid YAML: expected a single document"),
        ("[" * 40, "r.yaml:1:33: invalid YAML: more than 32 levels deep"),
        ("x" * (MAX_BYTES + 1), "r.yaml: is larger than 1 MiB"),
    ],
)
def test_what_is_not_plain_data_is_refused(text: str, headline: str) -> None:
    assert refused(text).startswith(headline)


def test_problems_come_together() -> None:
    with pytest.raises(RecipeProblems) as caught:
        parse("a: !x 1\na: 2\nb: .inf\nc: *a\n", "r.yaml")
    assert [p.place.line for p in caught.value.problems] == [1, 4, 2, 3]


def test_a_laughing_billion_is_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))]
    assert "aliases are not allowed" in refused("\n".join(lines))


class TestFiles:
    def test_a_byte_order_mark_is_welcome(self, tmp_path: Path) -> None:
        path = tmp_path / "r.yaml"
        path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: \xc3\xa9\r\n")
        assert parse(read_file(path), "r.yaml").plain() == {"a": 1, "b": "é"}

    def test_bytes_that_are_not_utf_8(self, tmp_path: Path) -> None:
        path = tmp_path / "r.yaml"
        path.write_bytes(b"a: 1\nb: \xff\n")
        with pytest.raises(RecipeError) as caught:
            read_file(path)
        assert caught.value.headline == f"{path}:2:4: this byte is not UTF-8"
        assert caught.value.hint == "save the file as UTF-8"

    def test_a_huge_file_is_not_read(self, tmp_path: Path) -> None:
        path = tmp_path / "r.yaml"
        path.write_bytes(b"#" * (MAX_BYTES + 1))
        with pytest.raises(RecipeError, match="larger than 1 MiB"):
            read_file(path)

    def test_a_folder_is_no_recipe(self, tmp_path: Path) -> None:
        with pytest.raises(RecipeError, match=r"cannot be read: Is a directory"):
            read_file(tmp_path)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
TRICKY = st.sampled_from(
    ["1e-4", "no", "0o17", "~", "", " a", "a ", "1_0", ".5", "12:30", "- a", "a: b", "#", "=", "y"]
)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63), FINITE, TEXT, TRICKY)
KEY = TEXT | TRICKY
DATA = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEY, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150)
@given(DATA)
def test_what_is_dumped_reads_back_equal_in_value_and_type(data: Any) -> None:
    read = parse(dump_yaml(data), "r.yaml").plain()
    assert repr(read) == repr(data)


def test_small_and_large_floats_stay_floats() -> None:
    for number in (1e-5, 1e22, 5e-324, 0.1, 100000.0, -0.0):
        read = parse(dump_yaml({"x": number}), "r.yaml").plain()["x"]
        assert type(read) is float
        assert (read, math.copysign(1, read)) == (number, math.copysign(1, number))
