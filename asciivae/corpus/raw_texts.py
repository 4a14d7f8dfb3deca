"""From what the user calls a corpus to texts as they were found, for cleaning."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from asciivae.corpus import formats
from asciivae.corpus.source import open_corpus
from asciivae.corpus.steps import Draft
from asciivae.corpus.store import Refused
from asciivae.text.art import MAX_BYTES


def read_drafts(spec: str | Path) -> Iterator[Draft | Refused]:
    """Read a corpus as texts: no tab is expanded, no character refused.

    Args:
        spec: as for `asciivae.corpus.source.open_corpus`; a scraped folder counts as the files of its manifest.

    Raises:
        CorpusError: there is no such corpus, or it cannot be read.
    """
    path = Path(os.path.expanduser(spec))
    if os.path.isfile(path / formats.MANIFEST):
        return map(_draft, formats.read_manifest(path))
    if os.path.isdir(path):
        return _files(path)
    if path.name.endswith((".jsonl", ".jsonl.gz")) and os.path.exists(path):
        return map(_draft, formats.read_records(path))
    return _pieces(spec)


def _files(root: Path) -> Iterator[Draft | Refused]:
    files, refused = formats.list_folder(root)
    yield from refused
    for file in files:
        try:
            with (root / file.name).open("rb") as stream:
                text = stream.read(MAX_BYTES + 1)
        except OSError as error:
            yield Refused(file.name, formats.reason_of(error))
        else:
            facts = {"id": file.name, "category": file.name.rpartition("/")[0]}
            yield Draft(text.decode("utf-8-sig", "surrogateescape"), facts, file.name)


def _pieces(spec: str | Path) -> Iterator[Draft]:
    corpus = open_corpus(spec)
    columns = {name: corpus.column(name) for name in corpus.columns}
    for i in range(len(corpus)):
        facts = {name: column[i] for name, column in columns.items()}
        yield Draft(corpus.text(i), facts, facts["id"])


def _draft(record: formats.Record | Refused) -> Draft | Refused:
    if isinstance(record, Refused):
        return record
    text = record.text
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig", "surrogateescape")
    facts = {**record.facts, "id": record.facts.get("id") or formats.name_of(text)}
    return Draft(text, facts, str(record.place), record.several)
