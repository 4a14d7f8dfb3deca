"""One piece of ASCII art as a grid of class ids: reading it, placing it on a canvas, printing it."""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from asciivae.errors import ArtError, Place, UsageError, nearest
from asciivae.files.opening import UnsafePathError, open_file
from asciivae.text import legacy
from asciivae.text.charset import CHARSET, SPACE, decode, encode
from asciivae.text.look_alikes import transliterated
from asciivae.text.reading import Colours, Reading

Grid = NDArray[np.uint8]
"""(h, w) class ids in [0, 95); rows are padded on the right with spaces."""

Offset = tuple[int, int]
"""(top, left): the number of rows above and columns to the left of a piece."""

SEPARATOR = "   |   "
"""Separator between drawings printed side by side, as in the research log: three spaces, bar, three spaces."""

MAX_BYTES = 1 << 20
MAX_SIDE = 4096
MAX_CELLS = 1 << 22
"""The largest piece, in cells with those that pad its rows."""
TAB = 8

_log = logging.getLogger(__name__)
_NON_ASCII = re.compile(r"[^\n\t -~]")
_ESCAPED_BYTES = range(0xDC80, 0xDD00)  # where Python's `surrogateescape` puts the bytes 80-FF
_REPLACE_HINT = "replace look-alikes with --transliterate, or each such character with --replace '?'"


def parse(
    data: bytes | str,
    *,
    name: str = "<stdin>",
    replace: str | None = None,
    transliterate: bool = False,
    colours: str = "drop",
) -> Grid:
    """Parse a text into an (h, w) grid of class ids.

    Bytes are decoded as UTF-8, or as UTF-16 or UTF-32 with a byte-order mark. The text ends at the first ^Z; a SAUCE
    record and ANSI sequences that set colours are dropped. Lines end with LF, CR LF or CR; tabs expand to
    the next multiple of 8 columns. Trailing blanks and trailing blank lines are dropped; indentation and leading
    blank lines are kept.

    Args:
        data: the text, at most 1 MiB, 4096 lines and 4096 columns.
        name: the name of the text in errors.
        replace: a charset character that replaces each character outside the charset and each byte that is not
            UTF-8; None raises instead.
        transliterate: replace look-alikes first: line drawing, quotes, accents; bytes that are not UTF-8 are decoded
            as DOS or Windows text.
        colours: `drop` ANSI sequences that set colours, or `refuse` texts that contain them.

    Raises:
        ArtError: the text is binary, too large, blank, moves the cursor, or contains a character outside the charset.
        UsageError: `replace` is not one character of the charset.
    """
    return _parsed(data, name, Reading(replace, transliterate, Colours(colours)))[0]


def _parsed(data: bytes | str, name: str, how: Reading) -> tuple[Grid, bool]:
    """The grid of a text, and whether colours were dropped."""
    replace, transliterate, colours = how
    if replace is not None and (len(replace) != 1 or replace not in CHARSET):
        raise UsageError(
            f"{replace!a} is not one printable ASCII character",
            place="--replace",
            hint="for example --replace '?'",
        )
    if len(data) > MAX_BYTES:
        raise ArtError(
            "the text is larger than 1 MiB, the limit for one piece",
            place=Place(name),
            hint="give one drawing per file",
        )
    try:
        text = legacy.decoded(data, guess=transliterate) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    except ValueError:
        raise ArtError(
            "this is marked as UTF-16 or UTF-32, but damaged", place=Place(name), hint="save the text as UTF-8"
        ) from None
    coloured = legacy.until_end(text).replace("\r\n", "\n").replace("\r", "\n")
    if colours is Colours.refuse and (found := legacy.first_colour(coloured)) is not None:
        raise ArtError(
            "the text contains ANSI colours", place=_place(name, coloured, found), hint="drop them: --colours drop"
        )
    text = legacy.without_colours(coloured)
    dropped = text != coloured
    if (nul := text.find("\0")) >= 0:
        raise ArtError(
            "this is not a text file: it contains a NUL byte",
            place=_place(name, text, nul),
            hint="give a text file; convert UTF-16 first: iconv -f UTF-16 -t UTF-8 FILE",
        )
    if sequence := legacy.first_sequence(text):
        raise ArtError(
            f"the escape sequence {sequence[1]} is more than a colour, such as a movement of the cursor",
            place=_place(name, text, sequence[0]),
            hint="convert the drawing to plain lines of text first",
        )
    if transliterate:
        text = transliterated(text)
    if replace is not None:
        text = _NON_ASCII.sub(replace.replace("\\", r"\\"), text)  # a lone backslash would begin an escape
    elif outsider := _NON_ASCII.search(text):
        more = sum(1 for _ in _NON_ASCII.finditer(text, outsider.end()))
        raise ArtError(
            _describe(outsider[0]) + (f" ({more} more in the text)" if more else ""),
            place=_place(name, text, outsider.start()),
            hint=_REPLACE_HINT,
        )
    return _stack(text.expandtabs(TAB), name), dropped


