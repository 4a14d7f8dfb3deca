"""Cleaning a corpus: apply the steps to each text, then drop duplicates. Rejections are counted by reason."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from asciivae.contract import Refusal
from asciivae.corpus import duplicates, shingles
from asciivae.corpus.builder import MAX_EXAMPLES, Builder
from asciivae.corpus.processes import groups, mapped
from asciivae.corpus.scratch import Spool
from asciivae.corpus.shingles import BINS, Sketches
from asciivae.corpus.steps import RawText, Step
from asciivae.corpus.store import Corpus, Piece, Refusals, Refused, Storage
from asciivae.errors import ArtError, CorpusError
from asciivae.text import art

EXACT = "identical to an earlier piece"
NEAR = "nearly identical to an earlier piece"

_TOGETHER = 512
"""Texts that are cleaned at a time."""

OnRejected = Callable[[Refused], None]


@dataclass(slots=True)
class Tally:
    """Counts of a cleaning.

    Attributes:
        read: input texts.
        kept: output pieces; more than `read` if pages were cut.
        changed: the texts that each step changed, by the step's name; for `cut`, those that it cut.
        refused: the texts that were refused, by reason.
        families: families of two or more similar pieces among those kept.
    """

    read: int = 0
    kept: int = 0
    families: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, the most frequent reasons first."""
        return {
            "read": self.read,
            "kept": self.kept,
            "changed": dict(self.changed.most_common()),
            "refused": dict(self.refused.most_common()),
            "families": self.families,
        }


def clean(
    raw_texts: Iterable[RawText | Refused],
    steps: Mapping[str, Step],
    *,
    near: float = duplicates.NEAR,
    on_rejected: OnRejected = lambda refused: None,
    workers: int = 1,
    scratch: Path | None = None,
) -> tuple[Storage, Refusals, Tally]:
    """Clean a corpus. Idempotent: cleaning the result again with the same steps changes nothing.

    Args:
        raw_texts: the texts, and the files that could not be read.
        steps: the steps for each text, in order; see `asciivae.corpus.steps.steps`.
        near: the least similarity to an earlier piece that makes a piece a near duplicate, in (0, 1].
        on_rejected: called for each text that is refused.
        workers: processes that apply the steps to many texts, which must not depend on texts before; 1 for none.
        scratch: the folder of temporary files, about 1.5 kB a piece; None to keep everything in memory.

    Returns:
        The store, whose column `cluster` names families of similar pieces; the refusals; and the counts. The result
        does not depend on `workers` and `scratch`.

    Raises:
        CorpusError: no piece is left, there is more than a store can hold, or a worker was killed.
        ScratchError: a temporary file cannot be written.
    """
    tally = Tally()
    builder, again = Builder(scratch), Builder(scratch)
    names, sketches = Spool(scratch), Spool(scratch)

    def refuse(refused: Refused, into: Builder, kind: str = "") -> None:
        tally.refused[kind or refused.reason] += 1
        on_rejected(refused)
        into.refuse(refused)

    seen = _Seen()
    for part in mapped(partial(_cleaned, steps=steps), groups(raw_texts, _TOGETHER), workers):
        tally.read += part.read
        tally.changed += part.changed
        fresh = seen.add(part.names)
        names.append(part.names[fresh].tobytes())
        sketches.append(part.sketches[fresh].tobytes())
        number = 0
        for entry in part.entries:
            if isinstance(entry, Refused):
                refuse(entry, builder)
                continue
            if fresh[number]:
                builder.add(entry)
            else:
                refuse(Refused(entry.facts.get("id", ""), EXACT), builder)
            number += 1
    storage, refusals = builder.done()
    if not storage.heights.size:
        raise CorpusError(
            f"no piece is left of {tally.read}"
            + "".join(f"; {n} refused: {r}" for r, n in tally.refused.most_common(3)),
            place="cleaning",
            hint="see what was refused: --refused FILE; or allow more: --lines 1:200 --bytes 1:20000 --transliterate",
        )
    del seen
    storage.release()
    corpus = Corpus(storage, source="", digest="", refusals=refusals)
    sketched = sketches.array(np.uint16).reshape(-1, BINS)
    found = duplicates.deduplicate(corpus, near=near, sketches=sketched, scratch=scratch)
    ids = corpus.column("id")
    for i, duplicate_of in zip(found.dropped.tolist(), found.duplicate_of.tolist(), strict=True):
        refuse(Refused(ids[i], f"{NEAR}: {ids[duplicate_of]}"), again, NEAR)
    tally.kept = found.kept.size
    clusters, tally.families = _clusters(corpus, found, names.array(np.uint64))
    again.add_rows(storage, found.kept, {"cluster": clusters})
    kept, copies = again.done()
    examples = (refusals.examples + copies.examples)[:MAX_EXAMPLES]
    return kept, Refusals(examples, refusals.total + copies.total), tally


