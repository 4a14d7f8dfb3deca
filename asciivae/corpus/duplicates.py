"""Near-duplicate detection by MinHash over patches of cells, in time linear in the corpus.

A shingle is a patch of 2 rows × 4 columns that contains ink, together with its occurrence number in the piece, so that
repeated textures of different size differ. The similarity of two pieces is the Jaccard index of their shingles,
|A ∩ B| / |A ∪ B|: 1 for a translated copy, about 0.9 if a signature was added.

Sketches are one-permutation MinHashes with densification (Li, Owen, Zhang 2012; Shrivastava, Li 2014).
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
_MARGIN = 0.15
"""How far an estimate may be below the true similarity: four standard deviations at 0.9."""

_BORROWED = 0x9E3779B97F4A7C15
_NONE = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


class Deduplicated(NamedTuple):
    """The result of dropping near duplicates among n pieces.

    Attributes:
        kept: (k,) the indices of the kept pieces, ascending.
        duplicate_of: maps the index of each dropped piece to that of the earlier piece that it duplicates.
        family: (k,) the family of each kept piece: the position in `kept` of its first member.
    """

    kept: Integers
    duplicate_of: dict[int, int]
    family: Integers


def shingles(grid: Grid) -> NDArray[np.uint64]:
    """The (n,) 64-bit hashes of an (h, w) piece's shingles, sorted and unique; n > 0 if it has ink."""
    h, w = grid.shape
    cells = np.zeros((h + 2, w + 6), np.uint64)  # padded, so that patches overlap every border
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
    """The MinHash sketch (128,) of shingles; the fraction of equal entries of two sketches estimates similarity."""
    lowest = np.full(BINS, _NONE)
    # Deduplicated hashes: the first of each bin is its lowest.
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


def deduplicate(corpus: Corpus, *, near: float = NEAR, family: float = FAMILY) -> Deduplicated:
    """Drop each near duplicate of an earlier piece, and group the rest into families.

    Idempotent: a second call on the kept pieces drops none.

    Args:
        corpus: n pieces without exact duplicates.
        near: the least similarity of near duplicates, in (0, 1].
        family: the least estimated similarity of two pieces in one family.
    """
    sketches = np.empty((len(corpus), BINS), np.uint32)
    for i in range(len(corpus)):
        sketches[i] = sketch(shingles(corpus.grid(i)))
    kept, duplicate_of = np.arange(len(corpus)), dict[int, int]()
    distinct: set[tuple[int, int]] = set()
    while True:
        pairs = list(_candidates(sketches[kept], family))
        gone = _duplicates(corpus, kept, sketches, pairs, near, distinct)
        if not gone:
            return Deduplicated(kept, duplicate_of, connected(len(kept), pairs))
        duplicate_of |= gone
        kept = np.array([i for i in kept.tolist() if i not in gone], np.int64)


def connected(n: int, links: Iterable[Pairs]) -> Integers:
    """Connected components of n nodes: for each node, the first node of its component."""
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


def _candidates(sketches: NDArray[np.uint32], least: float) -> Iterator[Pairs]:
    """Pairs i < j of rows that share a band and agree in at least the fraction `least`; pairs may repeat.

    Each row of a band's bucket is compared with the first row and with its neighbour only, which is linear.
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


def _duplicates(
    corpus: Corpus,
    kept: Integers,
    sketches: NDArray[np.uint32],
    pairs: list[Pairs],
    near: float,
    distinct: set[tuple[int, int]],
) -> dict[int, int]:
    """Near duplicates among the pieces `kept`, each mapped to the earlier piece that is kept.

    Pairs found not to be similar enough are added to `distinct`, and are not compared again.
    """
    earlier = kept[np.concatenate([one for one, _ in pairs])]
    later = kept[np.concatenate([other for _, other in pairs])]
    close = (sketches[earlier] == sketches[later]).mean(axis=1) >= near - _MARGIN if later.size else np.zeros(0, bool)
    gone: dict[int, int] = {}
    hashes = lru_cache(4096)(lambda i: shingles(corpus.grid(i)))
    for j, i in np.unique(np.stack([later[close], earlier[close]], axis=1), axis=0).tolist():
        if j in gone or i in gone or (i, j) in distinct:
            continue
        if similarity(hashes(i), hashes(j)) >= near:
            gone[j] = i
        else:
            distinct.add((i, j))
    return gone


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix 64-bit integers bijectively (the finaliser of SplitMix64)."""
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return values ^ values >> np.uint64(31)
