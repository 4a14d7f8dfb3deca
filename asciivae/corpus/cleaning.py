"""Cleaning a corpus: every piece through the steps, then duplicates; everything is counted, nothing is deleted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from asciivae.corpus import duplicates
from asciivae.corpus.steps import Draft, Refusal, Step
from asciivae.corpus.store import Corpus, Piece, Refusals, Refused, Storage, collect
from asciivae.errors import ArtError, CorpusError
from asciivae.text import art

EXACT = "the same as an earlier piece"
NEAR = "nearly the same as an earlier piece"

Witness = Callable[[Refused], None]


@dataclass(slots=True)
class Tally:
    """What cleaning did.

    Attributes:
        read: the texts that came in.
        kept: the pieces that came out; more than `read` where pages were cut.
        mended: how many texts each step changed, by its name; for `cut`, how many it cut.
        refused: how many texts were refused, by reason.
        families: how many families of two or more similar pieces are among those kept.
    """

    read: int = 0
    kept: int = 0
    families: int = 0
    mended: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, the most frequent reasons first."""
        return {
            "read": self.read,
            "kept": self.kept,
            "mended": dict(self.mended.most_common()),
            "refused": dict(self.refused.most_common()),
            "families": self.families,
        }


def clean(
    drafts: Iterable[Draft | Refused],
    steps: Mapping[str, Step],
    *,
    near: float = duplicates.NEAR,
    witness: Witness = lambda refused: None,
) -> tuple[Storage, Refusals, Tally]:
    """Clean a corpus. Cleaning the result again, with the same steps, changes nothing.

    Args:
        drafts: the texts, and what could not be read.
        steps: what happens to each text, in order; see `asciivae.corpus.steps.steps`.
        near: from which similarity on a piece counts as nearly the same as an earlier one, in (0, 1].
        witness: is shown every text that is refused.

    Returns:
        The store; its column `cluster` names families of similar pieces. What was refused. And what was done.

    Raises:
        CorpusError: no piece is left, or there are more cells than a store may have.
    """
    tally = Tally()
    storage, refusals = collect(_without_copies(_through(drafts, steps, tally), tally, witness))
    if not storage.heights.size:
        raise CorpusError(
            f"no piece is left of {tally.read}"
            + "".join(f"; {n} refused: {r}" for r, n in tally.refused.most_common(3)),
            place="cleaning",
            hint="see what was refused: --refused FILE; or allow more: --lines 1:200 --bytes 1:20000 --transliterate",
        )
    corpus = Corpus(storage, source="", digest="", refusals=refusals)
    found = duplicates.sort_out(corpus, near=near)
    kept, again = collect(_kept(corpus, found, tally, witness))
    examples = (refusals.examples + again.examples)[:100]
    return kept, Refusals(examples, refusals.total + again.total), tally


def _through(drafts: Iterable[Draft | Refused], steps: Mapping[str, Step], tally: Tally) -> Iterator[Piece | Refused]:
    """Take each text through all steps."""
    for draft in drafts:
        tally.read += 1
        if isinstance(draft, Refused):
            yield draft
            continue
        done = _stepped(draft, steps, tally)
        for number, part in enumerate(done, start=1):
            if isinstance(part, Refused):
                yield part
                continue
            facts = {**part.facts, "id": f"{part.facts['id']}.{number}"} if len(done) > 1 else part.facts
            try:
                yield Piece(art.parse(part.text), facts)
            except ArtError as error:
                yield Refused(part.place, error.message)


def _stepped(draft: Draft, steps: Mapping[str, Step], tally: Tally) -> list[Draft | Refused]:
    done: list[Draft | Refused] = [draft]
    for name, step in steps.items():
        before, done = done, []
        for part in before:
            outcome = part if isinstance(part, Refused) else step(part)
            if isinstance(outcome, Refusal):
                done.append(Refused(part.place, outcome.reason))
            elif isinstance(outcome, Refused):
                done.append(outcome)
            elif isinstance(part, Draft):
                texts = [outcome] if isinstance(outcome, str) else outcome
                if list(texts) not in ([part.text], [part.text.rstrip()]):  # every text file ends with a line feed
                    tally.mended[name] += 1
                done += [part._replace(text=text) for text in texts]
    return done


def _without_copies(pieces: Iterable[Piece | Refused], tally: Tally, witness: Witness) -> Iterator[Piece | Refused]:
    """Let each drawing pass once; count and show what does not pass."""
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
            witness(result)
        yield result


def _kept(corpus: Corpus, found: duplicates.Sorted, tally: Tally, witness: Witness) -> Iterator[Piece | Refused]:
    """The pieces that stay, with the names of their families; and those that go."""
    columns = {name: corpus.column(name) for name in corpus.columns}
    for i, twin in sorted(found.twin.items()):
        refused = Refused(columns["id"][i], f"{NEAR}: {columns['id'][twin]}")
        tally.refused[NEAR] += 1
        witness(refused)
        yield refused
    clusters = _clusters(corpus, found)
    tally.families = len(set(clusters) - {""})
    tally.kept = len(found.kept)
    for i, cluster in zip(found.kept.tolist(), clusters, strict=True):
        facts = {name: column[i] for name, column in columns.items()}
        yield Piece(corpus.grid(i), {**facts, "cluster": cluster})


def _clusters(corpus: Corpus, found: duplicates.Sorted) -> list[str]:
    """Name the family of each kept piece after its member with the lowest hash; empty where it is alone.

    Families that were recorded before stay together.
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