def read(path: str | Path, *, replace: str | None = None, transliterate: bool = False, colours: str = "drop") -> Grid:
    """Read a piece of art from a file, or from standard input if `path` is `-`; see `parse`.

    Pipes that a shell opened are read too (`/dev/stdin`, `<(…)`); other FIFOs and devices are refused. Colours that are
    dropped are told in a warning.

    Raises:
        ArtError: the file cannot be read or is not a regular file, standard input is closed, or `parse` rejects the
            content.
        UsageError: `replace` is not one character of the charset.
    """
    limit = MAX_BYTES + 1  # bounds the read of an endless device, and is enough for the size check
    if str(path) == "-":
        if sys.stdin is None:  # closed by the parent process: `<&-`
            raise ArtError(
                "standard input is closed",
                place=Place("<stdin>"),
                hint="name a file, or pipe a drawing in: cat FILE | …",
            )
        return _told(sys.stdin.buffer.read(limit), "<stdin>", Reading(replace, transliterate, Colours(colours)))
    try:
        with open_file(path, streams=True) as file:
            data = file.read(limit)
    except UnsafePathError as error:
        raise ArtError(
            str(error.strerror), place=str(path), hint="name a file, or pipe a drawing in: COMMAND | asciivae … -"
        ) from None
    except FileNotFoundError:
        raise ArtError("there is no such file", place=str(path), hint=_nearest(Path(path))) from None
    except IsADirectoryError:
        raise ArtError("this is a folder, not a file", place=str(path), hint="name one of the files in it") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise ArtError(
            f"the file cannot be read: {reason}", place=str(path), hint="check its permissions: ls -l FILE"
        ) from None
    return _told(data, str(path), Reading(replace, transliterate, Colours(colours)))


def _told(data: bytes, name: str, how: Reading) -> Grid:
    grid, dropped = _parsed(data, name, how)
    if dropped:
        _log.warning("%s: ANSI colours are dropped", name)
    return grid


def from_lines(lines: list[str]) -> Grid:
    """Stack lines of charset characters, padded on the right to the longest: (h, w) ids."""
    width = max(map(len, lines), default=0)
    return encode("".join(line.ljust(width) for line in lines)).reshape(len(lines), width)


def to_text(grid: Grid) -> str:
    """Format a grid as text, without trailing blanks or trailing blank lines, with one final newline."""
    return "\n".join(line.rstrip(" ") for line in _rows(grid)).rstrip("\n") + "\n"


def trim(grid: Grid) -> tuple[Grid, Offset]:
    """Crop to the smallest box that holds all the ink; an all-blank grid becomes (0, 0) at (0, 0).

    Returns:
        The box, a view of `grid`, and its offset in `grid`.
    """
    ink = grid != SPACE
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return grid[:0, :0], (0, 0)
    top, left = int(rows[0]), int(columns[0])
    return grid[top : rows[-1] + 1, left : columns[-1] + 1], (top, left)


