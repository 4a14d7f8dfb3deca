"""Which pieces of a corpus a run may use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.store import Corpus
from asciivae.errors import CorpusError

LOGGED_SIDE = 64
_LOGGED_CHARACTERS = re.compile(r"[\n -~]*")


def fits(corpus: Corpus, max_side: int) -> NDArray[np.int64]:
    """Give the indices, in order, of the pieces of at most `max_side` lines and `max_side` columns."""
    return np.flatnonzero((corpus.heights <= max_side) & (corpus.widths <= max_side))


def exclude(corpus: Corpus, patterns: Mapping[str, Sequence[str]]) -> tuple[Corpus, dict[str, int]]:
    """Leave pieces out by what is recorded about them.

    Args:
        corpus: the pieces.
        patterns: by column, as in a shell (`fnmatch`), case as written. Nothing is recorded in a column that the
            corpus lacks.

    Returns:
        The pieces that match no pattern; and how many pieces each pattern took, called `column 'pattern'`; a
        piece counts for the first that it matches.

    Raises:
        CorpusError: no piece would be left.
    """
    out = np.zeros(len(corpus), np.bool_)
    taken = {}
    for column, globs in patterns.items():
        facts = corpus.column(column) if column in corpus.columns else [""] * len(corpus)
        for glob in globs:
            matches = np.fromiter((fnmatchcase(fact, glob) for fact in facts), np.bool_, len(corpus)) & ~out
            taken[f"{column} {glob!r}"] = int(matches.sum())
            out |= matches
    if out.all():
        raise CorpusError(
            f"data.exclude leaves none of {len(corpus)} pieces", place=corpus.source, hint="--unset data.exclude"
        )
    return (corpus.select(np.flatnonzero(~out)) if out.any() else corpus), taken


def logged_filter(text: str) -> bool:
    """Say whether the original experiments would have used a file of this text.

    They looked at the first line's width, the number of lines (both at most 64) and the characters (32-126 and
    newlines; CR LF counts as one). So a file passes whose later lines are wider, or that is empty; loading it then
    failed.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.removesuffix("\n").split("\n")
    return len(lines) <= LOGGED_SIDE and len(lines[0]) <= LOGGED_SIDE and _LOGGED_CHARACTERS.fullmatch(text) is not None
