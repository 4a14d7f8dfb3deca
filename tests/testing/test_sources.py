"""Each check of a source catches a source that breaks just that promise, and no other check does."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from asciivae import registry
from asciivae.contract import Link, Page, RawArt
from asciivae.testing import Violation, check_source, source_checks
from asciivae.testing.checks import Outcome, outcomes
from asciivae.testing.sources import CHECKS, SourceSubject

PAGES = [Page(text="<><\n---\n/\\_/\\\n( o.o )\n", address="drawings.txt")]


@dataclass(frozen=True)
class Config:
    root: str = "https://example.org/drawings.txt"


class Sound:
    """Drawings divided by lines of `---`: it keeps every promise."""

    contract: ClassVar[int] = 1
    Config: ClassVar[type] = Config
    files: Any = ("*.txt",)

    def __init__(self, config: Any) -> None:
        self.config = config

    def start(self) -> Iterator[Any]:
        yield Link(address=self.config.root)

    def read(self, page: Page) -> Iterator[Any]:
        seen = set()
        for text in page.text.split("\n---\n"):
            # A page of NUL or of lone surrogates holds no art.
            if text.strip() and text.isascii() and "\0" not in text and text not in seen:
                seen.add(text)
                yield RawArt(text=text)


class OtherContract(Sound):
    contract = 3


class PatternsAsText(Sound):
    files = "*.txt"


@dataclass(frozen=True)
class Roots:
    root: tuple[str, ...] = ("https://example.org/",)


class OptionOfManyParts(Sound):
    Config = Roots

    def start(self) -> Iterator[Any]:
        yield from (Link(address=root) for root in self.config.root)


class Nowhere(Sound):
    files = ()

    def start(self) -> Iterator[Any]:
        return iter(())


class Everywhere(Sound):
    def start(self) -> Iterator[Any]:
        yield from (Link(address=f"https://example.org/{n}") for n in range(10_001))


class StartsWithText(Sound):
    def start(self) -> Iterator[Any]:
        yield "https://example.org/"


class StartsAtAFile(Sound):
    def start(self) -> Iterator[Any]:
        yield Link(address="file:///etc/passwd")


class StartsTwice(Sound):
    def start(self) -> Iterator[Any]:
        yield from [Link(address="https://example.org/")] * 2


class GivesText(Sound):
    def read(self, page: Page) -> Iterator[Any]:
        yield page.text


class FindsNothing(Sound):
    def read(self, page: Page) -> Iterator[Any]:
        return iter(())


class GivesTwice(Sound):
    def read(self, page: Page) -> Iterator[Any]:
        for art in super().read(page):
            yield art
            yield art


class LoneSurrogate(Sound):
    def read(self, page: Page) -> Iterator[Any]:
        for art in super().read(page):
            yield RawArt(text=art.text, caption="\udcff")


class NumberAsCaption(Sound):
    def read(self, page: Page) -> Iterator[Any]:
        for n, art in enumerate(super().read(page)):
            yield RawArt(text=art.text, caption=n)  # type: ignore[arg-type]


class Nul(Sound):
    def read(self, page: Page) -> Iterator[Any]:
        for art in super().read(page):
            yield RawArt(text=art.text, artist="\0")


class EmptyLink(Sound):
    def read(self, page: Page) -> Iterator[Any]:
        yield from super().read(page)
        yield Link(address=" ")


class Multiplies(Sound):
    def read(self, page: Page) -> Iterator[Any]:
        yield from super().read(page)
        if page not in PAGES:
            yield RawArt(text=page.text * 5 + "x" * 1001)


class Endless(Sound):
    def read(self, page: Page) -> Iterator[Any]:
        yield from super().read(page)
        while len(page.text) >= 10_000:
            yield Link(address="https://example.org/again")


class Backtracks(Sound):
    """A regular expression whose time is the square of the page, at the least."""

    def read(self, page: Page) -> Iterator[Any]:
        yield from super().read(page)
        if len(page.text) >= 10_000:
            re.search(r"(a|aa)+$", page.text + "!")


class FailsOnTheUnexpected(Sound):
    def read(self, page: Page) -> Iterator[Any]:
        if len(page.text) >= 10_000:
            raise IndexError("list index out of range")
        yield from super().read(page)


class OpensAFile(Sound):
    def start(self) -> Iterator[Any]:
        Path(__file__).read_bytes()
        yield from super().start()


class StartsAProcess(Sound):
    def read(self, page: Page) -> Iterator[Any]:
        if page in PAGES:
            subprocess.run(["true"], check=True)
        yield from super().read(page)


class Impatient(Sound):
    """The second reading of a page gives nothing."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.read_before: set[str] = set()

    def read(self, page: Page) -> Iterator[Any]:
        if page.text not in self.read_before:
            self.read_before.add(page.text)
            yield from super().read(page)


