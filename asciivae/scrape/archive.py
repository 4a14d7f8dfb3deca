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
from asciivae.corpus.formats import MANIFEST, reason_of
from asciivae.errors import CorpusError
from asciivae.files.atomic import replaced_file
from asciivae.text.art import MAX_BYTES

STATE = ".scrape"
"""The folder for the internal state of scraping: cached pages, the log, the lock."""

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
                self._known, self._missing = _repaired(root / MANIFEST)
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
        """Flush the manifest to disk."""
        os.fsync(self._manifest.fileno())


def folder_of(category: str) -> str:
    """The folder of a category, relative to the archive; it cannot leave the archive, whatever a page contains."""
    parts = [slug(part) for part in re.split(r"[/\\>]", category)]
    return "/".join([part for part in parts if part][:MAX_LEVELS]) or "uncategorised"


def slug(name: str) -> str:
    """A safe file name: at most 48 lower-case ASCII letters, digits and single dashes; may be empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG_LENGTH].rstrip("-")


def _repaired(manifest: Path) -> tuple[set[str], dict[str, str]]:
    """Truncate an incomplete last line.

    Returns:
        The digests of the existing pieces; and a map from the digests of missing pieces to their file names.
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
    """Replace surrogates, which cannot be encoded, by question marks."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _not_writable(root: Path, error: OSError) -> CorpusError:
    return CorpusError(
        f"the folder cannot be written: {reason_of(error)}", place=str(root), hint="choose another --out"
    )
