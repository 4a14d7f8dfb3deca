"""Sources that read files: text folders, JSON lines, the public JSON dump, cow files, fortunes, saved pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asciivae.contract import CONTRACT, Link, Page, RawArt
from asciivae.scrape import html


@dataclass(frozen=True)
class NoOptions:
    """No options."""


class FileSource:
    """Base class of sources that read only files."""

    contract = CONTRACT
    Config = NoOptions
    files: tuple[str, ...] = ("*",)

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
        """Yield the piece of each line.

        Raises:
            ValueError: a line is invalid.
        """
        for number, line in enumerate(page.text.split("\n"), start=1):
            if line.strip():
                try:
                    record = json.loads(line)
                    yield RawArt(
                        text=_string(record, "text"),
                        category=_known(record, "category"),
                        caption=_known(record, "caption"),
                        artist=_known(record, "artist"),
                        license=_known(record, "license"),
                        address=_known(record, "url"),
                        several=record.get("several") is True,
                    )
                except (ValueError, RecursionError, TypeError) as error:
                    raise ValueError(f"line {number} is not an object with a 'text': {error}") from None


class AsciiArtJsonDb(FileSource):
    """The public JSON dump of asciiart.eu: objects with `art`, `desc` and `category`, in one array."""

    files = ("*.json",)

    def read(self, page: Page) -> Iterator[RawArt]:
        """Yield the piece of each object.

        Raises:
            ValueError: the file does not contain such an array.
        """
        content = json.loads(page.text)
        if isinstance(content, dict):  # some copies wrap the array in an object
            content = next((value for value in content.values() if isinstance(value, list)), [])
        for record in content:
            if not isinstance(record, dict):
                raise ValueError("the array contains a value that is not an object")
            yield RawArt(
                text=_string(record, "art"), category=_known(record, "category"), caption=_known(record, "desc")
            )


class CowFile(FileSource):
    """Cow files: a Perl here-document with placeholders for eyes, tongue and thoughts."""

    files = ("*.cow",)

    def read(self, page: Page) -> Iterator[RawArt]:
        """Yield the drawing as cowsay prints it, with default eyes and without a speech bubble."""
        name = page.address.rpartition("/")[2].removesuffix(".cow")
        begin = _COW.search(page.text)
        while begin:
            end = re.compile(rf"^{begin['word']}[ \t]*$", re.MULTILINE).search(page.text, begin.end())
            if end is None:
                return
            body = page.text[begin.end() : end.start()]
            drawing = body if begin["quote"] == "'" else _ESCAPED.sub(_cow_part, body)
            yield RawArt(text=drawing, category=page.folder or "cows", caption=name)
            begin = _COW.search(page.text, end.end())


class Fortune(FileSource):
    """Fortune files: pieces separated by lines with a single `%`."""

    def read(self, page: Page) -> Iterator[RawArt]:
        """Yield the text between the separators."""
        for text in re.split(r"^%+[ \t]*$", page.text, flags=re.MULTILINE):
            if text.strip():
                yield RawArt(text=text, category=page.folder or page.address.rpartition("/")[2])


class Html(FileSource):
    """Saved web pages: their `<pre>` elements."""

    files = ("*.html", "*.htm", "*.shtml")

    def read(self, page: Page) -> Iterator[RawArt]:
        """Yield each `<pre>`, which may contain several drawings."""
        document = html.parse(page.text)
        title = " ".join((document.css("title::text").get() or "").split())
        for element in document.css("pre"):
            inner = next(element.root.iterancestors("pre"), None) is not None
            text = "" if inner else html.art_of(element)
            if text.strip():
                yield RawArt(text=text, category=page.folder, caption=title, several=True)


_COW = re.compile(r"""\$the_cow\s*=\s*<<\s*(?P<quote>["']?)(?P<word>\w+)(?P=quote)\s*;[^\n]*\n""")
_ESCAPED = re.compile(r"\\(.)|\$\{?(thoughts|eyes|tongue|eye)\b\}?", re.DOTALL)
_PARTS = {"thoughts": "\\", "eyes": "oo", "eye": "o", "tongue": "  "}


def _cow_part(match: re.Match[str]) -> str:
    return match[1] or _PARTS[match[2]]


def _string(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name!r} is not a string")
    return value


def _known(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
