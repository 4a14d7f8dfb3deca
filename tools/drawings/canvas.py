"""An unbounded canvas; later paint covers earlier paint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MIRROR = str.maketrans(r"/\()<>[]{}`'bdpqJL", r"\/)(><][}{'`dbqpLJ")
"""What each character becomes when a drawing is seen in a mirror."""

LIMIT = 64
"""The largest width and height of a piece, in cells."""


class Canvas:
    """Characters at cells (x, y); x grows to the right, y grows down, both may be negative.

    Painted blanks are opaque; cells that were never painted are transparent.
    """

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], str] = {}

    def put(self, x: int, y: int, char: str) -> None:
        """Paint one cell."""
        self.cells[x, y] = char

    def write(self, x: int, y: int, text: str) -> None:
        """Paint `text` from (x, y) to the right, its blanks included."""
        for column, char in enumerate(text, x):
            self.cells[column, y] = char

    def fill(self, left: int, top: int, right: int, bottom: int, texture: str = " ") -> None:
        """Paint a rectangle, edges included, repeating `texture` along each row."""
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                self.cells[x, y] = texture[(x - left) % len(texture)]

    def rows(self, x: int, y: int, rows: Iterable[str]) -> None:
        """Paint rows below each other; in each, blanks between the first and the last sign are opaque."""
        for line, row in enumerate(rows, y):
            body = row.strip(" ")
            self.write(x + row.find(body[:1]), line, body)

    def paste(self, other: Canvas, dx: int = 0, dy: int = 0) -> None:
        """Paint another canvas over this one, moved by (dx, dy)."""
        for (x, y), char in other.cells.items():
            self.cells[x + dx, y + dy] = char

    def place(self, other: Canvas, left: int, bottom: int) -> None:
        """Paint another canvas so that its lower left corner is at (left, bottom)."""
        x0, _, _, y1 = other.box()
        self.paste(other, left - x0, bottom - y1)

    def fits(self, other: Canvas, left: int, bottom: int) -> bool:
        """Return whether `place` would put the other canvas on nothing, a free column left on both sides."""
        columns, rows = range(left - 1, left + other.width + 1), range(bottom - other.height + 1, bottom + 1)
        return not any((x, y) in self.cells for x in columns for y in rows)

    def box(self) -> tuple[int, int, int, int]:
        """Return (left, top, right, bottom) of what was painted; all edges belong to it."""
        if not self.cells:
            return (0, 0, -1, -1)
        xs = [x for x, _ in self.cells]
        ys = [y for _, y in self.cells]
        return (min(xs), min(ys), max(xs), max(ys))

    @property
    def width(self) -> int:
        """Columns from the leftmost to the rightmost painted cell."""
        left, _, right, _ = self.box()
        return right - left + 1

    @property
    def height(self) -> int:
        """Rows from the uppermost to the lowest painted cell."""
        _, top, _, bottom = self.box()
        return bottom - top + 1

    def crop(self, left: int, width: int) -> None:
        """Remove everything outside of `width` columns from `left`."""
        self.cells = {(x, y): char for (x, y), char in self.cells.items() if left <= x < left + width}

    def mirrored(self) -> Canvas:
        """Return the canvas mirrored left to right, `/` becoming `\\` and so on, in the same box."""
        left, _, right, _ = self.box()
        seen = Canvas()
        seen.cells = {(left + right - x, y): c.translate(MIRROR) for (x, y), c in self.cells.items()}
        return seen

    def text(self) -> str:
        """Return the piece: no trailing blanks, no blank outer lines, no common indentation, within `LIMIT`."""
        inked = [cell for cell, char in self.cells.items() if char != " "]
        if not inked:
            return ""
        left, top = min(x for x, _ in inked), min(y for _, y in inked)
        right, bottom = max(x for x, _ in inked), max(y for _, y in inked)
        lines = [[" "] * (min(right - left, LIMIT - 1) + 1) for _ in range(min(bottom - top, LIMIT - 1) + 1)]
        for (x, y), char in self.cells.items():
            if left <= x < left + LIMIT and top <= y < top + LIMIT and x <= right and y <= bottom:
                lines[y - top][x - left] = char
        return "\n".join("".join(line).rstrip() for line in lines).rstrip("\n")


def sprite(drawing: str, signs: Mapping[str, str] | None = None) -> Canvas:
    """Return a canvas with `drawing` on it, its upper left corner at (0, 0).

    Blank outer lines and common indentation are dropped. `signs` says which characters stand for others, so that
    one drawing can have several eyes, leaves or fillings.
    """
    lines = drawing.strip("\n").rstrip().split("\n")
    indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    table = str.maketrans(dict(signs or {}))
    canvas = Canvas()
    canvas.rows(0, 0, (line[indent:].rstrip().translate(table) for line in lines))
    return canvas


def beside(*parts: Canvas, gap: int = 1) -> Canvas:
    """Return the parts standing next to each other on one ground line, `gap` cells apart."""
    row = Canvas()
    x = 0
    for part in parts:
        row.place(part, x, 0)
        x += part.width + gap
    return row


def stacked(*parts: Canvas) -> Canvas:
    """Return the parts on top of each other, each centred on the one below it."""
    pile = Canvas()
    y = 0
    for part in reversed(parts):
        pile.place(part, -(part.width // 2), y)
        y -= part.height
    return pile
