"""Export of a corpus: JSON lines, or a folder of text files."""

from __future__ import annotations

import gzip
import json
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from asciivae.corpus.formats import written
from asciivae.corpus.store import Corpus
from asciivae.errors import CorpusError
from asciivae.files.atomic import is_special, opened_output, replaced_folder


def write_jsonl(corpus: Corpus, path: Path) -> None:
    """Write one JSON object per piece, with `text` and the other columns; gzipped if the name ends with `.gz`.

    Raises:
        CorpusError: the file cannot be written.
    """
    columns = {name: corpus.column(name) for name in corpus.columns}
    with ExitStack() as opened:
        if not is_special(path):
            opened.enter_context(written(path))
        file: Any = opened.enter_context(opened_output(path, hint="choose another --out", kind=CorpusError))
        if path.suffix.lower() == ".gz":
            file = opened.enter_context(gzip.GzipFile(fileobj=file, mode="wb"))
        for i in range(len(corpus)):
            facts = {name: column[i] for name, column in columns.items() if column[i]}
            file.write(json.dumps({**facts, "text": corpus.text(i)}, ensure_ascii=False).encode() + b"\n")


def write_folder(corpus: Corpus, path: Path) -> None:
    """Write a text file for each piece, named by its index in the corpus, in folders by category.

    Raises:
        CorpusError: the folder exists, or cannot be written.
    """
    if path.exists():
        raise CorpusError("it already exists", place=str(path), hint="name a folder that does not exist yet")
    categories = corpus.column("category") if "category" in corpus.columns else [""] * len(corpus)
    digits = len(str(len(corpus)))
    with written(path), replaced_folder(path, flush=False, replace=False) as part:
        for i, category in enumerate(categories):
            below = [re.sub(r"[^A-Za-z0-9-]+", "-", level).strip("-") for level in category.split("/")]
            folder = part.joinpath(*filter(None, below))
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{i:0{digits}}.txt").write_text(corpus.text(i), encoding="ascii")
