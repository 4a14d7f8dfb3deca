"""Statistics of a corpus: sizes, characters, ink, categories, sources, families."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.extents import character_counts
from asciivae.corpus.store import Corpus
from asciivae.text.charset import CHARSET, SIZE, SPACE

_TOGETHER = 4096
QUANTILES = (0, 25, 50, 75, 95, 100)


def summarise(corpus: Corpus) -> dict[str, Any]:
    """Compute the statistics of a corpus, as plain data.

    Returns:
        `pieces`, `cells`; `height`, `width` and `ink` (non-blank cells) as quantiles keyed by per cent;
        `ink_fraction` of all cells; `characters`, counts, most frequent first; `categories`, `sources`, `licenses`,
        pieces of each, with '' for unknown; `families` of two or more similar pieces, and `in_families`, their
        pieces; `copies`, pieces equal to an earlier one; `refused`.
    """
    everyone = np.arange(len(corpus))
    counts = character_counts(corpus, everyone)[:SIZE]
    ink = np.zeros(len(corpus), np.int64)
    drawings = set()
    for begin in range(0, len(corpus), _TOGETHER):
        cells, heights, widths = corpus.flat(everyone[begin : begin + _TOGETHER])
        ends = np.cumsum(heights * widths)
        begins = ends - heights * widths
        ink[begin : begin + _TOGETHER] = np.add.reduceat(cells != SPACE, begins, dtype=np.int64)
        data = cells.tobytes()
        for width, first, last in zip(widths.tolist(), begins.tolist(), ends.tolist(), strict=True):
            drawings.add(hash((width, data[first:last])))
        corpus.release()
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