def centre(
    grid: Grid, height: int, width: int, *, rule: Literal["symmetric", "logged"] = "symmetric"
) -> tuple[Grid, Offset]:
    """Centre a grid on a canvas of spaces; `crop` is the inverse.

    Args:
        grid: (h, w) ids.
        height: rows of the canvas.
        width: columns of the canvas.
        rule: the side of the extra blank when the margin is odd. `symmetric`: below and to the right. `logged`: the
            same, but to the left on a canvas of odd width, as `str.center` in the original experiments.

    Returns:
        The (height, width) canvas, and the offset of the piece on it.

    Raises:
        ArtError: the grid is larger than the canvas.
    """
    h, w = grid.shape
    if h > height or w > width:
        raise ArtError(
            f"the piece has {h} lines of {w} columns, the canvas {height} of {width}",
            hint="crop the piece, or use a model with a larger canvas",
        )
    above, beside = height - h, width - w
    top, left = above // 2, beside // 2 + (beside & width & 1 if rule == "logged" else 0)
    canvas = np.full((height, width), SPACE, np.uint8)
    canvas[top : top + h, left : left + w] = grid
    return canvas, (top, left)


def crop(canvas: Grid, offset: Offset, height: int, width: int) -> Grid:
    """Crop the (height, width) cells at `offset` from a canvas, as a view: the inverse of `centre`."""
    top, left = offset
    return canvas[top : top + height, left : left + width]


def side_by_side(*pieces: str | Grid, separator: str = SEPARATOR) -> str:
    """Format pieces side by side, each padded to its own width so that the separators align.

    Args:
        pieces: texts, or grids of ids. Shorter ones are padded with blank lines below.
        separator: the text between two of them.
    """
    blocks = [piece.rstrip("\n").split("\n") if isinstance(piece, str) else _rows(piece) for piece in pieces]
    height = max(map(len, blocks), default=0)
    columns = []
    for block in blocks:
        width = max(map(len, block), default=0)
        columns.append([line.ljust(width) for line in block] + [" " * width] * (height - len(block)))
    return "".join(separator.join(row).rstrip(" ") + "\n" for row in zip(*columns, strict=True))


def _rows(grid: Grid) -> list[str]:
    return [decode(row) for row in grid]


def _stack(text: str, name: str) -> Grid:
    lines = [line.rstrip(" ") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        raise ArtError(
            "it contains only blanks" if text else "it is empty",
            place=Place(name),
            hint="give a text with at least one visible character",
        )
    if len(lines) > MAX_SIDE:
        raise ArtError(
            f"the text has {len(lines)} lines, more than the limit of {MAX_SIDE} for one piece",
            place=Place(name, MAX_SIDE + 1),
            hint="give one drawing per file",
        )
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_SIDE:
            raise ArtError(
                f"the line has {len(line)} columns, more than the limit of {MAX_SIDE} for one piece",
                place=Place(name, number),
                hint="break the line, or give a file with a drawing",
            )
    if len(lines) * max(map(len, lines), default=0) > MAX_CELLS:
        raise ArtError(
            f"the piece has {len(lines)} lines of up to {max(map(len, lines))} columns, more than the limit of "
            f"{MAX_CELLS} cells",
            place=Place(name),
            hint="give one drawing per file",
        )
    return from_lines(lines)


def _place(name: str, text: str, index: int) -> Place:
    return Place(name, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _describe(outsider: str) -> str:
    code = ord(outsider)
    if code in _ESCAPED_BYTES:
        return f"byte 0x{code & 0xFF:02X} is not UTF-8 text"
    shown = f" '{outsider}'" if outsider.isprintable() else ""
    return f"U+{code:04X}{shown} is not one of the 95 printable ASCII characters"


def _nearest(path: Path) -> str:
    folder = path.parent
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return f"the folder {folder} does not exist either; check the working directory: pwd"
    if near := nearest(path.name, names):
        return f"did you mean {folder / near}?"
    return f"list the folder: ls {folder}"
