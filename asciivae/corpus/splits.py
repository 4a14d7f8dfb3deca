"""Dividing a corpus into a part to train on and a part to validate on."""

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
    """Divide the indices of a corpus.

    Args:
        corpus: the pieces. Where a `cluster` is recorded, `hash` and `random` keep all of it on one side, since
            the near variants of a piece would make validation too easy.
        rule: `hash`: by the hash of the cluster, else of the id, so that a piece stays on its side when others
            come or go. `random`: whole clusters by lot, until validation has its share. `tail`: the end of the
            sorted ids, as the original experiments had it: whole categories may be missing from training.
        share: the part for validation, in (0, 1).
        seed: what `random` depends on, from 0.

    Returns:
        The (t,) indices to train on and the (v,) to validate on, ascending; in the order of the ids for `tail`.

    Raises:
        CorpusError: a side would be empty, the share is not in (0, 1), or there is no such rule.
    """
    if not 0 < share < 1:
        raise CorpusError(f"a validation share of {share:g} is no part", hint="take one between 0 and 1, as 0.1")
    if rule == "tail":
        order = np.array(sorted(range(len(corpus)), key=corpus.column("id").__getitem__), np.int64)
        kept = tail_size(len(corpus), share)
        train, validation = order[:kept], order[kept:]
    elif rule in get_args(Rule):
        keys = _keys(corpus)
        chosen = _by_hash(keys, share) if rule == "hash" else _by_lot(keys, share, seed)
        train, validation = np.flatnonzero(~chosen), np.flatnonzero(chosen)
    else:
        raise CorpusError(f"there is no split '{rule}'", hint=f"take one of {', '.join(get_args(Rule))}")
    if not (len(train) and len(validation)):
        empty = "validation" if len(train) else "training"
        raise CorpusError(
            f"the split '{rule}' with a validation share of {share:g} leaves none of {len(corpus)} pieces for {empty}",
            place=corpus.source,
            hint="choose a share nearer to one half, or a larger corpus",
        )
    return train, validation


def tail_size(n: int, share: float) -> int:
    """How many of `n` sorted pieces the original experiments trained on: int(n · (1 - share)), in float64."""
    return int(n * (1 - share))


def logged_limit(asked: int, n: int) -> int:
    """How many of `n` pieces the original experiments used when asked for at most `asked`: one more."""
    return min(asked + 1, n)


def _keys(corpus: Corpus) -> Sequence[str]:
    ids = corpus.column("id")
    if "cluster" not in corpus.columns:
        return ids
    return [cluster or own for cluster, own in zip(corpus.column("cluster"), ids, strict=True)]


def _by_hash(keys: Sequence[str], share: float) -> NDArray[np.bool_]:
    """Choose where the hash is 0 modulo 1/share if that is whole (so the tenth is of `% 10`), else the lowest."""
    parts = round(1 / share)
    whole = abs(1 / share - parts) < 1e-9

    def falls(key: str) -> bool:
        digest = hashlib.sha256(key.encode()).digest()
        if whole:
            return int.from_bytes(digest, "big") % parts == 0
        return int.from_bytes(digest[:8], "big") < share * 2**64

    return np.fromiter(map(falls, keys), bool, len(keys))


def _by_lot(keys: Sequence[str], share: float, seed: int) -> NDArray[np.bool_]:
    """Shuffle the different keys and choose from the front until the pieces chosen are at least the share."""
    sizes = Counter(keys)
    names = sorted(sizes)
    # The raw draws are fixed for ever; numpy may change how it shuffles with them.
    order = np.argsort(np.random.PCG64(seed).random_raw(len(names)), kind="stable")
    chosen: set[str] = set()
    missing = round(share * len(keys))
    for name in (names[i] for i in order):
        if missing <= 0:
            break
        chosen.add(name)
        missing -= sizes[name]
    return np.fromiter((key in chosen for key in keys), bool, len(keys))
