"""Sources that read files: text folders, JSON lines, the public JSON dump, cow files, fortunes, saved pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asciivae.contract import CONTRACT, Link, Page, RawArt
from asciivae.files.json_reader import parse_json
from asciivae.scrape import cow, html
from asciivae.text import legacy


@dataclass(frozen=True)
class NoOptions:
    """No options."""


class FileSource:
    """Base class of sources that read only files."""

    contract = CONTRACT
    Config = NoOptions
    files: tuple[str, ...] = ("*",)
    largest: int = 1 << 28
    """The largest file, in bytes after decompression."""

    def __init__(self, config: NoOptions) -> None:
        self.config = config

    def start(self) -> tuple[Link, ...]:
        """No start addresses."""
        return ()


class Folder(FileSource):
    """Text files, one piece each; folders give the categories."""

    files = ("*.txt",)

    def read(self, page: Page) -> Iterator[RawArt]:
        """Yield the whole file."""
        yield RawArt(text=page.text, category=page.folder)


class JsonLines(FileSource):
    """JSON lines: objects with the art as `text`, and its metadata."""

    files = ("*.jsonl", "*.jsonl.gz")

    def read(self, page: Page) -> Iterator[RawArt]:
        """Yield the piece of each line that holds one.

        Raises:
            ValueError: lines are invalid; the others were yielded before.
        """
        bad = _Bad("lines")
        number, last = 1, 0
        for line in re.finditer("[^\n]+", page.text):  # not split: a file may be nothing but line feeds
            number, last = number + page.text.count("\n", last, line.start()), line.start()
            if not line[0].isspace():
                try:
                    yield self._art(parse_json(line[0].removeprefix("\ufeff")))
                except ValueError as error:
                    bad.note(f"line {number}: {error}")
        bad.tell()

    def _art(self, record: object) -> RawArt:
        if not isinstance(record, dict):
            raise ValueError("it is not an object")
        return RawArt(
            text=_string(record, "text"),
            category=_known(record, "category"),
            caption=_known(record, "caption"),
            artist=_known(record, "artist"),
            license=_known(record, "license"),
            address=_known(record, "url"),
            several=record.get("several") is True,
        )


class AsciiArtJsonDb(FileSource):
    """The public JSON dump of asciiart.eu: objects with `art`, `desc` and `category`, in one array."""

    files = ("*.json",)
    largest = 1 << 26  # all of it is parsed at once

    def read(self, page: Page) -> Iterator[RawArt]:
        """Yield the piece of each object.

        Raises:
            ValueError: the file does not contain such an array.
        """
        content = parse_json(page.text)
        if isinstance(content, dict):  # some copies wrap the array in an object
            content = next((value for value in content.values() if isinstance(value, list)), [])
        if not isinstance(content, list):
            raise ValueError("it holds no array")
        bad = _Bad("pieces")
        for number, record in enumerate(content, start=1):
            try:
                if not isinstance(record, dict):
                    raise ValueError("it is not an object")
                yield RawArt(
                    text=_string(record, "art"), category=_known(record, "category"), caption=_known(record, "desc")
                )
            except ValueError as error:
                bad.note(f"piece {number}: {error}")
        bad.tell()


class CowFile(FileSource):
    """Cow files: drawings for cowsay, in Perl, with variables for eyes, tongue and thoughts."""

    files = ("*.cow",)

    def read(self, page: Page) -> Iterator[RawArt]:
        """Yield the drawing as cowsay prints it, with default eyes and without a speech bubble or colours.

        Raises:
            ValueError: it assigns no drawing, or one that depends on Perl that is not understood.
        """
        drawing = legacy.plain(cow.drawing_of(page.text))
        if "\x1b" in drawing:
            raise ValueError("its drawing moves the cursor")
        name = page.address.rpartition("/")[2]
        yield RawArt(text=drawing, category=page.folder or "cows", caption=re.sub(r"(?i)\.cow$", "", name))


class Fortune(FileSource):
    """Fortune files: pieces separated by lines with a single `%`."""

    def read(self, page: Page) -> Iterator[RawArt]:
        """Yield the text between the separators."""
        for text in _between(re.compile(r"^%$", re.MULTILINE), page.text):
            if text and not text.isspace():
                yield RawArt(text=text, category=page.folder or page.address.rpartition("/")[2])


class Html(FileSource):
    """Saved web pages: their `<pre>` elements."""

    files = ("*.html", "*.htm", "*.shtml")
    largest = 1 << 24  # as the crawler's limit

    def read(self, page: Page) -> Iterator[RawArt]:
        """Yield each `<pre>`, which may contain several drawings."""
        document = html.parse(page.text)
        title = " ".join((document.css("title::text").get() or "").split())
        for element in document.css("pre"):
            inner = next(element.root.iterancestors("pre"), None) is not None
            text = "" if inner else html.art_of(element)
            if text.strip():
                yield RawArt(text=text, category=page.folder, caption=title, several=True)


class _Bad:
    """The first piece of a file that cannot be used, and the number of the others."""

    def __init__(self, what: str) -> None:
        self._what, self._first, self._count = what, "", 0

    def note(self, reason: str) -> None:
        self._first = self._first or reason
        self._count += 1

    def tell(self) -> None:
        if self._count:
            more = f"; and {self._count - 1} more {self._what}" if self._count > 1 else ""
            raise ValueError(self._first + more)


def _between(separator: re.Pattern[str], text: str) -> Iterator[str]:
    """The parts of a text between separators, one at a time."""
    last = 0
    for found in separator.finditer(text):
        yield text[last : found.start()]
        last = found.end()
    yield text[last:]


def _string(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name!r} is not a string")
    return value


def _known(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
