"""Which pieces of a corpus a run may use."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.store import Corpus

LOGGED_SIDE = 64
_LOGGED_CHARACTERS = re.compile(r"[\n -~]*")


def fits(corpus: Corpus, max_side: int) -> NDArray[np.int64]:
    """Give the indices, in order, of the pieces of at most `max_side` lines and `max_side` columns."""
    return np.flatnonzero((corpus.heights <= max_side) & (corpus.widths <= max_side))


def logged_filter(text: str) -> bool:
    """Say whether the original experiments would have used a file of this text.

    They looked at the first line's width, the number of lines (both at most 64) and the characters (32-126 and
    newlines; CR LF counts as one). So a file passes whose later lines are wider, or that is empty; loading it then
    failed.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.removesuffix("\n").split("\n")
    return len(lines) <= LOGGED_SIDE and len(lines[0]) <= LOGGED_SIDE and _LOGGED_CHARACTERS.fullmatch(text) is not None
