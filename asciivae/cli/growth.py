"""Pages that are shown on a terminal while they grow."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from asciivae.cli.output import GlobalOptions, terminal_size

if TYPE_CHECKING:
    from asciivae.pages.draw import DrawnPage


class Growth:
    """Shows pages on stderr after each row, in place, and takes them away at the end; shows nothing elsewhere.

    Pages that are too large for the terminal are left out; if not even one fits, only the number of rows is shown.
    """

    def __init__(self) -> None:
        self._live = sys.stderr.isatty() and not GlobalOptions.quiet
        self._lines = 0

    def __enter__(self) -> Growth:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()

    def __call__(self, drawn: DrawnPage) -> None:
        """Show what there is so far."""
        if not self._live:
            return
        self._clear()
        text = growing(drawn, *terminal_size(sys.stderr))
        self._lines = text.count("\n")
        sys.stderr.write(text)
        sys.stderr.flush()

    def _clear(self) -> None:
        if self._lines:
            sys.stderr.write(f"\x1b[{self._lines}F\x1b[J")
            sys.stderr.flush()
            self._lines = 0


def growing(drawn: DrawnPage, columns: int, lines: int) -> str:
    """As many of the pages as a terminal of this size can show beside each other; else how far they are."""
    from asciivae.text.art import SEPARATOR, side_by_side

    height, width = drawn.pages.shape[1:]
    fit = min(len(drawn.pages), (columns - 1 + len(SEPARATOR)) // (width + len(SEPARATOR)))
    if fit < 1 or height >= lines:
        return f"row {drawn.rows} of {height}\n"
    return side_by_side(*drawn.pages[:fit])
