"""Near duplicates of a corpus, in time linear in its pieces and with a bounded number of pairs in memory.

Pieces whose sketches agree in a whole band (locality-sensitive hashing) are in one bucket of that band. A piece is
compared with the first piece of each of its buckets and with the one before it there, so with at most 64 others,
however many are alike; once duplicates are dropped, buckets that changed are looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from asciivae.corpus import shingles
from asciivae.corpus.scratch import Scratch, release
from asciivae.corpus.shingles import BINS, Integers, Sketches
from asciivae.corpus.store import Corpus

Pairs = tuple[Integers, Integers]

BANDS = 32
NEAR = 0.9
FAMILY = 0.5
_MARGIN = 0.15
"""How far an estimate may be below the true similarity: four standard deviations at 0.9."""

_TOGETHER = 1 << 15
"""Pieces whose comparisons are in memory at a time."""
_COMPARED = 1 << 14
"""Sketches that are compared at a time."""


class Deduplicated(NamedTuple):
    """The result of dropping near duplicates among n pieces.

    Attributes:
        kept: (k,) the indices of the kept pieces, ascending.
        dropped: (n - k,) the indices of the others, ascending.
        duplicate_of: (n - k,) the earlier piece that each of them duplicates.
        family: (k,) the family of each kept piece: the position in `kept` of its first member.
    """

    kept: Integers
    dropped: Integers
    duplicate_of: Integers
    family: Integers


def deduplicate(
    corpus: Corpus,
    *,
    near: float = NEAR,
    family: float = FAMILY,
    sketches: Sketches | None = None,
    scratch: Path | None = None,
) -> Deduplicated:
    """Drop each near duplicate of an earlier piece, and group the rest into families.

    Idempotent: a second call on the kept pieces drops none.

    Args:
        corpus: n pieces without exact duplicates.
        near: the least similarity of near duplicates, in (0, 1].
        family: the least estimated similarity of two pieces in one family.
        sketches: (n, 128) the sketches of the pieces, if they are known.
        scratch: the folder of temporary files, 512 bytes a piece; None to keep everything in memory.

    Raises:
        ScratchError: a temporary file cannot be written.
    """
    search = _Search(corpus, near, sketches, Scratch(scratch))
    search.bucket()
    while search.drop():
        search.bucket()
    kept = np.flatnonzero(search.duplicate_of < 0)
    dropped = np.flatnonzero(search.duplicate_of >= 0)
    links = ((np.searchsorted(kept, i), np.searchsorted(kept, j)) for i, j in search.relatives(kept, family))
    return Deduplicated(kept, dropped, search.duplicate_of[dropped].astype(np.int64), connected(kept.size, links))


def connected(n: int, links: Iterable[Pairs]) -> Integers:
    """Connected components of n nodes: for each node, the first node of its component."""
    parent = np.arange(n)

    def roots(nodes: Integers) -> Integers:
        while not np.array_equal(above := parent[nodes], nodes):
            nodes = above
        return nodes

    for one, other in links:
        a, b = roots(one), roots(other)
        while (apart := a != b).any():
            a, b = a[apart], b[apart]
            np.minimum.at(parent, np.maximum(a, b), np.minimum(a, b))
            a, b = roots(a), roots(b)
        parent[one] = roots(one)
        parent[other] = roots(other)
    return roots(parent)


class _Search:
    """The state of a search among n pieces: which are dropped so far, and what each is to be compared with.

    `mates` (64, n) holds for each band the first piece of the bucket of each piece and the one before it: the piece
    itself if they were not compared yet, its ones' complement less 1 if they were, and -1 for none.
    """

    def __init__(self, corpus: Corpus, near: float, sketches: Sketches | None, scratch: Scratch) -> None:
        n = len(corpus)
        self.corpus, self.near, self.scratch = corpus, near, scratch
        if sketches is None:
            sketches = scratch.full((n, BINS), 0, np.uint16)
            for begin, flat in shingles.blocks(corpus):
                sketches[begin : begin + flat.heights.size] = shingles.sketches(flat)
            corpus.release()
        self.sketches = sketches
        self.mates = scratch.full((2 * BANDS, n), -1, np.int32)
        self.duplicate_of = np.full(n, -1, np.int32)

    def bucket(self) -> None:
        """Find the first piece and the one before each piece in its buckets, among those that are not dropped."""
        rows = np.flatnonzero(self.duplicate_of < 0)
        number = np.uint64(len(self.corpus).bit_length())
        bands = self.sketches.view(np.uint64)
        for band in range(BANDS):
            # Sorted by the bucket and then the piece: buckets that collide in the upper bits cost a comparison.
            keys = shingles.mixed(bands[rows, band]) >> number << number | rows.astype(np.uint64)
            keys.sort()
            order = (keys & ((np.uint64(1) << number) - np.uint64(1))).astype(np.int32)
            same = (keys[1:] >> number) == (keys[:-1] >> number)
            begins = np.concatenate([[True], ~same])
            first = order[np.maximum.accumulate(np.where(begins, np.arange(order.size), 0))][1:][same]
            later = order[1:][same]
            for found, mates in ((first, self.mates[2 * band]), (order[:-1][same], self.mates[2 * band + 1])):
                before = _decoded(mates)
                mates[:] = -1
                mates[later] = np.where(before[later] == found, -2 - found, found)
            self._release()

    def drop(self) -> bool:
        """Drop the near duplicates among those that were not compared yet; whether there were any."""
        before = int(np.count_nonzero(self.duplicate_of >= 0))
        for rows, mates in self._slabs(np.flatnonzero(self.duplicate_of < 0)):
            one, other = self._agreeing(mates, rows, self.near - _MARGIN)
            self._drop(one, other)
        return int(np.count_nonzero(self.duplicate_of >= 0)) > before

    def relatives(self, kept: Integers, least: float) -> Iterator[Pairs]:
        """Pairs i < j in one bucket, whose sketches agree in at least the fraction `least`."""
        for rows, mates in self._slabs(kept):
            yield self._agreeing(_decoded(mates), rows, least)

    def _slabs(self, rows: Integers) -> Iterator[tuple[Integers, NDArray[np.int32]]]:
        """Rows and their mates (k, 64), some at a time."""
        for begin in range(0, rows.size, _TOGETHER):
            some = rows[begin : begin + _TOGETHER]
            yield some, np.ascontiguousarray(self.mates[:, some[0] : some[-1] + 1][:, some - some[0]].T)
            self._release()

    def _release(self) -> None:
        self.scratch.release()
        release(self.sketches)
        self.corpus.release()

    def _agreeing(self, mates: NDArray[np.int32], rows: Integers, least: float) -> Pairs:
        """The mates, without repetitions, whose sketches agree in at least the fraction `least`; ordered by row."""
        mates.sort(axis=1)
        fresh = mates >= 0
        fresh[:, 1:] &= mates[:, 1:] != mates[:, :-1]
        position, place = np.nonzero(fresh)
        one, other = mates[position, place].astype(np.int64), rows[position]
        close = self._agreement(one, other) >= least
        return one[close], other[close]

    def _agreement(self, one: Integers, other: Integers) -> NDArray[np.float64]:
        found = np.empty(one.size)
        for begin in range(0, one.size, _COMPARED):
            some = slice(begin, begin + _COMPARED)
            found[some] = np.count_nonzero(self.sketches[one[some]] == self.sketches[other[some]], axis=1) / BINS
        return found

    def _drop(self, one: Integers, other: Integers) -> None:
        """Drop each of the later pieces `other` that duplicates a kept one.

        Whether a piece is kept depends on whether those before it are. So each piece is compared with one candidate at
        a time, all of them together, and those wait whose duplicate is undecided.
        """
        queues: dict[int, list[int]] = {}
        for i, j in zip(one[::-1].tolist(), other[::-1].tolist(), strict=True):
            queues.setdefault(j, []).append(i)
        asked: dict[int, set[int]] = {}
        alike: dict[int, list[int]] = {}
        undecided = sorted(queues)
        waiting = set(undecided)
        while undecided:
            questions: list[tuple[int, int]] = []
            still = []
            for j in undecided:
                i = next((i for i in alike.get(j, ()) if i not in waiting and self.duplicate_of[i] < 0), -1)
                if i >= 0:
                    self.duplicate_of[j] = i
                    waiting.discard(j)
                    continue
                if not any(i in waiting for i in alike.get(j, ())):
                    queues[j] += alike.pop(j, [])  # dropped meanwhile: what they duplicate is the next candidate
                    i = self._next(queues[j], asked.setdefault(j, set()))
                    if i < 0:
                        waiting.discard(j)
                        continue
                    questions.append((i, j))
                still.append(j)
            undecided = still
            if questions:
                earlier, later = np.array(questions, np.int64).T
                for i, j in zip(*(both.tolist() for both in self._similar(earlier, later)), strict=True):
                    alike.setdefault(j, []).append(i)

    def _next(self, queue: list[int], asked: set[int]) -> int:
        """The next candidate that was not asked yet; for one that is dropped, the piece that it duplicates."""
        while queue:
            i = queue.pop()
            while self.duplicate_of[i] >= 0:
                i = int(self.duplicate_of[i])
            if i not in asked:
                asked.add(i)
                return i
        return -1

    def _similar(self, one: Integers, other: Integers) -> Pairs:
        """Those of the pairs that are near duplicates."""
        close = self._agreement(one, other) >= self.near - _MARGIN
        one, other = one[close], other[close]
        near = shingles.similarities(self.corpus, one, other) >= self.near
        return one[near], other[near]


def _decoded(mates: NDArray[np.int32]) -> NDArray[np.int32]:
    """Mates, whether they were compared or not; -1 for none."""
    return np.where(mates < -1, -2 - mates, mates)
