"""Models that a test installs: they have options, and are never built."""

from __future__ import annotations

from dataclasses import dataclass, make_dataclass
from pathlib import Path
from typing import Any, ClassVar

from asciivae.contract import CONTRACT

DISTRIBUTION = "asciivae-toys"


@dataclass(frozen=True)
class ToyConfig:
    """A model's options.

    Attributes:
        width: channels,
            at least 1.
    """

    width: int = 4
    rate: float = 0.5

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError("width must be at least 1")


class Toy:
    """A model with two options, one of which has a range."""

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type[Any]] = ToyConfig


class Greedy(Toy):
    """A model whose option has a name that recipes need."""

    Config = make_dataclass("GreedyConfig", [("use", int, 3)], frozen=True)


class Odd(Toy):
    """A model whose options are called like methods of pydantic's models."""

    Config = make_dataclass(
        "OddConfig", [("copy", int, 3), ("model_dump", float, 1.0), ("schema", str, "s")], frozen=True
    )


class Riddle(Toy):
    """A model whose options have types that do not exist."""

    Config = make_dataclass("Riddle", [("a", "NoSuchType", 3)], frozen=True)


@dataclass(frozen=True)
class Data:
    """Called like a section of recipes.

    Attributes:
        x: a number.
    """

    x: int


class Nested(Toy):
    """A model whose option is a dataclass."""

    Config = make_dataclass("NestedConfig", [("inner", Data)], frozen=True)


def install(folder: Path) -> Path:
    """Put the metadata of a package with these models into a folder, which then belongs on `sys.path`."""
    info = folder / "asciivae_toys-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {DISTRIBUTION}\nVersion: 1.0\n")
    lines = [f"{name.lower()} = toy_models:{name}" for name in ("Toy", "Greedy", "Odd", "Riddle", "Nested")]
    (info / "entry_points.txt").write_text("\n".join(["[asciivae.models]", *lines, ""]))
    return folder
