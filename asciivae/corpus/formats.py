"""Input formats of a corpus: a folder of text files, a scraped folder, or a file of JSON lines."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import stat
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from asciivae.corpus.store import COLUMNS, Piece, Refused
from asciivae.errors import ArtError, CorpusError, Place
from asciivae.files.atomic import UNSAFE
from asciivae.files.inside import Inside
from asciivae.files.json_reader import parse_json
from asciivae.files.opening import NOT_REGULAR, UnsafePathError, open_file
from asciivae.text import art
from asciivae.text.reading import Reading

MAX_LINE = 1 << 24
"""The longest JSON line, in bytes: enough for the largest piece with every character escaped."""

MAX_UNPACKED = 1 << 34
"""The largest size of a file of JSON lines or a Parquet file after decompression, in bytes."""

MAX_RATIO, FREE = 200, 1 << 22
"""The most bytes that a compressed byte may become, except for the first ones of a file."""

MAX_BLANK_LINES = 100_000
"""The most blank lines in a row in a file of JSON lines."""

JSON_LINES = (".jsonl", ".jsonl.gz")
"""How the names of files of JSON lines end."""

MANIFEST = "manifest.jsonl"
"""The JSON lines of a scraped folder, one per text file, with its provenance; `file` is its path in the folder."""


class Record(NamedTuple):
    """A text from a file of JSON lines or a scraped folder, with its metadata by column."""

    place: Place
    text: str | bytes
    facts: dict[str, str]
    several: bool


class TextFile(NamedTuple):
    """A text file of a folder: its path below the root with `/`, its size and its timestamps."""

    name: str
    size: int
    mtime_ns: int
    ctime_ns: int


def list_folder(root: Path) -> tuple[list[TextFile], list[Refused]]:
    """Find all regular `.txt` files below `root`, in code-point order of their paths; `.TXT` counts as well.

    Links are not followed: the folder may come from elsewhere. Links to files are refused, those to folders skipped.

    Returns:
        The files, and the paths that could not be read.
    """
    files: list[TextFile] = []
    refused: list[Refused] = []

    def note(error: OSError) -> None:
        refused.append(Refused(_line(error.filename), reason_of(error)))

    for folder, _, names in os.walk(root, onerror=note):
        for name in names:
            if not name.lower().endswith(".txt"):
                continue
            path = os.path.join(folder, name)
            try:
                status = os.lstat(path)
            except OSError as error:
                note(error)
                continue
            if not stat.S_ISREG(status.st_mode):  # opening a pipe would block
                reason = "it is a symbolic link" if stat.S_ISLNK(status.st_mode) else NOT_REGULAR
                refused.append(Refused(_line(path), reason))
                continue
            below = Path(path).relative_to(root).as_posix()
            files.append(TextFile(below, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    return sorted(files), sorted(refused)


def read_folder(root: Path, files: list[TextFile], how: Reading) -> Iterator[Piece | Refused]:
    """Read the files that `list_folder` found: `id` is the path below the root, `category` its folder."""
    inside = Inside(root)
    for file in files:
        try:
            with inside.open(file.name) as stream:
                data = stream.read(art.MAX_BYTES + 1)
            grid = art.parse(data, name=str(root / file.name), **how._asdict())
        except OSError as error:
            yield Refused(_line(str(root / file.name)), reason_of(error))
        except ArtError as error:
            yield Refused(_line(str(error.place)), error.message)
        else:
            yield Piece(grid, {"id": _line(file.name), "category": _line(file.name.rpartition("/")[0])})


def read_records(path: Path) -> Iterator[Record | Refused]:
    """Read a file of JSON lines, gzipped if its name ends with `.gz`.

    Each line is an object with the art as `text`, and strings for any of `asciivae.corpus.store.COLUMNS`; an integer
    counts as its digits. Other keys are ignored. A line that cannot be used is refused with its place and reason.

    Raises:
        CorpusError: the file cannot be read.
    """
    for place, line in _lines(path):
        try:
            record = _object(line, place)
            found = Record(place, _string(record, "text", place), _facts(record, place), record.get("several") is True)
        except CorpusError as error:
            yield Refused(str(error.place), error.message)
        else:
            yield found


def read_manifest(root: Path) -> Iterator[Record | Refused]:
    """Read the text files listed in the manifest of a scraped folder, with their metadata.

    An incomplete last line is ignored, since a scrape may be writing it.

    Raises:
        CorpusError: the manifest cannot be read, or a line is not an object with a `file`.
    """
    inside = Inside(root)
    for place, line in _lines(checked(root, MANIFEST)):
        if not line.endswith(b"\n"):
            return
        record = _object(line, place)
        name = _string(record, "file", place)
        try:
            inside.path(name)
        except UnsafePathError:
            yield Refused(str(place), "its file is outside this folder")
            continue
        try:
            with inside.open(name) as file:
                text = file.read(art.MAX_BYTES + 1)
        except OSError as error:
            yield Refused(_line(name), reason_of(error))
        else:
            yield Record(Place(_line(name)), text, _facts(record, place), record.get("several") is True)


def _lines(path: Path) -> Iterator[tuple[Place, bytes]]:
    unpacked = blank = 0
    with _opened(path) as (file, position):
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), start=1):
            unpacked += len(line)
            if unpacked > FREE and unpacked > MAX_RATIO * position():
                raise CorpusError(
                    f"the file unpacks to more than {MAX_RATIO} times its size",
                    place=Place(str(path), number),
                    hint=f"unpack it first if you trust it: gzip -dk {path}",
                )
            place = Place(str(path), number)
            blank = 0 if line.strip() else blank + 1
            if blank > MAX_BLANK_LINES:
                raise CorpusError(
                    f"there are more than {MAX_BLANK_LINES} blank lines in a row",
                    place=place,
                    hint="one line holds one piece; remove the blank lines",
                )
            if len(line) > MAX_LINE or unpacked > MAX_UNPACKED:
                what, limit = ("line", MAX_LINE) if len(line) > MAX_LINE else ("file", MAX_UNPACKED)
                raise CorpusError(
                    f"the {what} is longer than {limit} bytes",
                    place=place,
                    hint="one line holds one piece; split a large corpus into several files",
                )
            if line.strip():
                yield place, line


def checked(root: Path, name: str) -> Path:
    """The path of a regular file of a folder that may come from elsewhere.

    Raises:
        CorpusError: it is missing, a link or no regular file.
    """
    try:
        return Inside(root).checked(name)
    except OSError as error:
        hint = UNSAFE if isinstance(error, UnsafePathError) else f"list the folder: ls -l {root}"
        raise CorpusError(f"the file cannot be read: {reason_of(error)}", place=str(root / name), hint=hint) from None


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, Callable[[], int]]]:
    """A file after decompression, and a function that returns how many bytes of it were read."""
    try:
        with open_file(path) as raw, gzip.GzipFile(fileobj=raw) if path.suffix.lower() == ".gz" else raw as file:
            yield cast(BinaryIO, file), raw.tell
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(
            f"the file cannot be read: {reason_of(error)}",
            place=str(path),
            hint=f"check the file: gzip -t {path}"
            if path.suffix.lower() == ".gz"
            else f"check its permissions: ls -l {path}",
        ) from None


def _object(line: bytes, place: Place) -> dict[str, object]:
    column = 0
    try:
        record = parse_json(line.removeprefix(BOM_UTF8).rstrip().decode())
    except json.JSONDecodeError as error:
        column, reason = error.colno, f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
    except UnicodeDecodeError as error:
        column = len(error.object[: error.start].decode()) + 1
        reason = f"byte 0x{error.object[error.start]:02X} is not UTF-8 text"
    except ValueError as error:
        reason = f"this JSON cannot be used: {error}"
    else:
        if isinstance(record, dict):
            return record
        reason = "this is not a JSON object"
    raise CorpusError(
        reason,
        place=place._replace(column=column),
        hint='fix or delete the line; each line is one object, such as {"text": "...", "id": "..."}',
    )


def _string(record: Mapping[str, object], name: str, place: Place) -> str:
    value = record.get(name)
    if isinstance(value, str):
        return value
    raise CorpusError(
        f"'{name}' is not a string" if name in record else f"the object has no '{name}'",
        place=place,
        hint="the manifest is damaged: scrape again with --resume, or into a new folder"
        if name == "file"
        else "'text' holds the art as a string, its lines separated by \\n; all other columns are strings too",
    )


def _facts(record: dict[str, object], place: Place) -> dict[str, str]:
    texts = {name: str(value) if type(value) is int else value for name, value in record.items() if name in COLUMNS}
    return {name: _string(texts, name, place) for name, value in texts.items() if value is not None}


def pieces_of(records: Iterable[Record | Refused], how: Reading) -> Iterator[Piece | Refused]:
    """Parse the texts of records; the default `id` is the hash of the text."""
    for record in records:
        yield record if isinstance(record, Refused) else _piece_of(record, how)


def _piece_of(record: Record, how: Reading) -> Piece | Refused:
    try:
        grid = art.parse(record.text, **how._asdict())
    except ArtError as error:
        spot = error.place if isinstance(error.place, Place) else Place("")
        where = f" (line {spot.line}, column {spot.column} of the drawing)" if spot.column else ""
        return Refused(str(record.place), error.message + where)
    facts = {**record.facts, "id": record.facts.get("id") or name_of(record.text)}
    return Piece(grid, {name: _line(fact) for name, fact in facts.items()})


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Create the parent folder of `path`; turn an OSError within the block into a CorpusError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise CorpusError(
            f"it cannot be written: {reason_of(error)}", place=str(path), hint="choose another --out"
        ) from None


def name_of(text: str | bytes) -> str:
    """Name a text by its hash: 12 hexadecimal digits."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return hashlib.sha256(data).hexdigest()[:12]


def _line(text: str) -> str:
    """Make text printable on one line: control characters become spaces."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def reason_of(error: Exception) -> str:
    """The reason of an OSError or another exception, in lower case."""
    return (getattr(error, "strerror", None) or str(error)).lower()
