"""Running the crawler in a child process: Scrapy's reactor starts once in a process, and this one may go on."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asciivae import __version__, errors
from asciivae.errors import AsciivaeError, CorpusError, UsageError
from asciivae.scrape.archive import STATE
from asciivae.scrape.harvest import Report

LEAST_DELAY, MOST_DELAY = 0.01, 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to crawl, and how.

    Attributes:
        sources: names of sources, each with its options.
        out: the folder for what is found.
        categories: those to take; none takes all.
        limit: the most new pieces.
        delay: the least time between two requests to a host, in seconds.
        contact: an address, of mail or web, where the people of a site reach whoever runs this.
        timeout: the longest that a page may take, in seconds.
        max_bytes: the largest that a page may be, packed and unpacked.
    """

    sources: Mapping[str, Mapping[str, str]]
    out: Path
    categories: tuple[str, ...] = ()
    limit: int | None = None
    delay: float = 1.0
    contact: str = ""
    timeout: float = 60.0
    max_bytes: int = 1 << 24

    def __post_init__(self) -> None:
        if not LEAST_DELAY <= self.delay <= MOST_DELAY:
            raise UsageError(
                f"a delay of {self.delay:g} seconds is not between {LEAST_DELAY:g} and {MOST_DELAY:g}",
                place="--delay",
                hint="take 1 second, which is the default, or more",
            )
        if not self.contact.isprintable():
            raise UsageError("it is not one printable line", place="--contact", hint="for example you@example.org")

    @property
    def agent(self) -> str:
        """How we introduce ourselves: name, version, and whom to ask."""
        whom = f"; {self.contact}" if self.contact else ""
        return f"asciivae/{__version__} (collects ASCII art, obeys robots.txt{whom})"


def crawl(plan: Plan) -> Iterator[Report]:
    """Crawl; yield what was done so far about twice a second, and in the end.

    Whatever was found is kept at any moment: stop the iteration, or the process, when you like.

    Raises:
        AsciivaeError: as the crawler: a source cannot be used, the folder cannot be written.
        CorpusError: the crawler itself broke down.
    """
    told = json.dumps({**dataclasses.asdict(plan), "out": str(plan.out), "agent": plan.agent}) + "\n"
    child = subprocess.Popen(
        [sys.executable, "-m", "asciivae.scrape.spider"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    done = False
    try:
        with suppress(BrokenPipeError):  # it died at once, which its silence will tell
            child.stdin.write(told)
            child.stdin.flush()
        for line in child.stdout:
            event: dict[str, Any] = json.loads(line)
            kind = event.pop("event")
            if kind == "error":
                raise _raised(event)
            done = kind == "report"
            yield Report.from_dict(event)
    finally:
        _end(child)
    if not done:
        raise CorpusError(
            "the crawler broke down; what it found is kept",
            place=str(plan.out),
            hint=f"see the end of {plan.out / STATE / 'log'}, then go on with --resume",
        )


def _end(child: subprocess.Popen[str]) -> None:
    """Let the child finish its page, as after Ctrl-C; it stops anyway when its stdin closes."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()
    child.wait()


def _raised(event: dict[str, Any]) -> AsciivaeError:
    """The error that the child met."""
    kind = getattr(errors, event["kind"], CorpusError)
    error: AsciivaeError = kind(event["message"], place=event["place"], hint=event["hint"])
    return error
