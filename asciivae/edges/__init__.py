"""Edge detection on ASCII art: edge maps, joined contours, and contours as polylines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asciivae.edges.detect import METHODS, EdgeSettings, Method, response
from asciivae.edges.pipeline import Edges, find_edges

if TYPE_CHECKING:
    from asciivae.filters.join import join

__all__ = ["METHODS", "EdgeSettings", "Edges", "Method", "find_edges", "join", "response"]


def __getattr__(name: str) -> Any:
    """`join`, which imports PyTorch."""
    if name == "join":
        from asciivae.filters.join import join

        return join
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
