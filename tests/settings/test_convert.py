"""From plain data to frozen dataclasses and back: strict, with every default, and described by docstrings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from asciivae.errors import PluginError
from asciivae.settings.component import Component
from asciivae.settings.convert import attribute_descriptions, from_plain, json_schema, plain
from asciivae.settings.types import Bounds, Count, Many, Share


@dataclass(frozen=True)
class Inner:
    """A section.

    Attributes:
        share: a part of the whole,
            between 0 and 1.
    """

    share: Share = 0.5


@dataclass(frozen=True)
class Outer:
    """Settings of a test.

    Attributes:
        count: how many.
        inner: a section.
        words: any number of them.
    """

    count: Count
    inner: Inner = Inner()
    words: Many[str] = ()
    mode: Literal["soft", "hard"] = "soft"
    bounds: Bounds | None = None
    entries: Many[Component] = ()
    derived: int = field(init=False, default=7)

    def __post_init__(self) -> None:
        if self.count == 13:
            raise ValueError("13 is not supported")


def test_defaults_are_filled_in_and_lists_become_tuples() -> None:
    found = from_plain(Outer, {"count": 2, "words": ["a", "b"], "bounds": [1, 2.5]})

    assert found == Outer(count=2, words=("a", "b"), bounds=(1.0, 2.5))
    assert plain(found) == {
        "count": 2,
        "inner": {"share": 0.5},
        "words": ["a", "b"],
        "mode": "soft",
        "bounds": [1.0, 2.5],
        "entries": [],
    }


@given(
    st.integers(1, 12),
    st.floats(0, 1, exclude_min=True, exclude_max=True),
    st.lists(st.text(max_size=5)),
    st.sampled_from(["soft", "hard"]),
)
def test_plain_data_comes_back_as_equal_settings(count: int, share: float, words: list[str], mode: Any) -> None:
    settings = Outer(count=count, inner=Inner(share), words=tuple(words), mode=mode)

    assert from_plain(Outer, plain(settings)) == settings


@pytest.mark.parametrize(
    ("options", "place", "message"),
    [
        ({}, ("count",), "Field required"),
        ({"count": 0}, ("count",), "greater than or equal to 1"),
        ({"count": True}, ("count",), "valid integer"),
        ({"count": "3"}, ("count",), "valid integer"),
        ({"count": 3.0}, ("count",), "valid integer"),
        ({"count": 1, "inner": {"share": 1.0}}, ("inner", "share"), "less than 1"),
        ({"count": 1, "inner": {"sahre": 0.1}}, ("inner", "sahre"), "Unexpected keyword|not permitted"),
        ({"count": 1, "derived": 1}, ("derived",), "not permitted"),
        ({"count": 1, "words": ["a", 1]}, ("words", 1), "valid string"),
        ({"count": 1, "mode": "sfot"}, ("mode",), "'soft' or 'hard'"),
        ({"count": 1, "bounds": [2, 1]}, ("bounds",), "lower bound, 2, is larger than the upper bound, 1"),
    ],
)
def test_what_is_not_exactly_right_is_refused_with_its_place(
    options: dict[str, Any], place: tuple[str | int, ...], message: str
) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        from_plain(Outer, options)
    (error,) = caught.value.errors()
    assert error["loc"][: len(place)] == place


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_non_finite_numbers_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match=r"NaN|finite|less than"):
        from_plain(Inner, {"share": value})


def test_the_dataclass_has_the_last_word() -> None:
    with pytest.raises(ValueError, match="13 is not supported"):
        from_plain(Outer, {"count": 13})


def test_the_keys_of_a_component_beside_its_own_are_its_options() -> None:
    found = from_plain(Outer, {"count": 1, "entries": [{"use": "blur", "window": 3}]})

    assert found.entries[0] == Component("blur", {"window": 3})
    assert plain(found)["entries"] == [{"use": "blur", "window": 3}]


def test_the_schema_has_types_ranges_defaults_and_descriptions() -> None:
    schema = json_schema(Outer)

    assert schema["description"] == "Settings of a test."
    assert schema["required"] == ["count"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["count"] == {
        "description": "how many.",
        "minimum": 1,
        "title": "Count",
        "type": "integer",
    }
    share = schema["$defs"]["Inner"]["properties"]["share"]
    assert share["description"] == "a part of the whole, between 0 and 1."
    assert (share["default"], share["exclusiveMinimum"], share["exclusiveMaximum"]) == (0.5, 0, 1)


def test_descriptions_of_base_classes_are_inherited() -> None:
    @dataclass(frozen=True)
    class Derived(Inner):
        """More.

        Attributes:
            more: another.
        """

        more: int = 0

    assert attribute_descriptions(Derived) == {"share": "a part of the whole, between 0 and 1.", "more": "another."}


def test_fields_that_are_not_plain_data_are_the_fault_of_the_plugin() -> None:
    @dataclass(frozen=True)
    class Broken:
        value: NotThere  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(PluginError, match=r"the fields of .*Broken cannot be resolved"):
        from_plain(Broken, {"value": 1})
