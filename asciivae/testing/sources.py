"""The checks of a source."""

from __future__ import annotations

import dataclasses
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from asciivae.contract import Link, Page, RawArt
from asciivae.testing.checks import NotApplicable, Violation, check, options_survive, states_the_contract

PLAIN = {bool: "bool", int: "int", float: "float", str: "str"}
MOST_LINKS = 10_000
LONG = 50_000
"""Characters of a hostile page."""
MOST_SECONDS = 2.0
"""Limit of processor time for a hostile page."""


@dataclass(frozen=True)
class SourceSubject:
    """A source class with one set of options, and pages with art."""

    plugin: type[Any]
    config: Any
    pages: Sequence[Page] = field(default=())

    def made(self) -> Any:
        """A new source."""
        return self.plugin(self.config)

    def art(self) -> Iterator[tuple[Page, list[RawArt]]]:
        """The art that it finds on each page."""
        if not self.pages:
            raise NotApplicable("it needs pages to read: asciivae.testing.check_source(…, pages=[…])")
        for page in self.pages:
            yield page, [found for found in self.made().read(page) if isinstance(found, RawArt)]


@check(fundamental=True)
def declaration(subject: SourceSubject) -> None:
    """It declares the contract's number, a frozen Config, and patterns of the files that it reads."""
    states_the_contract(subject.plugin)
    files = getattr(subject.made(), "files", None)
    if isinstance(files, str) or not isinstance(files, Sequence) or not all(isinstance(p, str) for p in files):
        raise Violation(f"`files` is {files!r}, not patterns such as ('*.html',)")


@check()
def options(subject: SourceSubject) -> None:
    """Its options are strings, numbers or booleans, and survive being written and read back."""
    options_survive(subject.config)
    for option in dataclasses.fields(subject.config):
        if option.type not in (*PLAIN, *PLAIN.values()):
            raise Violation(f"the option {option.name!r} is {option.type}; it can be {', '.join(PLAIN.values())}")


