"""JSON that somebody else may have written: parsed within limits, and its values checked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

MAX_DEPTH = 32
"""The deepest nesting of arrays and objects."""
LARGEST_WHOLE = 2**53
"""The largest integer that a float represents exactly."""


def parse_json(text: str | bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """Parse a document of plain data.

    Args:
        text: the document; bytes are UTF-8. The caller limits its length.
        max_depth: the deepest nesting of arrays and objects.

    Raises:
        ValueError: it is not JSON (then a `json.JSONDecodeError`, with the place) or not UTF-8; it is nested too
            deeply, repeats a key, or holds NaN, infinity, a number that overflows, or one of thousands of digits.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    try:
        found = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_finite)
    except RecursionError:
        raise ValueError(_too_deep(max_depth)) from None
    if text.count("[") + text.count("{") > max_depth and _is_deeper(found, max_depth):
        raise ValueError(_too_deep(max_depth))
    return found


def whole(value: object, name: str, low: int = 0, high: int = LARGEST_WHOLE) -> int:
    """An integer in [low, high]; true and 7.0 are none.

    Raises:
        ValueError: it is not.
    """
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name!r} is not an integer from {low} to {high}")
    return value


def number(value: object, name: str, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number in [low, high].

    Raises:
        ValueError: it is not.
    """
    if type(value) not in (int, float) or not low <= value <= high or abs(value) > 1e300:  # type: ignore[operator, arg-type]
        raise ValueError(f"{name!r} is not a number from {low:g} to {high:g}")
    return float(value)  # type: ignore[arg-type]


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:40]!a} occurs twice in one object")
        found[key] = value
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:20]} is too large")
    return value


def _too_deep(depth: int) -> str:
    return f"it is nested more than {depth} levels deep"


def _is_deeper(value: object, depth: int) -> bool:
    """Whether more than `depth` arrays and objects are nested."""
    holders = [value] if isinstance(value, dict | list) else []
    for _ in range(depth):
        inner = (one for holder in holders for one in (holder.values() if isinstance(holder, dict) else holder))
        holders = [one for one in inner if isinstance(one, dict | list)]
    return bool(holders)
