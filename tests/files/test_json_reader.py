"""JSON from elsewhere is parsed within limits."""

import json

import pytest

from asciivae.files.json_reader import number, parse_json, whole


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 33 + "]" * 33, "more than 32 levels"),
        ("[" * 100_000 + "]" * 100_000, "more than 32 levels"),
        ('{"a":' * 33 + "1" + "}" * 33, "more than 32 levels"),
        ("[1e999]", "too large"),
        ("[-1e999]", "too large"),
        ("NaN", "NaN is not a JSON number"),
        ('{"a": Infinity}', "Infinity is not a JSON number"),
        ('{"a": 1, "a": 2}', "'a' occurs twice"),
        ("9" * 5000, "digits"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_json(text)


@pytest.mark.parametrize("text", [b"\xff", "{", "", "nul"])
def test_what_is_no_json(text: str | bytes) -> None:
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        parse_json(text)


def test_plain_data_is_read() -> None:
    document = {"a": [1, 2.5, True, None, "x"], "b": {"c": {}}}
    assert parse_json(b"\xef\xbb\xbf" + json.dumps(document).encode()) == document
    assert parse_json("[" * 32 + "]" * 32)
    assert parse_json('"' + "[" * 99 + '"') == "[" * 99


@pytest.mark.parametrize("value", [-5, 7.9, 7.0, "7", True, 10**18, None, [7]])
def test_what_is_no_whole_number(value: object) -> None:
    with pytest.raises(ValueError, match="'step' is not an integer from 0"):
        whole(value, "step")
    assert whole(7, "step") == 7


@pytest.mark.parametrize("value", [-0.1, 1.1, "1", True, float("nan"), float("inf"), 10**400])
def test_what_is_no_number_in_a_range(value: object) -> None:
    with pytest.raises(ValueError, match="'scale' is not a number from 0 to 1"):
        number(value, "scale", 0, 1)
    with pytest.raises(ValueError, match="from -inf to inf"):
        number(float("inf"), "scale")
    assert number(1, "scale", 0, 1) == 1.0
