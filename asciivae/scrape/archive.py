"""The folder that art is kept in: a manifest of JSON lines, and a text file for each piece in folders by category.

At any moment the folder is whole: a text is written aside and renamed, then its line is added to the manifest. After
a crash the next `Archive` cuts off a line that was not finished. The texts are named by their content, so that what
is found again is known.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import unicodedata
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from asciivae.contract import RawArt
from asciivae.corpus.formats import MANIFEST, reason_of
from asciivae.errors import CorpusError
from asciivae.files.atomic import replaced_file
from asciivae.text.art import MAX_BYTES

STATE = ".scrape"
"""The folder for what only scraping needs: pages, the log, the lock."""

MOST_LEVELS = 4
MOST_LETTERS = 48

Outcome = Literal["new", "known", "empty", "too large"]


class Archive:
    """A scraped folder, open for writing by this process only. It closes as a context manager.

    Args:
        root: the folder; it is made if need be.

    Raises:
        CorpusError: the folder cannot be written, or another process scrapes into it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        with ExitStack() as opened:
            try:
                (root / STATE).mkdir(parents=True, exist_ok=True)
                lock = opened.enter_context((root / STATE / "lock").open("w"))
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise CorpusError(
                        "another process is scraping into this folder",
                        place=str(root),
                        hint="wait for it to end, or choose another --out",
                    ) from None
                self._known, self._missing = _mended(root / MANIFEST)
                self._manifest = opened.enter_context((root / MANIFEST).open("a", encoding="utf-8"))
            except OSError as error:
                raise _not_writable(root, error) from None
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._opened:
            self.commit()

    def __len__(self) -> int:
        return len(self._known)

    def add(self, art: RawArt, *, source: str, address: str) -> Outcome:
        """Keep a piece, with where it is from.

        Args:
            art: the piece.
            source: the name of the source that read it.
            address: where the page was.

        Returns:
            `new`, `known` if the same text is there already, or why it is not kept.

        Raises:
            CorpusError: the folder cannot be written.
        """
        text = "\n".join(line.rstrip() for line in art.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        data = (text.strip("\n") + "\n").encode("utf-8", "replace")
        if not text.strip():
            return "empty"
        if len(data) > MAX_BYTES:
            return "too large"
        digest = hashlib.sha256(data).hexdigest()
        if digest in self._known:
            return "known"
        name = f"{folder_of(art.category)}/{slug(art.caption) or slug(source)}-{digest[:16]}.txt"
        record = {
            "id": digest[:16],
            "file": name,
            "digest": digest,
            "source": source,
            "category": art.category,
            "caption": art.caption,
            "artist": art.artist,
            "license": art.license,
            "url": art.address or address,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            **({"several": True} if art.several else {}),
        }
        try:
            if digest in self._missing:  # its line is there; a loss of power took the file
                _write_whole(self.root / self._missing.pop(digest), data)
                self._known.add(digest)
                return "new"
            _write_whole(self.root / name, data)
            line = {key: _well_formed(value) for key, value in record.items() if value}
            self._manifest.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._manifest.flush()
        except OSError as error:
            raise _not_writable(self.root, error) from None
        self._known.add(digest)
        return "new"

    def commit(self) -> None:
        """Make sure that the manifest survives a loss of power."""
        os.fsync(self._manifest.fileno())


def folder_of(category: str) -> str:
    """The folder of a category, below the corpus: nothing that a page says can lead out of it."""
    parts = [slug(part) for part in re.split(r"[/\\>]", category)]
    return "/".join([part for part in parts if part][:MOST_LEVELS]) or "uncategorised"


def slug(name: str) -> str:
    """A name made safe for files: lower-case ASCII letters, digits and single dashes, at most 48; maybe empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MOST_LETTERS].rstrip("-")


def _mended(manifest: Path) -> tuple[set[str], dict[str, str]]:
    """Cut off a last line that was not finished.

    Returns:
        The digests of the pieces that are there; and of those whose files are missing, with the files' names.
    """
    known: set[str] = set()
    missing: dict[str, str] = {}
    if not manifest.exists():
        return known, missing
    with manifest.open("r+b") as file:
        end = 0
        for line in iter(file.readline, b""):
            if not line.endswith(b"\n"):
                file.truncate(end)
                break
            end += len(line)
            try:
                record = json.loads(line)
                if (manifest.parent / record["file"]).is_file():
                    known.add(record["digest"])
                else:
                    missing[record["digest"]] = record["file"]
            except (ValueError, KeyError, TypeError):
                raise CorpusError(
                    "a line of the manifest is damaged",
                    place=str(manifest),
                    hint="scrape into a new folder, or delete the line",
                ) from None
    return known, missing


def _write_whole(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replaced_file(path, flush=False) as part:
        part.write_bytes(data)


def _well_formed(value: object) -> object:
    """Surrogates, which no file can hold, become question marks."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _not_writable(root: Path, error: OSError) -> CorpusError:
    return CorpusError(
        f"the folder cannot be written: {reason_of(error)}", place=str(root), hint="choose another --out"
    )
