"""Pieces that are nearly the same: found by MinHash over patches of cells, in time linear in the corpus.

A shingle is a patch of 2 rows × 4 columns that holds ink, numbered when it occurs more than once, so that two walls
of different size are not the same wall. The similarity of two pieces is the Jaccard index of their shingles,
|A ∩ B| / |A ∪ B|: 1 for the same drawing wherever it stands, about 0.9 if a signature was added.

Sketches are one-permutation MinHashes with borrowed bins (Li, Owen, Zhang 2012; Shrivastava, Li 2014).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus.store import Corpus
from asciivae.text.art import Grid

Integers = NDArray[np.int64]
Pairs = tuple[Integers, Integers]

BINS = 128
BANDS = 32
NEAR = 0.9
FAMILY = 0.5
_DOUBT = 0.15
"""How far below a similarity its estimate may lie: four standard deviations at 0.9."""

_BORROWED = 0x9E3779B97F4A7C15
_NONE = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


class Sorted(NamedTuple):
    """What is left of n pieces when the near duplicates are gone.

    Attributes:
        kept: (k,) the indices of the pieces that stay, ascending.
        twin: for each piece that goes, by its index, the index of the earlier piece that it resembles.
        family: (k,) the number of each kept piece's family: the position in `kept` of its first member.
    """

    kept: Integers
    twin: dict[int, int]
    family: Integers


def shingles(grid: Grid) -> NDArray[np.uint64]:
    """The (n,) 64-bit hashes of an (h, w) piece's shingles, sorted and all different; n > 0 if it has ink."""
    h, w = grid.shape
    cells = np.zeros((h + 2, w + 6), np.uint64)  # so that a patch may hang over every edge
    cells[1:-1, 3:-3] = grid
    bits = np.uint64(7)
    rows = ((cells[:, :-3] << bits | cells[:, 1:-2]) << bits | cells[:, 2:-1]) << bits | cells[:, 3:]
    patches = (rows[:-1] << np.uint64(28) | rows[1:]).ravel()
    patches = np.sort(patches[patches != 0])
    index = np.arange(patches.size)
    fresh = np.ones(patches.size, bool)
    fresh[1:] = patches[1:] != patches[:-1]
    occurrence = index - np.maximum.accumulate(np.where(fresh, index, 0))
    return np.unique(_mixed(patches ^ _mixed(occurrence.astype(np.uint64))))


def similarity(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    """The Jaccard index of two pieces' shingles, in [0, 1]."""
    both = np.sort(np.concatenate([one, other]))
    shared = int((both[1:] == both[:-1]).sum())
    return shared / (one.size + other.size - shared)


def sketch(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Summarise shingles as (128,) numbers; two sketches agree in about the share that is their similarity."""
    lowest = np.full(BINS, _NONE)
    # Sorted hashes: the first of each bin is its lowest.
    bins = (hashes >> np.uint64(57)).astype(np.int64)
    first = np.flatnonzero(np.diff(bins, prepend=-1))
    lowest[bins[first]] = hashes[first] & np.uint64(0xFFFF_FFFF)
    empty = lowest == _NONE
    if empty.any():
        places = np.where(empty, 2 * BINS, np.arange(BINS))
        after = np.minimum.accumulate(np.concatenate([places, places[~empty][:1] + BINS])[::-1])[::-1][:BINS]
        distance = (after - np.arange(BINS)).astype(np.uint64)
        lowest = lowest[after % BINS] + distance * np.uint64(_BORROWED)
    return (_mixed(lowest) >> np.uint64(32)).astype(np.uint32)


def sort_out(corpus: Corpus, *, near: float = NEAR, family: float = FAMILY) -> Sorted:
    """Drop each piece that is nearly the same as an earlier one, and gather the rest into families.

    A second call on what is kept keeps it all.

    Args:
        corpus: n pieces, no two of them equal.
        near: from which similarity on a piece goes, in (0, 1].
        family: from which estimated similarity on two pieces are of one family.
    """
    sketches = np.empty((len(corpus), BINS), np.uint32)
    for i in range(len(corpus)):
        sketches[i] = sketch(shingles(corpus.grid(i)))
    kept, twin = np.arange(len(corpus)), dict[int, int]()
    apart: set[tuple[int, int]] = set()
    while True:
        pairs = list(_alike(sketches[kept], family))
        gone = _twins(corpus, kept, sketches, pairs, near, apart)
        if not gone:
            return Sorted(kept, twin, connected(len(kept), pairs))
        twin |= gone
        kept = np.array([i for i in kept.tolist() if i not in gone], np.int64)


def connected(n: int, links: Iterable[Pairs]) -> Integers:
    """For each of n things, the first of those that it is linked with, directly or not."""
    parent = list(range(n))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    for one, other in links:
        for i, j in zip(one.tolist(), other.tolist(), strict=True):
            low, high = sorted((root(i), root(j)))
            parent[high] = low
    return np.array([root(i) for i in range(n)], np.int64)


def _alike(sketches: NDArray[np.uint32], least: float) -> Iterator[Pairs]:
    """Pairs i < j of rows that share a band and agree in at least the share `least`; each pair may come again.

    Of the rows that share a band, each is compared with the first and with its neighbour, which keeps this linear.
    """
    for band in np.split(sketches, BANDS, axis=1):
        keys = band.astype(np.uint64)
        key = _mixed(keys[:, 0] << np.uint64(32) | keys[:, 1]) ^ (keys[:, 2] << np.uint64(32) | keys[:, 3])
        order = np.argsort(key, kind="stable")
        same = key[order][1:] == key[order][:-1]
        begins = np.concatenate([[True], ~same])
        first = order[np.maximum.accumulate(np.where(begins, np.arange(order.size), 0))][1:][same]
        neighbour, later = order[:-1][same], order[1:][same]
        for earlier in (neighbour, first):
            agreed = (sketches[earlier] == sketches[later]).mean(axis=1) if later.size else np.zeros(0)
            yield earlier[agreed >= least], later[agreed >= least]


def _twins(
    corpus: Corpus,
    kept: Integers,
    sketches: NDArray[np.uint32],
    pairs: list[Pairs],
    near: float,
    apart: set[tuple[int, int]],
) -> dict[int, int]:
    """Among the pieces `kept`, those that nearly equal an earlier one that stays, and which.

    Pairs that were compared and are not similar enough are added to `apart`, and not compared again.
    """
    earlier = kept[np.concatenate([one for one, _ in pairs])]
    later = kept[np.concatenate([other for _, other in pairs])]
    close = (sketches[earlier] == sketches[later]).mean(axis=1) >= near - _DOUBT if later.size else np.zeros(0, bool)
    gone: dict[int, int] = {}
    hashes = lru_cache(4096)(lambda i: shingles(corpus.grid(i)))
    for j, i in np.unique(np.stack([later[close], earlier[close]], axis=1), axis=0).tolist():
        if j in gone or i in gone or (i, j) in apart:
            continue
        if similarity(hashes(i), hashes(j)) >= near:
            gone[j] = i
        else:
            apart.add((i, j))
    return gone


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread 64-bit numbers evenly, one to one (the finaliser of SplitMix64)."""
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return values ^ values >> np.uint64(31)