@check()
def start(subject: SourceSubject) -> None:
    """It starts at distinct web addresses, or at none if it reads files."""
    links = list(islice(subject.made().start(), MOST_LINKS + 1))
    if not links and not subject.made().files:
        raise Violation("it has neither addresses to start at nor files to read")
    if len(links) > MOST_LINKS:
        raise Violation(f"it starts at more than {MOST_LINKS} addresses")
    for link in links:
        if not isinstance(link, Link):
            raise Violation(f"it starts at a {type(link).__name__}, not a Link")
        parts = urlsplit(link.address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise Violation(f"it starts at {link.address!r}, which is not a web address")
    addresses = [link.address for link in links]
    if len(set(addresses)) < len(addresses):
        raise Violation("it starts at the same address twice")


@check(fundamental=True)
def findings(subject: SourceSubject) -> None:
    """Reading a page yields RawArt and Links, and nothing else."""
    for page in (*subject.pages, *hostile_pages(1000)):
        with _reading(subject, page):
            for found in subject.made().read(page):
                if not isinstance(found, RawArt | Link):
                    raise Violation(f"a page yields a {type(found).__name__}, neither RawArt nor Link")


@check()
def art(subject: SourceSubject) -> None:
    """It finds art on each of the pages."""
    for page, pieces in subject.art():
        if not any(piece.text.strip() for piece in pieces):
            raise Violation(f"it finds no art on the page {page.address!r}")


@check()
def once(subject: SourceSubject) -> None:
    """It yields each piece of a page once."""
    for page, pieces in subject.art():
        texts = [piece.text for piece in pieces]
        if len(set(texts)) < len(texts):
            raise Violation(f"it yields the same piece of the page {page.address!r} twice")


@check()
def text(subject: SourceSubject) -> None:
    """All fields of its art and links are text that can be written to a file."""
    for page, pieces in subject.art():
        for piece in pieces:
            for name, value in dataclasses.asdict(piece).items():
                if name == "several":
                    continue
                if not isinstance(value, str):
                    raise Violation(f"the {name} of a piece of {page.address!r} is a {type(value).__name__}, not text")
                try:
                    value.encode("utf-8")
                except UnicodeEncodeError:
                    raise Violation(f"the {name} of a piece of {page.address!r} is not Unicode") from None
                if "\0" in value:
                    raise Violation(f"the {name} of a piece of {page.address!r} contains NUL")


@check()
def links(subject: SourceSubject) -> None:
    """Its links have addresses."""
    for page in (*subject.pages, *hostile_pages(1000)):
        with _reading(subject, page):
            for found in subject.made().read(page):
                if isinstance(found, Link) and (not isinstance(found.address, str) or not found.address.strip()):
                    raise Violation(f"a link on the page {page.address!r} has no address")


@check()
def hostile(subject: SourceSubject) -> None:
    """On a hostile page it takes a bounded time, and yields no more than the page contains."""
    longer = [
        Page(text=page.text * (LONG // max(1, len(page.text)) + 1), address=f"{page.address}, repeated")
        for page in subject.pages
    ]
    for page in (*hostile_pages(LONG), *longer):
        characters = 0
        try:
            with _reading(subject, page), time_limit(MOST_SECONDS):
                for found in subject.made().read(page):
                    characters += len(found.text) if isinstance(found, RawArt) else len(found.address)
                    if characters > 4 * len(page.text) + 1000:
                        raise Violation(f"on {page.address} it yields more than the page contains")
        except TooLong:
            raise Violation(f"on {page.address} it takes more than {MOST_SECONDS:g} s") from None


@check()
def no_access(subject: SourceSubject) -> None:
    """It opens no file, socket or process."""
    pages = [*subject.pages, *hostile_pages(100)]

    def use() -> None:
        source = subject.made()
        list(islice(source.start(), MOST_LINKS))
        for page in pages:
            with _reading(subject, page):
                list(source.read(page))

    use()  # imports of the first use open files
    with watched() as events:
        use()
    if events:
        raise Violation(f"it caused {events[0]}")


@check()
def determinism(subject: SourceSubject) -> None:
    """The same page gives the same art and links, in the same order."""
    source = subject.made()
    for page in subject.pages:
        first = list(source.read(page))
        if list(source.read(page)) != first or list(subject.made().read(page)) != first:
            raise Violation(f"reading the page {page.address!r} again gives another result")
    if list(islice(source.start(), MOST_LINKS)) != list(islice(subject.made().start(), MOST_LINKS)):
        raise Violation("it starts at other addresses the next time")


CHECKS = (declaration, options, start, findings, art, once, text, links, hostile, no_access, determinism)
"""Every check of a source."""


def hostile_pages(length: int) -> Iterator[Page]:
    """Hostile pages of about this many characters."""
    for what, unit in {
        "nothing": "",
        "NUL": "\0",
        "spaces": " ",
        "line feeds": "\n",
        "letters": "a",
        "open tags": "<pre>",
        "nested tags": "<div><a href=''>",
        "open comments": "<!--",
        "entities": "&#x26;",
        "quotes": "\"'",
        "brackets": "[{(",
        "percent lines": "%\n",
        "back slashes": "\\",
        "links to nowhere": "<a href=#>x</a>",
        "lone surrogates": "\ud800",
    }.items():
        yield Page(text=unit * (length // max(1, len(unit))), address=f"a page of {what}")


class TooLong(Exception):
    """A plugin took too long."""


@contextmanager
def _reading(subject: SourceSubject, page: Page) -> Iterator[None]:
    """A source may reject a page with a ValueError; any other exception is a violation."""
    try:
        yield
    except ValueError:
        if page in subject.pages:
            raise


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TooLong` after this much processor time; without POSIX signals there is no limit."""
    if not hasattr(signal, "SIGVTALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


_ACCESS = {"open", "socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.listdir"}
_events: list[str] | None = None
_hooked = False


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if _events is not None and event in _ACCESS:
        _events.append(f"{event} {arguments[0]!r}" if arguments else event)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collect audit events of files, sockets and processes that the body opens."""
    global _events, _hooked
    if not _hooked:
        sys.addaudithook(_note)  # audit hooks cannot be removed
        _hooked = True
    seen: list[str] = []
    _events = seen
    try:
        yield seen
    finally:
        _events = None
