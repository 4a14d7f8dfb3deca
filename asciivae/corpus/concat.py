"""Concatenation of corpora."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from asciivae.corpus.builder import collect
from asciivae.corpus.source import open_corpus
from asciivae.corpus.store import Corpus, Piece, Refusals
from asciivae.text.art import trim


def open_corpora(specs: Sequence[str | Path], *, cache: Path | None = None) -> Corpus:
    """Open one corpus, or several as one; see `open_corpus`.

    Pieces keep the order of the list. Drawings that an earlier corpus contains, up to blank margins, are dropped. An
    `id` that an earlier corpus uses is prefixed with the name of its corpus. A missing `cluster` is set to the original
    `id`, so that a piece is on the same side of a split as in its own corpus.

    Args:
        specs: at least one corpus.
        cache: the folder of the store cache.

    Raises:
        CorpusError: a corpus cannot be opened.
    """
    corpora = [open_corpus(spec, cache=cache) for spec in specs]
    return corpora[0] if len(corpora) == 1 else join(corpora)


def join(corpora: Sequence[Corpus]) -> Corpus:
    """Concatenate corpora in memory; see `open_corpora`."""
    storage, _ = collect(_pieces(corpora))
    refused = tuple(piece for corpus in corpora for piece in corpus.refused)
    return Corpus(
        storage,
        source=" + ".join(corpus.source for corpus in corpora),
        digest=storage.digest(),
        refusals=Refusals(refused, sum(corpus.refused_total for corpus in corpora)),
    )


def _pieces(corpora: Sequence[Corpus]) -> Iterator[Piece]:
    drawings: set[bytes] = set()
    ids: set[str] = set()
    for corpus in corpora:
        columns = {name: corpus.column(name) for name in corpus.columns}
        own_drawings, own_ids = set(), set()
        for i in range(len(corpus)):
            grid = corpus.grid(i)
            content = trim(grid)[0]
            drawing = hashlib.blake2b(b"%d:" % content.shape[1] + content.tobytes(), digest_size=16).digest()
            if drawing in drawings:
                continue
            facts = {name: column[i] for name, column in columns.items()}
            name = facts["id"]
            own_drawings.add(drawing)
            own_ids.add(name)
            yield Piece(
                grid,
                facts
                | {"id": f"{corpus.source}:{name}" if name in ids else name, "cluster": facts.get("cluster") or name},
            )
        drawings |= own_drawings
        ids |= own_ids
