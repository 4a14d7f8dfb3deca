"""Splitting a corpus into training and validation."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.settings import Rule
from asciivae.corpus.store import Corpus
from asciivae.errors import CorpusError

Indices = NDArray[np.int64]


def split(corpus: Corpus, rule: Rule, share: float, seed: int = 0) -> tuple[Indices, Indices]:
    """Split the indices of a corpus.

    Args:
        corpus: the pieces. `hash` and `random` keep all pieces of a `cluster` on one side, so that near variants of
            training pieces do not leak into validation.
        rule: `hash`: by the hash of the cluster, else of the id, so that a piece stays on its side when others are
            added or removed. `random`: random clusters, until validation has its share. `tail`: the end of the sorted
            ids, as in the original experiments; whole categories may be missing from training.
        share: the fraction for validation, in (0, 1).
        seed: the seed of `random`, from 0.

    Returns:
        The (t,) training and (v,) validation indices, ascending; in the order of the ids for `tail`.

    Raises:
        CorpusError: a side would be empty, the share is not in (0, 1), or the rule is unknown.
    """
    if not 0 < share < 1:
        raise CorpusError(f"a validation share of {share:g} is not between 0 and 1", hint="for example 0.1")
    if rule == "tail":
        order = np.array(sorted(range(len(corpus)), key=corpus.column("id").__getitem__), np.int64)
        kept = tail_size(len(corpus), share)
        train, validation = order[:kept], order[kept:]
    elif rule in get_args(Rule):
        keys = _keys(corpus)
        chosen = _by_hash(keys, share) if rule == "hash" else _by_lot(keys, share, seed)
        train, validation = np.flatnonzero(~chosen), np.flatnonzero(chosen)
    else:
        raise CorpusError(f"unknown split '{rule}'", hint=f"choose one of {', '.join(get_args(Rule))}")
    if not (len(train) and len(validation)):
        empty = "validation" if len(train) else "training"
        raise CorpusError(
            f"the split '{rule}' with a validation share of {share:g} leaves none of {len(corpus)} pieces for {empty}",
            place=corpus.source,
            hint="choose a share closer to one half, or a larger corpus",
        )
    return train, validation


def tail_size(n: int, share: float) -> int:
    """The number of training pieces among `n` in the original experiments: int(n · (1 - share)), in float64."""
    return int(n * (1 - share))


def _keys(corpus: Corpus) -> Sequence[str]:
    ids = corpus.column("id")
    if "cluster" not in corpus.columns:
        return ids
    return [cluster or own for cluster, own in zip(corpus.column("cluster"), ids, strict=True)]


def _by_hash(keys: Sequence[str], share: float) -> NDArray[np.bool_]:
    """Choose keys whose hash is 0 modulo 1/share if that is an integer (`% 10` for a tenth), else the lowest hashes."""
    parts = round(1 / share)
    whole = abs(1 / share - parts) < 1e-9

    def falls(key: str) -> bool:
        digest = hashlib.sha256(key.encode()).digest()
        if whole:
            return int.from_bytes(digest, "big") % parts == 0
        return int.from_bytes(digest[:8], "big") < share * 2**64

    return np.fromiter(map(falls, keys), bool, len(keys))


def _by_lot(keys: Sequence[str], share: float, seed: int) -> NDArray[np.bool_]:
    """Shuffle the distinct keys and choose from the front until their pieces reach the share."""
    sizes = Counter(keys)
    names = sorted(sizes)
    # NumPy guarantees the raw stream of a bit generator, but not the algorithm of its shuffle.
    order = np.argsort(np.random.PCG64(seed).random_raw(len(names)), kind="stable")
    chosen: set[str] = set()
    missing = round(share * len(keys))
    for name in (names[i] for i in order):
        if missing <= 0:
            break
        chosen.add(name)
        missing -= sizes[name]
    return np.fromiter((key in chosen for key in keys), bool, len(keys))
