"""A component of a recipe: the name of an entry point, and its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from asciivae.settings.types import Text


@dataclass(frozen=True)
class Component:
    """A component by name; all other keys are its options.

    Attributes:
        use: the component's name; `distribution:name` if two distributions provide one of this name.
        options: the options as plain data; with every default once the recipe is resolved.
        config: the options as an instance of the component's `Config`, once the recipe is resolved.
    """

    use: Text
    options: Mapping[str, Any] = field(default_factory=dict)
    config: Any = field(default=None, compare=False)

    @classmethod
    def own_keys(cls) -> list[str]:
        """The keys of the entry itself, which are not options of the component."""
        return [f.name for f in fields(cls) if f.name not in ("options", "config")]

    @classmethod
    def _gathered(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        own = cls.own_keys()
        rest = {key: inner for key, inner in value.items() if key not in own}
        return {**{key: inner for key, inner in value.items() if key in own}, "options": rest}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(cls._gathered, handler(source))
