"""The curves of runs, whose records may come from strangers."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from asciivae.report.curves import MOST, drawn_names, points, save_curves


def record(step: int, **values: Any) -> dict[str, Any]:
    return {"kind": "train", "step": step, **values}


def test_total_comes_first_and_what_has_no_numbers_has_no_curve() -> None:
    records = [
        record(1, epoch=0, ce=2.0, name="a text", flag=True, none=None, total=3),
        {"kind": "else", "step": 1, "x": 1.0},
    ]

    assert drawn_names({"a": records, "b": [{"kind": "validation", "step": 1, "f1": 0.5}]}) == ["total", "ce", "f1"]


@pytest.mark.parametrize(
    "value", ["7", None, True, [1.0], {}, float("nan"), float("-inf"), 1e308, -1e308, 10**400], ids=repr
)
def test_only_numbers_are_points(value: object) -> None:
    assert points([record(1, ce=1.0), record(2, ce=value), record(3), record(4, ce=10**30)], "train", "ce") == [
        (1, 1.0),
        (4, 1e30),
    ]


@pytest.mark.parametrize("name", [r"$\frac{$", "\ud800", "\0\x1b[2J", "\n\n"])
@pytest.mark.parametrize("values", [(0.0, 5e-324), (-1e100, 1e100), (1e100, 1e100)])
def test_a_strangers_names_and_numbers_are_drawn(tmp_path: Path, name: str, values: tuple[float, float]) -> None:
    save_curves(tmp_path / "c.png", {name: [record(i, **{name: value}) for i, value in enumerate(values)]})

    with Image.open(tmp_path / "c.png") as picture:
        assert picture.size == (1500, 320)


def test_no_more_curves_than_a_picture_has_room_for() -> None:
    assert len(drawn_names({"a": [record(1, **{f"term{i}": 1.0 for i in range(1000)})]})) == MOST
