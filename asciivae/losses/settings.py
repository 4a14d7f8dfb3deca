"""Entries of a recipe's `losses` and `metrics`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from asciivae.losses.schedule import Weight
from asciivae.settings.component import Component
from asciivae.settings.types import Name


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)  # the default, an empty name, is not valid in a recipe


@dataclass(frozen=True)
class _Named(Component):
    name: Annotated[Name, Field(json_schema_extra=_without_default)] = ""

    @classmethod
    def _gathered(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("use"), str) and value.get("name") is None:
            value = {**value, "name": value["use"].rpartition(":")[2]}
        return super()._gathered(value)


@dataclass(frozen=True)
class LossEntry(_Named):
    """A term of the objective; a loss may return several named terms.

    Attributes:
        name: name of the term in logs and in `--set losses.NAME…`; the component's name by default.
        weight: the factor of the term: constant, a ramp, or points.
    """

    weight: Weight = 1.0


@dataclass(frozen=True)
class MetricEntry(_Named):
    """A metric that is measured in validation; it may return several named values.

    Attributes:
        name: name of the metric in logs; the component's name by default.
    """
