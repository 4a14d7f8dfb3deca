"""Selection of the pieces that a run uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.store import Corpus
from asciivae.errors import CorpusError


def fits(corpus: Corpus, max_side: int) -> NDArray[np.int64]:
    """The indices, in order, of the pieces of at most `max_side` lines and `max_side` columns."""
    return np.flatnonzero((corpus.heights <= max_side) & (corpus.widths <= max_side))


def exclude(corpus: Corpus, patterns: Mapping[str, Sequence[str]]) -> tuple[Corpus, dict[str, int]]:
    """Exclude pieces whose metadata matches a pattern.

    Args:
        corpus: the pieces.
        patterns: shell patterns (`fnmatch`, case-sensitive) by column. A column that the corpus lacks counts as empty.

    Returns:
        The pieces that match no pattern; and the number of pieces that each pattern excluded, keyed
        `column 'pattern'`. A piece counts for the first pattern that it matches.

    Raises:
        CorpusError: all pieces match.
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
