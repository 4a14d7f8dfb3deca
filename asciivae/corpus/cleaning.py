"""Cleaning a corpus: apply the steps to each text, then drop duplicates. Rejections are counted by reason."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from asciivae.contract import Refusal
from asciivae.corpus import duplicates
from asciivae.corpus.steps import RawText, Step
from asciivae.corpus.store import Corpus, Piece, Refusals, Refused, Storage, collect
from asciivae.errors import ArtError, CorpusError
from asciivae.text import art

EXACT = "identical to an earlier piece"
NEAR = "nearly identical to an earlier piece"

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
) -> tuple[Storage, Refusals, Tally]:
    """Clean a corpus. Idempotent: cleaning the result again with the same steps changes nothing.

    Args:
        raw_texts: the texts, and the files that could not be read.
        steps: the steps for each text, in order; see `asciivae.corpus.steps.steps`.
        near: the least similarity to an earlier piece that makes a piece a near duplicate, in (0, 1].
        on_rejected: called for each text that is refused.

    Returns:
        The store, whose column `cluster` names families of similar pieces; the refusals; and the counts.

    Raises:
        CorpusError: no piece is left, or there are more cells than a store can hold.
    """
    tally = Tally()
    storage, refusals = collect(_without_copies(_through(raw_texts, steps, tally), tally, on_rejected))
    if not storage.heights.size:
        raise CorpusError(
            f"no piece is left of {tally.read}"
            + "".join(f"; {n} refused: {r}" for r, n in tally.refused.most_common(3)),
            place="cleaning",
            hint="see what was refused: --refused FILE; or allow more: --lines 1:200 --bytes 1:20000 --transliterate",
        )
    corpus = Corpus(storage, source="", digest="", refusals=refusals)
    found = duplicates.deduplicate(corpus, near=near)
    kept, again = collect(_kept(corpus, found, tally, on_rejected))
    examples = (refusals.examples + again.examples)[:100]
    return kept, Refusals(examples, refusals.total + again.total), tally


def _through(
    raw_texts: Iterable[RawText | Refused], steps: Mapping[str, Step], tally: Tally
) -> Iterator[Piece | Refused]:
    """Apply all steps to each text."""
    for raw in raw_texts:
        tally.read += 1
        if isinstance(raw, Refused):
            yield raw
            continue
        done = _stepped(raw, steps, tally)
        for number, part in enumerate(done, start=1):
            if isinstance(part, Refused):
                yield part
                continue
            facts = {**part.facts, "id": f"{part.facts['id']}.{number}"} if len(done) > 1 else part.facts
            try:
                yield Piece(art.parse(part.text), facts)
            except ArtError as error:
                yield Refused(part.place, error.message)


def _stepped(raw: RawText, steps: Mapping[str, Step], tally: Tally) -> list[RawText | Refused]:
    done: list[RawText | Refused] = [raw]
    for name, step in steps.items():
        before, done = done, []
        for part in before:
            outcome = part if isinstance(part, Refused) else step(part)
            if isinstance(outcome, Refusal):
                done.append(Refused(part.place, outcome.reason))
            elif isinstance(outcome, Refused):
                done.append(outcome)
            elif isinstance(part, RawText):
                texts = [outcome] if isinstance(outcome, str) else outcome
                if list(texts) not in ([part.text], [part.text.rstrip()]):  # the final line feed does not count
                    tally.changed[name] += 1
                done += [part._replace(text=text) for text in texts]
    return done


def _without_copies(
    pieces: Iterable[Piece | Refused], tally: Tally, on_rejected: OnRejected
) -> Iterator[Piece | Refused]:
    """Drop exact duplicates; count and report everything that is refused."""
    seen: set[bytes] = set()
    for piece in pieces:
        result = piece
        if isinstance(piece, Piece):
            name = _digest(piece.grid)
            if name in seen:
                result = Refused(piece.facts.get("id", ""), EXACT)
            seen.add(name)
        if isinstance(result, Refused):
            tally.refused[result.reason] += 1
            on_rejected(result)
        yield result


def _kept(
    corpus: Corpus, found: duplicates.Deduplicated, tally: Tally, on_rejected: OnRejected
) -> Iterator[Piece | Refused]:
    """The kept pieces with their clusters, and a refusal for each near duplicate."""
    columns = {name: corpus.column(name) for name in corpus.columns}
    for i, duplicate_of in sorted(found.duplicate_of.items()):
        refused = Refused(columns["id"][i], f"{NEAR}: {columns['id'][duplicate_of]}")
        tally.refused[NEAR] += 1
        on_rejected(refused)
        yield refused
    clusters = _clusters(corpus, found)
    tally.families = len(set(clusters) - {""})
    tally.kept = len(found.kept)
    for i, cluster in zip(found.kept.tolist(), clusters, strict=True):
        facts = {name: column[i] for name, column in columns.items()}
        yield Piece(corpus.grid(i), {**facts, "cluster": cluster})


def _clusters(corpus: Corpus, found: duplicates.Deduplicated) -> list[str]:
    """Name each kept piece's family after the member with the lowest hash; empty for a piece without relatives.

    Pieces with the same recorded `cluster` stay in one family.
    """
    kept = found.kept.tolist()
    before: dict[str, int] = {}
    one, other = list(range(len(kept))), found.family.tolist()
    if "cluster" in corpus.columns:
        recorded = corpus.column("cluster")
        for position, i in enumerate(kept):
            if recorded[i]:
                one.append(position)
                other.append(before.setdefault(recorded[i], position))
    family = duplicates.connected(len(kept), [(np.array(one, np.int64), np.array(other, np.int64))]).tolist()
    members = Counter(family)
    lowest: dict[int, str] = {}
    for position, root in enumerate(family):
        if members[root] > 1:
            name = _digest(corpus.grid(kept[position])).hex()
            lowest[root] = min(name, lowest.get(root, name))
    return [lowest.get(root, "") for root in family]


def _digest(grid: art.Grid) -> bytes:
    height, width = grid.shape
    return hashlib.blake2b(f"{height}x{width}:".encode() + grid.tobytes(), digest_size=8).digest()
