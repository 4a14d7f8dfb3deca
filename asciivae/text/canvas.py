"""Placing a piece on the page that a model reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from asciivae.text.art import centre, trim

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Page = NDArray[np.uint8]

Size = tuple[int, int]
PageSize = Callable[[int, int], Size]
"""Maps a piece's (height, width) to its page's, in cells; raises ModelError for a piece that is too large."""


@dataclass(frozen=True)
class Canvas:
    """The placement of a piece on a page.

    Attributes:
        size_for: maps a piece's (height, width) to its page's.
        rule: how odd margins are split, see `text.art.centre`.
        trimmed: whether blank margins are cropped first.
    """

    size_for: PageSize
    rule: Literal["symmetric", "logged"] = "symmetric"
    trimmed: bool = False

    @classmethod
    def fixed(cls, height: int, width: int, rule: Literal["symmetric", "logged"] = "symmetric") -> Canvas:
        """A canvas of one page size; a larger piece raises ArtError when it is placed."""
        return cls(lambda *_: (height, width), rule)

    def content(self, grid: Page) -> Page:
        """The part of a piece that is placed on the page."""
        return trim(grid)[0] if self.trimmed else grid

    def size(self, grid: Page) -> Size:
        """The size of a piece's page."""
        return self.size_for(*self.content(grid).shape)

    def page(self, grid: Page) -> Page:
        """A piece on its page."""
        content = self.content(grid)
        return centre(content, *self.size_for(*content.shape), rule=self.rule)[0]

    def place(self, grid: Page, size: Size) -> tuple[Page, tuple[int, int]]:
        """The content of a piece on a page (H, W) of at least its size, and its offset on the page."""
        return centre(self.content(grid), *size, rule=self.rule)
