"""A corpus written out for others: JSON lines, or a folder of text files."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asciivae.corpus.formats import reason_of
from asciivae.corpus.store import Corpus
from asciivae.errors import CorpusError


def write_jsonl(corpus: Corpus, path: Path) -> None:
    """Write one object a line, `text` and what is known; gzipped if the name ends with `.gz`.

    Raises:
        CorpusError: the file cannot be written.
    """
    columns = {name: corpus.column(name) for name in corpus.columns}
    with _aside(path) as part, gzip.open(part, "wb") if path.suffix == ".gz" else part.open("wb") as file:
        for i in range(len(corpus)):
            facts = {name: column[i] for name, column in columns.items() if column[i]}
            file.write(json.dumps({**facts, "text": corpus.text(i)}, ensure_ascii=False).encode() + b"\n")


def write_folder(corpus: Corpus, path: Path) -> None:
    """Write a text file for each piece, named by its place in the corpus, in folders by category.

    Raises:
        CorpusError: the folder exists, or cannot be written.
    """
    if path.exists():
        raise CorpusError("it exists already", place=str(path), hint="name a folder that does not exist yet")
    categories = corpus.column("category") if "category" in corpus.columns else [""] * len(corpus)
    digits = len(str(len(corpus)))
    with _aside(path) as part:
        for i, category in enumerate(categories):
            below = [re.sub(r"[^A-Za-z0-9-]+", "-", level).strip("-") for level in category.split("/")]
            folder = part.joinpath(*filter(None, below))
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{i:0{digits}}.txt").write_text(corpus.text(i), encoding="ascii")
        part.mkdir(exist_ok=True)


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A name beside `path`, which becomes `path` when all went well."""
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        os.replace(part, path)
    except OSError as error:
        raise CorpusError(
            f"it cannot be written: {reason_of(error)}", place=str(path), hint="choose another --out"
        ) from None
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)
