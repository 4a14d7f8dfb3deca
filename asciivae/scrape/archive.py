"""The output folder of a scrape: a manifest of JSON lines, and a text file for each piece in folders by category.

The folder is consistent at any moment: a text is written atomically before its line is appended to the manifest. After
a crash the next `Archive` truncates an incomplete line. Texts are named by their content, so duplicates are detected.
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
from asciivae.corpus.formats import MANIFEST, MAX_LINE, reason_of
from asciivae.errors import CorpusError, Place
from asciivae.files.atomic import UNSAFE, replaced_file
from asciivae.files.inside import Inside
from asciivae.files.json_reader import parse_json
from asciivae.files.opening import UnsafePathError
from asciivae.text.art import MAX_BYTES

STATE = ".scrape"
"""The folder for the internal state of scraping: cached pages, the log, the lock."""

MAX_TEXT = 4 * MAX_BYTES
"""The longest text whose trailing blanks are removed before its size is measured, in characters."""
MAX_LEVELS = 4
MAX_SLUG_LENGTH = 48

Outcome = Literal["new", "known", "empty", "too large"]


class Archive:
    """A scraped folder, locked for writing by this process; a context manager.

    Args:
        root: the folder; it is created if needed.

    Raises:
        CorpusError: the folder cannot be written, or another process has locked it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._inside = Inside(root)
        with ExitStack() as opened:
            try:
                self._inside.folder(STATE, create=True)
                lock = opened.enter_context(self._inside.open_to_write(f"{STATE}/lock"))
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise CorpusError(
                        "another process is scraping into this folder",
                        place=str(root),
                        hint="wait for it to end, or choose another --out",
                    ) from None
                self._refuse_links()
                self._known, self._missing = _repaired(self._inside)
                self._manifest = opened.enter_context(self._inside.open_to_write(MANIFEST, append=True))
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
        """Add a piece with its provenance.

        Args:
            art: the piece.
            source: the name of its source.
            address: the address of its page.

        Returns:
            `new`; `known` if the same text already exists; or why it was not added.

        Raises:
            CorpusError: the folder cannot be written.
        """
        if len(art.text) > MAX_TEXT:
            return "too large"
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
            if digest in self._missing:  # the line survived a power loss, the file did not
                self._write(self._missing.pop(digest), data)
                self._known.add(digest)
                return "new"
            self._write(name, data)
            line = {key: _well_formed(value) for key, value in record.items() if value}
            self._manifest.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            self._manifest.flush()
        except OSError as error:
            raise _not_writable(self.root, error) from None
        self._known.add(digest)
        return "new"

    def commit(self) -> None:
        """Flush the manifest to disk."""
        os.fsync(self._manifest.fileno())

    def _refuse_links(self) -> None:
        """Refuse what Scrapy would write through."""
        self._inside.folder(f"{STATE}/pages")
        if os.path.lexists(self.root / STATE / "log"):
            self._inside.open_to_write(f"{STATE}/log", append=True).close()

    def _write(self, name: str, data: bytes) -> None:
        with replaced_file(self._inside.writable(name), flush=False) as part:
            part.write_bytes(data)


def folder_of(category: str) -> str:
    """The folder of a category, relative to the archive; it cannot leave the archive, whatever a page contains."""
    parts = [slug(part) for part in re.split(r"[/\\>]", category)]
    return "/".join([part for part in parts if part][:MAX_LEVELS]) or "uncategorised"


def slug(name: str) -> str:
    """A safe file name: at most 48 lower-case ASCII letters, digits and single dashes; may be empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG_LENGTH].rstrip("-")


def _repaired(inside: Inside) -> tuple[set[str], dict[str, str]]:
    """Truncate an incomplete last line.

    Returns:
        The digests of the existing pieces; and a map from the digests of missing pieces to their file names.
    """
    known: set[str] = set()
    missing: dict[str, str] = {}
    if not os.path.lexists(inside.root / MANIFEST):
        return known, missing
    with inside.open_to_write(MANIFEST) as file:
        end = 0
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE), b""), start=1):
            if not line.endswith(b"\n") and len(line) < MAX_LINE:
                file.truncate(end)
                break
            end += len(line)
            try:
                digest, name = _entry(line)
            except ValueError as error:
                raise CorpusError(
                    f"the line is damaged: {error}",
                    place=Place(str(inside.root / MANIFEST), number),
                    hint="scrape into a new folder, or delete the line",
                ) from None
            if inside.is_file(name):
                known.add(digest)
            else:
                missing[digest] = name
    return known, missing


def _entry(line: bytes) -> tuple[str, str]:
    """Digest and file name of a line of the manifest."""
    record = parse_json(line)
    if not isinstance(record, dict):
        raise ValueError("it is not an object")
    digest, name = record.get("digest"), record.get("file")
    if not isinstance(digest, str) or not re.fullmatch("[0-9a-f]{64}", digest):
        raise ValueError("'digest' is not a SHA-256")
    if not isinstance(name, str):
        raise ValueError("'file' is not a string")
    parts = name.split("/")
    if not name.endswith(".txt") or "\0" in name or any(part.startswith(".") or not part for part in parts):
        raise ValueError(f"'file' names no text inside of the folder: {name[:80]!a}")
    return digest, name


def _well_formed(value: object) -> object:
    """Replace surrogates, which cannot be encoded, by question marks."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _not_writable(root: Path, error: OSError) -> CorpusError:
    if isinstance(error, UnsafePathError):
        return CorpusError(str(error.strerror), place=str(error.filename), hint=UNSAFE)
    place = error.filename if isinstance(error, NotADirectoryError) else root
    return CorpusError(
        f"the folder cannot be written: {reason_of(error)}", place=str(place), hint="choose another --out"
    )