class _Part(NamedTuple):
    """A group of cleaned texts.

    Attributes:
        read: the texts.
        changed: those that each step changed.
        entries: the k pieces, and the refusals between them.
        names: (k,) uint64, the hashes of the pieces.
        sketches: (k, 128), see `asciivae.corpus.shingles`.
    """

    read: int
    changed: Counter[str]
    entries: list[Piece | Refused]
    names: NDArray[np.uint64]
    sketches: Sketches


def _cleaned(raw_texts: list[RawText | Refused], steps: Mapping[str, Step]) -> _Part:
    changed: Counter[str] = Counter()
    entries = [entry for raw in raw_texts for entry in _through(raw, steps, changed)]
    grids = [entry.grid for entry in entries if isinstance(entry, Piece)]
    names = np.fromiter((int.from_bytes(_digest(grid)) for grid in grids), np.uint64, len(grids))
    sketches = np.concatenate([np.empty((0, BINS), np.uint16), *map(shingles.sketches, shingles.blocks_of(grids))])
    return _Part(len(raw_texts), changed, entries, names, sketches)


def _through(raw: RawText | Refused, steps: Mapping[str, Step], changed: Counter[str]) -> Iterator[Piece | Refused]:
    """Apply all steps to a text."""
    if isinstance(raw, Refused):
        yield raw
        return
    done = _stepped(raw, steps, changed)
    for number, part in enumerate(done, start=1):
        if isinstance(part, Refused):
            yield part
            continue
        facts = {**part.facts, "id": f"{part.facts['id']}.{number}"} if len(done) > 1 else part.facts
        try:
            yield Piece(art.parse(part.text), facts)
        except ArtError as error:
            yield Refused(part.place, error.message)


def _stepped(raw: RawText, steps: Mapping[str, Step], changed: Counter[str]) -> list[RawText | Refused]:
    done: list[RawText | Refused] = [raw]
    for name, step in steps.items():
        before, done = done, []
        for part in before:
            outcome = part if isinstance(part, Refused) else step(part)
            if isinstance(part, RawText) and outcome == part.text:
                done.append(part)
            elif isinstance(outcome, Refusal):
                done.append(Refused(part.place, outcome.reason))
            elif isinstance(outcome, Refused):
                done.append(outcome)
            elif isinstance(part, RawText):
                texts = [outcome] if isinstance(outcome, str) else outcome
                if list(texts) not in ([part.text], [part.text.rstrip()]):  # the final line feed does not count
                    changed[name] += 1
                done += [part._replace(text=text) for text in texts]
    return done


class _Seen:
    """A set of hashes in 8 bytes each: sorted arrays, of which those of similar size are merged."""

    def __init__(self) -> None:
        self._levels: list[NDArray[np.uint64]] = []

    def add(self, names: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Add (k,) hashes; for each, whether it is the first of its kind."""
        fresh = np.zeros(names.size, bool)
        if not names.size:
            return fresh
        unique, first = np.unique(names, return_index=True)
        known = np.zeros(unique.size, bool)
        for level in self._levels:
            known |= level[np.minimum(np.searchsorted(level, unique), level.size - 1)] == unique
        fresh[first[~known]] = True
        self._levels.append(unique[~known])
        while len(self._levels) > 1 and self._levels[-2].size <= 2 * self._levels[-1].size:
            self._levels[-2:] = [np.sort(np.concatenate(self._levels[-2:]))]
        self._levels = [level for level in self._levels if level.size]
        return fresh


def _clusters(corpus: Corpus, found: duplicates.Deduplicated, names: NDArray[np.uint64]) -> tuple[list[str], int]:
    """Name each kept piece's family after the member with the lowest hash, and count the families.

    Empty for a piece without relatives. Pieces with the same recorded `cluster` stay in one family.
    """
    one, other = np.arange(found.kept.size), found.family
    if "cluster" in corpus.columns:
        recorded = corpus.column("cluster")
        texts = (hashlib.blake2b(recorded[i].encode(), digest_size=8).digest() for i in found.kept.tolist())
        hashes = np.fromiter((int.from_bytes(text) for text in texts), np.uint64, found.kept.size)
        blank = int.from_bytes(hashlib.blake2b(b"", digest_size=8).digest())
        known = np.flatnonzero(hashes != np.uint64(blank))
        _, first, inverse = np.unique(hashes[known], return_index=True, return_inverse=True)
        one, other = np.concatenate([one, known]), np.concatenate([other, known[first][inverse]])
    family = duplicates.connected(found.kept.size, [(one, other)])
    shared = np.bincount(family, minlength=family.size) > 1
    lowest = np.full(family.size, np.uint64(2**64 - 1))
    np.minimum.at(lowest, family, names[found.kept])
    clusters = [f"{name:016x}" if some else "" for name, some in zip(lowest[family], shared[family], strict=True)]
    return clusters, int(shared.sum())


def _digest(grid: art.Grid) -> bytes:
    height, width = grid.shape
    return hashlib.blake2b(f"{height}x{width}:".encode() + grid.tobytes(), digest_size=8).digest()
