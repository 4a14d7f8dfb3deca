"""Statistics of a corpus: sizes, characters, ink, categories, sources, families."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.store import Corpus
from asciivae.text.charset import CHARSET, SIZE, SPACE

QUANTILES = (0, 25, 50, 75, 95, 100)


def summarise(corpus: Corpus) -> dict[str, Any]:
    """Compute the statistics of a corpus, as plain data.

    Returns:
        `pieces`, `cells`; `height`, `width` and `ink` (non-blank cells) as quantiles keyed by per cent;
        `ink_fraction` of all cells; `characters`, counts, most frequent first; `categories`, `sources`, `licenses`,
        pieces of each, with '' for unknown; `families` of two or more similar pieces, and `in_families`, their
        pieces; `copies`, pieces equal to an earlier one; `refused`.
    """
    counts = np.zeros(SIZE, np.int64)
    ink = np.zeros(len(corpus), np.int64)
    drawings = set()
    for i in range(len(corpus)):
        grid = corpus.grid(i)
        own = np.bincount(grid.ravel(), minlength=SIZE)
        counts += own
        ink[i] = grid.size - own[SPACE]
        drawings.add(hash((grid.shape, grid.tobytes())))
    families = _counted(corpus, "cluster")
    families.pop("", None)
    shared = [n for n in families.values() if n > 1]
    order = np.argsort(-counts, kind="stable")
    return {
        "pieces": len(corpus),
        "cells": int(counts.sum()),
        "height": _quantiles(corpus.heights),
        "width": _quantiles(corpus.widths),
        "ink": _quantiles(ink),
        "ink_fraction": float(1 - counts[SPACE] / max(counts.sum(), 1)),
        "characters": {CHARSET[i]: int(counts[i]) for i in order.tolist() if counts[i]},
        "categories": _counted(corpus, "category"),
        "sources": _counted(corpus, "source"),
        "licenses": _counted(corpus, "license"),
        "families": len(shared),
        "in_families": sum(shared),
        "copies": len(corpus) - len(drawings),
        "refused": corpus.refused_total,
    }


def _quantiles(values: NDArray[Any]) -> dict[str, int]:
    found = np.percentile(values, QUANTILES, method="lower") if values.size else np.zeros(len(QUANTILES))
    return {str(q): int(value) for q, value in zip(QUANTILES, found, strict=True)}


def _counted(corpus: Corpus, column: str) -> dict[str, int]:
    if column not in corpus.columns:
        return {"": len(corpus)}
    return dict(Counter(corpus.column(column)).most_common())
