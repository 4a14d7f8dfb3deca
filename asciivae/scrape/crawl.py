"""Running the crawler in a child process, because Scrapy's reactor can start only once in a process."""

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

MIN_DELAY, MAX_DELAY = 0.01, 3600.0
MAX_DEPTH = 200
"""The most links between a start address and a page."""
MAX_PAGES = 20_000
"""The most pages of a source in one run."""
MAX_ASKED = 100_000
"""The most addresses of a source that are asked for in one run, also those that fail."""
MAX_FOUND = 20_000
"""The most pieces and links of one page."""
MAX_REDIRECTS, MAX_RETRIES = 5, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The settings of a crawl.

    Attributes:
        sources: the options of each source, by name.
        out: the output folder.
        categories: the categories to take; empty takes all.
        limit: the most new pieces.
        delay: the least time between two requests to a host, in seconds.
        contact: an e-mail or web address of the operator, for the user agent.
        timeout: the time limit for a page, in seconds.
        max_bytes: the size limit for a page, compressed and decompressed.
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
        if not MIN_DELAY <= self.delay <= MAX_DELAY:
            raise UsageError(
                f"a delay of {self.delay:g} seconds is not between {MIN_DELAY:g} and {MAX_DELAY:g}",
                place="--delay",
                hint="use at least 1 second, the default",
            )
        if not self.contact.isprintable():
            raise UsageError("must be one printable line", place="--contact", hint="for example you@example.org")

    @property
    def limits(self) -> dict[str, float]:
        """What bounds the crawl of one source, whatever the sites contain."""
        return {
            "pages": MAX_PAGES,
            "addresses": MAX_ASKED,
            "links from the start": MAX_DEPTH,
            "pieces and links of a page": MAX_FOUND,
            "bytes of a page": self.max_bytes,
            "seconds for a page": self.timeout,
            "redirects": MAX_REDIRECTS,
            "retries": MAX_RETRIES,
        }

    @property
    def agent(self) -> str:
        """The user agent: name, version and contact."""
        contact = f"; {self.contact}" if self.contact else ""
        return f"asciivae/{__version__} (collects ASCII art, obeys robots.txt{contact})"


def crawl(plan: Plan) -> Iterator[Report]:
    """Crawl; yield the current report about twice a second, and the final one.

    Pieces are kept as they are found: the iteration or the process can be stopped at any time.

    Raises:
        AsciivaeError: an error of the crawler: a source cannot be used, or the folder cannot be written.
        CorpusError: the crawler crashed.
    """
    request = json.dumps({**dataclasses.asdict(plan), "out": str(plan.out), "agent": plan.agent}) + "\n"
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
        with suppress(BrokenPipeError):  # it exited early; reported below
            child.stdin.write(request)
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
            "the crawler crashed; the pieces found so far are kept",
            place=str(plan.out),
            hint=f"see the end of {plan.out / STATE / 'log'}, then continue with --resume",
        )


def _end(child: subprocess.Popen[str]) -> None:
    """Let the child finish its page, as after Ctrl-C; it exits anyway when its stdin closes."""
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
    """The child's error as an exception."""
    kind = getattr(errors, event["kind"], CorpusError)
    error: AsciivaeError = kind(event["message"], place=event["place"], hint=event["hint"])
    return error