class Wandering(Sound):
    made = 0

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        Wandering.made += 1
        self.number = self.made

    def start(self) -> Iterator[Any]:
        yield Link(address=f"https://example.org/{self.number}")


CULPRITS: list[tuple[str, type[Sound], str]] = [
    ("declaration", OtherContract, "`contract` is 3, and this asciivae has contracts 1 and 2"),
    ("declaration", PatternsAsText, "`files` is '*.txt', not patterns such as ('*.html',)"),
    ("options", OptionOfManyParts, "the option 'root' is tuple[str, ...]; it can be bool, int, float, str"),
    ("start", Nowhere, "it has neither addresses to start at nor files to read"),
    ("start", Everywhere, "it starts at more than 10000 addresses"),
    ("start", StartsWithText, "it starts at a str, not a Link"),
    ("start", StartsAtAFile, "it starts at 'file:///etc/passwd', which is not a web address"),
    ("start", StartsTwice, "it starts at the same address twice"),
    ("findings", GivesText, "a page yields a str, neither RawArt nor Link"),
    ("art", FindsNothing, "it finds no art on the page 'drawings.txt'"),
    ("once", GivesTwice, "it yields the same piece of the page 'drawings.txt' twice"),
    ("text", LoneSurrogate, "the caption of a piece of 'drawings.txt' is not Unicode"),
    ("text", NumberAsCaption, "the caption of a piece of 'drawings.txt' is a int, not text"),
    ("text", Nul, "the artist of a piece of 'drawings.txt' contains NUL"),
    ("links", EmptyLink, "a link on the page 'drawings.txt' has no address"),
    ("hostile", Multiplies, "it yields more than the page contains"),
    ("hostile", Endless, "it yields more than the page contains"),
    ("hostile", Backtracks, "it takes more than 2 s"),
    ("hostile", FailsOnTheUnexpected, "IndexError: list index out of range"),
    ("no-access", OpensAFile, "it caused open '"),
    ("no-access", StartsAProcess, "it caused subprocess.Popen 'true'"),
    ("determinism", Impatient, "reading the page 'drawings.txt' again gives another result"),
    ("determinism", Wandering, "it starts at other addresses the next time"),
]


def examined(source: type[Sound]) -> list[Outcome]:
    return list(outcomes(CHECKS, SourceSubject(source, source.Config(), PAGES)))


@pytest.mark.parametrize(("name", "culprit", "reason"), CULPRITS, ids=lambda v: getattr(v, "__name__", None))
def test_a_check_catches_its_culprit_alone(name: str, culprit: type[Sound], reason: str) -> None:
    broken = {o.check: o.reason for o in examined(culprit) if o.state == "broken"}
    assert list(broken) == [name]
    assert reason in broken[name]


def test_every_check_has_a_culprit() -> None:
    assert {name for name, _, _ in CULPRITS} == {check.name for check in CHECKS}


def test_a_sound_source_keeps_every_promise() -> None:
    assert {o.state for o in examined(Sound)} == {"kept"}


def test_a_source_may_refuse_a_page_that_is_none_of_its_own() -> None:
    class Strict(Sound):
        def read(self, page: Page) -> Iterator[Any]:
            if page not in PAGES:
                raise ValueError("that is no page of ours")
            yield from super().read(page)

    check_source(Strict, pages=PAGES)


def test_as_a_plain_function() -> None:
    check_source(Sound, pages=PAGES)
    with pytest.raises(Violation, match="links: a link on the page"):
        check_source(EmptyLink, pages=PAGES)


@source_checks(Sound, [Config(), Config(root="http://example.org/")], PAGES)
def test_as_a_parametrisation(check: Callable[[], None]) -> None:
    check()


@pytest.mark.parametrize("name", [e.name for e in registry.entries("source") if e.distribution == "asciivae"])
def test_our_own_sources_keep_the_contract(name: str) -> None:
    check_source(registry.load("source", name))
