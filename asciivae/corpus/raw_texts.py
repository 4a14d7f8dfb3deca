"""Reading a corpus as unprocessed texts, for cleaning."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from asciivae.corpus import formats, parquet
from asciivae.corpus.source import open_corpus
from asciivae.corpus.steps import RawText
from asciivae.corpus.store import Refused
from asciivae.files.inside import Inside
from asciivae.text import legacy
from asciivae.text.art import MAX_BYTES


def read_raw_texts(spec: str | Path) -> Iterator[RawText | Refused]:
    """Read a corpus as unprocessed texts: tabs and non-ASCII characters are kept.

    Args:
        spec: as for `asciivae.corpus.source.open_corpus`; of a scraped folder, the files of its manifest are read.

    Raises:
        CorpusError: the corpus does not exist or cannot be read.
    """
    path = Path(os.path.expanduser(spec))
    if os.path.lexists(path / formats.MANIFEST):
        return map(_raw_text, formats.read_manifest(path))
    if os.path.isdir(path):
        return _files(path)
    if path.name.lower().endswith(formats.JSON_LINES) and os.path.exists(path):
        return map(_raw_text, formats.read_records(path))
    if path.suffix.lower() == parquet.SUFFIX and os.path.exists(path):
        return map(_raw_text, parquet.read_records(path))
    return _pieces(spec)


def _files(root: Path) -> Iterator[RawText | Refused]:
    files, refused = formats.list_folder(root)
    yield from refused
    inside = Inside(root)
    for file in files:
        try:
            with inside.open(file.name) as stream:
                text = stream.read(MAX_BYTES + 1)
        except OSError as error:
            yield Refused(file.name, formats.reason_of(error))
        else:
            facts = {"id": file.name, "category": file.name.rpartition("/")[0]}
            yield _decoded(text, facts, file.name)


def _pieces(spec: str | Path) -> Iterator[RawText]:
    corpus = open_corpus(spec)
    columns = {name: corpus.column(name) for name in corpus.columns}
    for i in range(len(corpus)):
        facts = {name: column[i] for name, column in columns.items()}
        yield RawText(corpus.text(i), facts, facts["id"])


def _raw_text(record: formats.Record | Refused) -> RawText | Refused:
    if isinstance(record, Refused):
        return record
    facts = {**record.facts, "id": record.facts.get("id") or formats.name_of(record.text)}
    return _decoded(record.text, facts, str(record.place), record.several)


def _decoded(text: str | bytes, facts: dict[str, str], place: str, several: bool = False) -> RawText | Refused:
    try:
        decoded = legacy.decoded(text) if isinstance(text, bytes) else text
    except ValueError:
        return Refused(place, "it is marked as UTF-16 or UTF-32, but damaged")
    return RawText(legacy.plain(decoded), facts, place, several)
