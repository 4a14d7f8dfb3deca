"""What a source promises, each promise as a check."""

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
"""Processor time for a hostile page."""


@dataclass(frozen=True)
class SourceSubject:
    """A source class with one set of options, and pages that it is to find art on."""

    plugin: type[Any]
    config: Any
    pages: Sequence[Page] = field(default=())

    def made(self) -> Any:
        """A new source."""
        return self.plugin(self.config)

    def art(self) -> Iterator[tuple[Page, list[RawArt]]]:
        """What it finds on each of the pages."""
        if not self.pages:
            raise NotApplicable("give it pages to read: asciivae.testing.check_source(…, pages=[…])")
        for page in self.pages:
            yield page, [found for found in self.made().read(page) if isinstance(found, RawArt)]


@check(fundamental=True)
def declaration(subject: SourceSubject) -> None:
    """It states the contract's number, a frozen Config, and patterns of the files that it reads."""
    states_the_contract(subject.plugin)
    files = getattr(subject.made(), "files", None)
    if isinstance(files, str) or not isinstance(files, Sequence) or not all(isinstance(p, str) for p in files):
        raise Violation(f"`files` is {files!r}, not patterns such as ('*.html',)")


@check()
def options(subject: SourceSubject) -> None:
    """Its options are text, numbers, true or false, and are read back as they were."""
    options_survive(subject.config)
    for option in dataclasses.fields(subject.config):
        if option.type not in (*PLAIN, *PLAIN.values()):
            raise Violation(f"the option {option.name!r} is {option.type}; it can be {', '.join(PLAIN.values())}")


@check()
def start(subject: SourceSubject) -> None:
    """It starts at web addresses, each of them once; or nowhere, if it has files to read."""
    links = list(islice(subject.made().start(), MOST_LINKS + 1))
    if not links and not subject.made().files:
        raise Violation("it starts nowhere, and has no files to read")
    if len(links) > MOST_LINKS:
        raise Violation(f"it starts at more than {MOST_LINKS} addresses")
    for link in links:
        if not isinstance(link, Link):
            raise Violation(f"it starts at a {type(link).__name__}, not a Link")
        parts = urlsplit(link.address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise Violation(f"it starts at {link.address!r}, which is no web address")
    addresses = [link.address for link in links]
    if len(set(addresses)) < len(addresses):
        raise Violation("it starts at one address twice")


@check(fundamental=True)
def findings(subject: SourceSubject) -> None:
    """A page gives RawArt and Links, and nothing else."""
    for page in (*subject.pages, *hostile_pages(1000)):
        with _reading(subject, page):
            for found in subject.made().read(page):
                if not isinstance(found, RawArt | Link):
                    raise Violation(f"a page gave a {type(found).__name__}, neither RawArt nor Link")


@check()
def art(subject: SourceSubject) -> None:
    """It finds art on each page that is made for it."""
    for page, pieces in subject.art():
        if not any(piece.text.strip() for piece in pieces):
            raise Violation(f"it finds no art on the page {page.address!r}")


@check()
def once(subject: SourceSubject) -> None:
    """It gives each piece of a page once."""
    for page, pieces in subject.art():
        texts = [piece.text for piece in pieces]
        if len(set(texts)) < len(texts):
            raise Violation(f"it gives one piece of the page {page.address!r} twice")


@check()
def text(subject: SourceSubject) -> None:
    """Everything that it says is text that can be written to a file."""
    for page, pieces in subject.art():
        for piece in pieces:
            for name, value in dataclasses.asdict(piece).items():
                if name == "several":
                    continue
                if not isinstance(value, str):
                    raise Violation(f"the {name} of a piece of {page.address!r} is a {type(value).__name__}, no text")
                try:
                    value.encode("utf-8")
                except UnicodeEncodeError:
                    raise Violation(f"the {name} of a piece of {page.address!r} is not Unicode") from None
                if "\0" in value:
                    raise Violation(f"the {name} of a piece of {page.address!r} holds NUL")


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
    """On a page that is out to do harm it works for a bounded time, and gives no more than the page holds."""
    longer = [
        Page(text=page.text * (LONG // max(1, len(page.text)) + 1), address=f"{page.address}, again and again")
        for page in subject.pages
    ]
    for page in (*hostile_pages(LONG), *longer):
        characters = 0
        try:
            with _reading(subject, page), _time_limit(MOST_SECONDS):
                for found in subject.made().read(page):
                    characters += len(found.text) if isinstance(found, RawArt) else len(found.address)
                    if characters > 4 * len(page.text) + 1000:
                        raise Violation(f"on {page.address} it gives more than the page holds")
        except _TooLong:
            raise Violation(f"on {page.address} it takes more than {MOST_SECONDS:g} s") from None


@check()
def no_access(subject: SourceSubject) -> None:
    """It opens no file, no socket and no process: it is given what it reads."""
    pages = [*subject.pages, *hostile_pages(100)]

    def use() -> None:
        source = subject.made()
        list(islice(source.start(), MOST_LINKS))
        for page in pages:
            with _reading(subject, page):
                list(source.read(page))

    use()  # whatever it imports when it is first used is opened now
    with _watched() as events:
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
            raise Violation(f"reading the page {page.address!r} again gives something else")
    if list(islice(source.start(), MOST_LINKS)) != list(islice(subject.made().start(), MOST_LINKS)):
        raise Violation("it starts somewhere else the next time")


CHECKS = (declaration, options, start, findings, art, once, text, links, hostile, no_access, determinism)
"""Every check of a source."""


def hostile_pages(length: int) -> Iterator[Page]:
    """Pages of about so many characters that no honest site has."""
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


class _TooLong(Exception):
    pass


@contextmanager
def _reading(subject: SourceSubject, page: Page) -> Iterator[None]:
    """A source may refuse a page that is none of its own with a ValueError; anything else is a fault."""
    try:
        yield
    except ValueError:
        if page in subject.pages:
            raise


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise `_TooLong` after so much processor time; without the signals of POSIX there is no limit."""
    if not hasattr(signal, "SIGVTALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _TooLong

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
def _watched() -> Iterator[list[str]]:
    """Collect what the body opens."""
    global _events, _hooked
    if not _hooked:
        sys.addaudithook(_note)  # Python has no way to take one off again
        _hooked = True
    seen: list[str] = []
    _events = seen
    try:
        yield seen
    finally:
        _events = None
